/** A pending person as the rules look at him: what of the booking tells who it is. */
import type { Json } from '../domain/json.ts';
import { nameKey } from '../domain/person-name.ts';
import { phoneKey } from '../domain/phone.ts';
import type { PendingPerson } from '../store/pending-people.ts';

export interface Person {
  id: string;
  kind: 'invitee' | 'guest';
  uri: string | null;
  oldInvitee: string | null;
  email: string | null;
  emailKey: string | null;
  name: string | null;
  /** See `nameKey`; empty where there is none. */
  nameKey: string;
  /** E.164, each once. */
  phones: readonly string[];
  /** As linked so far. */
  clientId: string | null;
  rule: string | null;
  /** A user linked this very invitee; else a link by hand is one that followed the series. */
  isOwnHand: boolean;
}

export function toPerson(row: PendingPerson): Person {
  return {
    id: row.id,
    kind: row.kind,
    uri: row.uri,
    oldInvitee: row.old_invitee,
    email: row.email,
    emailKey: row.email_key,
    name: row.name,
    nameKey: nameKey(row.name),
    phones: phonesOf(row),
    clientId: row.client_id,
    rule: row.link_rule,
    isOwnHand: row.link_rule === 'manual' && !hasFollowed(row.link_evidence),
  };
}

function hasFollowed(evidence: Json): boolean {
  return evidence !== null && typeof evidence === 'object' && 'invitee' in evidence;
}

/**
 * The person's own numbers: for reminders, given as an answer, or where the host calls for the meeting. A number of
 * `inbound_call` is the host's.
 */
function phonesOf(row: PendingPerson): string[] {
  const { type, location } = row.own_location ?? {};
  const called = type === 'outbound_call' && typeof location === 'string' ? location : null;
  const given = [row.text_reminder_number, called, ...row.answers.map(({ answer }) => answer)];
  return [...new Set(given.flatMap((text) => phoneKey(text) ?? []))];
}
