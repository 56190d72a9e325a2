/** Plays a case in a workspace of its own: bookings as rows, linked as a sync links them; what users do through the rooms' own doors. */
import { blockEntry, unblockEntry } from '../../src/clients/blocking.ts';
import { editContacts } from '../../src/clients/contacts.ts';
import { linkByHand } from '../../src/clients/manual-link.ts';
import { linkClients } from '../../src/clients/link.ts';
import { mergeClients } from '../../src/clients/merge.ts';
import { decideReview } from '../../src/clients/review.ts';
import { splitClient } from '../../src/clients/split.ts';
import { systemRandom } from '../../src/base/random.ts';
import { systemClock } from '../../src/base/time.ts';
import { emailKey } from '../../src/domain/email.ts';
import { replaceMembers } from '../../src/store/connections.ts';
import type { Db, Tx } from '../../src/store/db.ts';
import { recordHosts } from '../../src/store/guests.ts';
import { lockLinks } from '../../src/store/pending-people.ts';
import { tenantsOf } from '../../src/store/tenants.ts';
import { rowsOf, type RowMaker } from '../harness/mirror-rows.ts';
import { makeId } from '../harness/sync-world.ts';
import type { Act, Booking, Case, Label } from './case.ts';

const { signal } = new AbortController();

interface Stage {
  db: Db;
  workspaceId: string;
  make: RowMaker;
  invitees: Map<Label, { id: string; uri: string; meetingUri: string }>;
  guests: Map<Label, { meetingId: string; key: string }>;
}

/** Whose everybody is in the end, as `Case.expected` says it; `again`: after everybody was looked at anew. */
export async function playCase(
  owner: Db,
  { acts }: Case,
): Promise<{ told: Record<Label, string>; again: Record<Label, string> }> {
  const workspaceId = makeId();
  await owner.query('insert into workspaces (id, name, created_at) values ($1, $2, $3)', [
    workspaceId,
    'Case',
    await owner.clock(),
  ]);
  const db = tenantsOf(owner).of(workspaceId);
  const make = rowsOf(db, workspaceId, {
    now: () => systemClock.now(),
    bytes: (length) => systemRandom.bytes(length),
  });
  const stage: Stage = { db, workspaceId, make, invitees: new Map(), guests: new Map() };
  for (const act of acts) {
    await play(stage, act);
    await linkClients(db, workspaceId, { newId: makeId, signal });
  }
  const told = await tell(stage);
  for (const table of ['invitees', 'meeting_guests']) {
    await db.query(`update ${table} set link_pending = true where workspace_id = $1`, [
      workspaceId,
    ]);
  }
  await linkClients(db, workspaceId, { newId: makeId, signal });
  return { told, again: await tell(stage) };
}

async function play(stage: Stage, act: Act): Promise<void> {
  const { workspaceId } = stage;
  const newId = makeId;
  if ('book' in act) return addBooking(stage, act.book, act.who);
  if ('together' in act) {
    // both are known before either is linked, as when they come with one page
    for (const { book, who } of act.together) await addBooking(stage, book, who);
    return;
  }
  await stage.db.tx(async (tx) => {
    if ('host' in act) await recordHosts(tx, workspaceId, [act.host]);
    else if ('member' in act) await addMember(tx, workspaceId, act.member);
    else if ('block' in act) {
      await blockEntry(tx, workspaceId, { id: makeId(), by: null, entry: act.block });
    } else if ('unblock' in act)
      await unblockEntry(tx, workspaceId, await blockOf(tx, act.unblock));
    else if ('link' in act) {
      const clientId = act.to === null ? null : await clientOf(stage, tx, act.to);
      await linkByHand(tx, workspaceId, { inviteeId: inviteeOf(stage, act.link), clientId, newId });
    } else if ('client' in act) {
      await lockLinks(tx, workspaceId);
      const id = await clientOf(stage, tx, act.client);
      await editContacts(tx, { workspaceId, id }, { contacts: act, newId });
    } else if ('merge' in act) {
      const [from, into] = [
        await clientOf(stage, tx, act.merge),
        await clientOf(stage, tx, act.into),
      ];
      await mergeClients(tx, workspaceId, { from, into, newId });
    } else if ('split' in act) {
      const id = await clientOf(stage, tx, act.split);
      await splitClient(tx, workspaceId, { id, emails: act.emails, newId });
    } else if ('readdressed' in act) {
      await tx.query(
        'update invitees set email = $3, email_key = $4, link_pending = true where workspace_id = $1 and id = $2',
        [workspaceId, inviteeOf(stage, act.readdressed), act.email, emailKey(act.email)],
      );
    } else {
      const { decide, as } = act;
      const decision =
        as === 'new' || as === 'never' ? as : { clientId: await clientOf(stage, tx, as) };
      const reviewId = await reviewOf(stage, tx, decide);
      await decideReview(tx, workspaceId, { reviewId, decision, by: makeId(), newId });
    }
  });
}

