/** Even shares of many things, the same in every process and at every time. */
import { hash } from 'node:crypto';
import { meetingUriOf } from '../calendly/uri.ts';
import type { Connection } from '../store/connections.ts';
import type { Db } from '../store/db.ts';
import { listOpenDrift } from '../store/drift-checks.ts';

/** In how many days the daily proof comes round to the invitees of every meeting. */
export const ROUND_DAYS = 30;

/** Of so many invitees drift is proven anew every day while it lasts: more is a mirror that needs a sync. */
const MOST_OPEN = 200;

/** Which of `parts` shares (0 … parts − 1) the thing of this name belongs to. */
export function shareOf(name: string, parts: number): number {
  return Number.parseInt(hash('sha256', name).slice(0, 12), 16) % parts;
}

/** Whether it is this meeting's turn on `day` (days since 1970), as on every thirtieth. */
export function isOfDay(meetingUri: string, day: number): boolean {
  return shareOf(meetingUri, ROUND_DAYS) === day % ROUND_DAYS;
}

/**
 * Tells of which meetings the daily proof of `day` reads the invitees: those whose turn it is, and those in
 * which the last proofs found drift, so that drift stands in the newest proof until it is gone.
 */
export async function readerOfDay(
  db: Db,
  connection: Pick<Connection, 'workspace_id' | 'id'>,
  day: number,
): Promise<(meetingUri: string) => boolean> {
  const owner = { workspaceId: connection.workspace_id, connectionId: connection.id };
  const open = await listOpenDrift(db, owner, MOST_OPEN);
  const drifted = new Set(open.map(meetingUriOf));
  return (meetingUri) => drifted.has(meetingUri) || isOfDay(meetingUri, day);
}
