/** Rows held against the simulator's truth without asking anything over HTTP. */
import { toInvitee } from '../../src/calendly/to-invitee.ts';
import { toMeeting } from '../../src/calendly/to-meeting.ts';
import { canonical, type Json } from '../../src/domain/json.ts';
import type { Sql } from '../../src/store/db.ts';
import { inviteeColumns } from '../../src/store/invitees.ts';
import { meetingColumns } from '../../src/store/meetings.ts';
import { readInviteeRows, readMeetingRows } from '../../src/store/proof.ts';

/** Every meeting and invitee by URI, each with all its mirrored columns as one text. */
export type MirrorImage = ReadonlyMap<string, string>;

/** The rows of a workspace as they stand, or those of one meeting; vanished ones, their invitees included, are not there. */
export async function imageOfRows(
  sql: Sql,
  workspaceId: string,
  meeting?: string,
): Promise<MirrorImage> {
  const uris = meeting === undefined ? await allUris(sql, workspaceId) : [meeting];
  const meetings = await readMeetingRows(sql, workspaceId, uris);
  const invitees = await readInviteeRows(sql, workspaceId, uris);
  return new Map(
    [...meetings, ...invitees].map(([uri, { calendly_uri: _uri, ...row }]) => [
      uri,
      canonical(row),
    ]),
  );
}

async function allUris(sql: Sql, workspaceId: string): Promise<string[]> {
  const { rows } = await sql.query<{ uri: string }>(
    `select calendly_uri as uri from meetings where workspace_id = $1 and vanished_at is null
     union select i.meeting_uri from invitees i where i.workspace_id = $1 and not exists (
       select 1 from meetings m
       where m.workspace_id = $1 and m.calendly_uri = i.meeting_uri and m.vanished_at is not null)`,
    [workspaceId],
  );
  return rows.map(({ uri }) => uri);
}

/** The rows that the truth demands. Throws where the truth itself cannot be read. */
export function imageOfTruth(
  truth: readonly { event: unknown; invitees: readonly unknown[] }[],
  nowMs: number,
): MirrorImage {
  const image = new Map<string, string>();
  for (const { event, invitees } of truth) {
    const meeting = toMeeting(event, { from: 'api', nowMs });
    if (!meeting.ok) throw new Error(`The truth is unreadable: ${meeting.reason}`);
    image.set(meeting.value.uri, textOf(meetingColumns(meeting.value)));
    for (const item of invitees) {
      const invitee = toInvitee(item, { from: 'api', nowMs });
      if (!invitee.ok) throw new Error(`The truth is unreadable: ${invitee.reason}`);
      image.set(invitee.value.uri, textOf(inviteeColumns(invitee.value)));
    }
  }
  return image;
}

/** What differs between two images: one line each, empty where they are the same. */
export function differences(rows: MirrorImage, truth: MirrorImage): string[] {
  const missing = [...truth.keys()].filter((uri) => !rows.has(uri)).map((uri) => `missing ${uri}`);
  const wrong = [...rows].flatMap(([uri, text]) => {
    const said = truth.get(uri);
    if (said === undefined) return [`extra ${uri}`];
    return said === text ? [] : [`different ${uri}: ${columnsOf(text, said).join(', ')}`];
  });
  return [...missing, ...wrong];
}

/** Rows that are neither as they were nor as Calendly has them, and rows that are gone. */
export function betweenFaults(
  after: MirrorImage,
  { before, truth }: { before: MirrorImage; truth: MirrorImage },
): string[] {
  const gone = [...before.keys()].filter((uri) => !after.has(uri)).map((uri) => `gone ${uri}`);
  const torn = [...after].flatMap(([uri, text]) =>
    text === before.get(uri) || text === truth.get(uri) ? [] : [`torn ${uri}`],
  );
  return [...gone, ...torn];
}

function textOf(columns: Readonly<Record<string, Json>>): string {
  return canonical(columns);
}

function columnsOf(row: string, said: string): string[] {
  const parse = (text: string): Record<string, Json> => JSON.parse(text) as Record<string, Json>;
  const [left, right] = [parse(row), parse(said)];
  return Object.keys(right).filter(
    (key) => canonical(left[key] ?? null) !== canonical(right[key] ?? null),
  );
}