async function addBooking(stage: Stage, label: Label, who: Booking): Promise<void> {
  const { make, db, workspaceId } = stage;
  const number = who.call ?? who.dial;
  const type = who.call === undefined ? 'inbound_call' : 'outbound_call';
  const meeting = await make.meeting({
    invitees_limit: who.group === true ? 10 : 1,
    ...(number === undefined ? {} : { location: { type, location: number } }),
  });
  const uri = `${meeting.uri}/invitees/${label}`;
  const id = await make.invitee(meeting.uri, {
    calendly_uri: uri,
    name: who.name,
    email: who.email,
    email_key: emailKey(who.email) ?? null,
    text_reminder_number: who.phone ?? null,
    answers: (who.answers ?? []).map((answer, position) => ({ question: '?', answer, position })),
    link_pending: true,
  });
  stage.invitees.set(label, { id, uri, meetingUri: meeting.uri });
  for (const [guest, email] of Object.entries(who.guests ?? {})) {
    const key = emailKey(email) ?? email;
    await db.query(
      `insert into meeting_guests (workspace_id, meeting_id, email_key, email, created_at) values ($1, $2, $3, $4, $5)`,
      [workspaceId, meeting.id, key, email, await db.clock()],
    );
    stage.guests.set(guest, { meetingId: meeting.id, key });
  }
  await joinSeries(stage);
  if (who.after !== undefined) waiting(stage).set(label, who.after);
  await joinSeries(stage);
}

const replaced = new WeakMap<Stage, Map<Label, Label>>();

function waiting(stage: Stage): Map<Label, Label> {
  const known = replaced.get(stage) ?? new Map<Label, Label>();
  replaced.set(stage, known);
  return known;
}

/** As `sync/series` does once both meetings are known. */
async function joinSeries(stage: Stage): Promise<void> {
  const { db, workspaceId } = stage;
  for (const [label, before] of waiting(stage)) {
    const [next, last] = [stage.invitees.get(label), stage.invitees.get(before)];
    if (next === undefined || last === undefined) continue;
    await db.query('update invitees set old_invitee = $3 where workspace_id = $1 and id = $2', [
      workspaceId,
      next.id,
      last.uri,
    ]);
    await db.query(
      `update meetings m set series_id = coalesce(
         (select o.series_id from meetings o where o.workspace_id = $1 and o.calendly_uri = $3), $4)
       where m.workspace_id = $1 and m.calendly_uri in ($2, $3) and m.invitees_limit = 1`,
      [workspaceId, next.meetingUri, last.meetingUri, makeId()],
    );
  }
}

async function addMember(tx: Tx, workspaceId: string, email: string): Promise<void> {
  const organization = { workspaceId, uri: `https://api.calendly.com/organizations/${email}` };
  const userUri = `https://api.calendly.com/users/${email}`;
  const member = { userUri, email, name: null, role: 'user' };
  await replaceMembers(tx, { ...organization, at: await tx.clock() }, [member]);
}

function inviteeOf(stage: Stage, label: Label): string {
  const invitee = stage.invitees.get(label);
  if (invitee === undefined) throw new Error(`Nobody is booked as ${label}`);
  return invitee.id;
}

async function clientOf(stage: Stage, tx: Tx, label: Label): Promise<string> {
  const { rows } = await tx.query<{ client_id: string | null }>(
    'select client_id from invitees where workspace_id = $1 and id = $2',
    [stage.workspaceId, inviteeOf(stage, label)],
  );
  const id = rows[0]?.client_id ?? null;
  if (id === null) throw new Error(`${label} is nobody’s`);
  return id;
}

async function reviewOf(stage: Stage, tx: Tx, label: Label): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    `select r.id from invitees i join client_reviews r on r.workspace_id = i.workspace_id
       and (r.email_key = i.email_key or r.invitee_id = i.id)
     where i.workspace_id = $1 and i.id = $2`,
    [stage.workspaceId, inviteeOf(stage, label)],
  );
  const [review] = rows;
  if (review === undefined || rows.length > 1)
    throw new Error(`${label} is in doubt ${rows.length} times`);
  return review.id;
}

async function blockOf(tx: Tx, value: string): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    'select id from blocked_addresses where value = $1',
    [value],
  );
  return rows[0]?.id ?? '';
}

async function tell(stage: Stage): Promise<Record<Label, string>> {
  const letters = new Map<string, string>();
  const letter = (id: string): string => {
    const known = letters.get(id) ?? String.fromCodePoint(65 + letters.size);
    letters.set(id, known);
    return known;
  };
  const told: Record<Label, string> = {};
  for (const [label, { id }] of stage.invitees) {
    const { rows } = await stage.db.query<Told>(
      `select i.client_id, i.link_rule, i.link_evidence, i.link_pending, (
         select string_agg(r.reason, ' ') from client_reviews r
         where r.workspace_id = i.workspace_id and (r.invitee_id = i.id or r.email_key = i.email_key)) as doubt
       from invitees i where i.workspace_id = $1 and i.id = $2`,
      [stage.workspaceId, id],
    );
    told[label] = toText(rows[0], letter);
  }
  for (const [label, { meetingId, key }] of stage.guests) {
    const { rows } = await stage.db.query<Told>(
      `select client_id, link_rule, link_evidence, link_pending, null as doubt from meeting_guests
       where workspace_id = $1 and meeting_id = $2 and email_key = $3`,
      [stage.workspaceId, meetingId, key],
    );
    told[label] = toText(rows[0], letter);
  }
  return told;
}

interface Told {
  client_id: string | null;
  link_rule: string | null;
  link_evidence: unknown;
  link_pending: boolean;
  doubt: string | null;
}

/** Also sees that every link rests on something. */
function toText(row: Told | undefined, letter: (id: string) => string): string {
  if (row === undefined || row.link_pending) return 'pending';
  const { client_id: id, link_rule: rule, doubt } = row;
  const needsNone = rule === 'manual' || rule === 'erased' || rule === 'no_address';
  if (row.link_evidence === null && !needsNone) return `${rule} without evidence`;
  if (rule === 'review') return `? ${doubt}`;
  if (id === null) return `- ${rule}`;
  return doubt === null || rule !== 'manual'
    ? `${letter(id)} ${rule}`
    : `${letter(id)} ${rule} ? ${doubt}`;
}
