/** What is known of a batch of people before they are matched, kept up to date while they are. */
import { domainOf } from '../domain/mail-domain.ts';
import { nameKey } from '../domain/person-name.ts';
import type { Tx } from '../store/db.ts';
import {
  findAddressOwners,
  findBlocked,
  findNames,
  findOwnAddresses,
  findPhoneOwners,
  findPredecessors,
} from '../store/person-evidence.ts';
import type { Person } from './person.ts';

const CONCLUDED: ReadonlySet<string> = new Set(['phone', 'series']);

export interface Owner {
  clientId: string;
  /** As the client's address is written. */
  email: string;
  /** What it was concluded from (`phone`, `series`); undefined where a booking or a user gave it. */
  learned: string | undefined;
}

/** Who was replaced by a person, in the same series. */
export interface Before {
  inviteeId: string;
  uri: string;
  seriesId: string;
  clientId: string | null;
  rule: string | null;
}

export interface Knowledge {
  own: ReadonlyMap<string, 'host' | 'member'>;
  blocked: { addresses: ReadonlySet<string>; domains: ReadonlySet<string> };
  /** By folded address. */
  owners: Map<string, Owner>;
  /** Clients by number. */
  phones: Map<string, Set<string>>;
  /** Numbers that users took away from clients: `phone client`. */
  removedPhones: Set<string>;
  /** By the URI of who came after. */
  before: Map<string, Before>;
  /** Names of clients, folded. */
  names: Map<string, Set<string>>;
}

/** Reads it for these people. */
export async function learnAbout(
  tx: Tx,
  workspaceId: string,
  people: readonly Person[],
): Promise<Knowledge> {
  const keys = [...new Set(people.flatMap(({ emailKey }) => emailKey ?? []))];
  const uris = people.flatMap(({ uri, oldInvitee }) => (oldInvitee === null ? [] : (uri ?? [])));
  const numbers = [...new Set(people.flatMap(({ phones }) => phones))];
  const own = await findOwnAddresses(tx, workspaceId, keys);
  const domains = [...new Set(keys.map(domainOf))];
  const blocked = await findBlocked(tx, workspaceId, { addresses: keys, domains });
  const owners = await findAddressOwners(tx, workspaceId, keys);
  const phoneOwners = await findPhoneOwners(tx, workspaceId, numbers);
  const before = await findPredecessors(tx, workspaceId, uris);
  const known: Knowledge = {
    own,
    blocked,
    owners: new Map(
      [...owners].map(([key, { client_id: clientId, email, origin }]) => [
        key,
        { clientId, email, learned: CONCLUDED.has(origin) ? origin : undefined },
      ]),
    ),
    phones: new Map(),
    removedPhones: new Set(),
    before: new Map(
      before.map((row) => [
        row.next_uri,
        {
          inviteeId: row.id,
          uri: row.uri,
          seriesId: row.series_id,
          clientId: row.client_id,
          rule: row.link_rule,
        },
      ]),
    ),
    names: new Map(),
  };
  for (const { phone, client_id: clientId, removed } of phoneOwners) {
    if (removed) known.removedPhones.add(`${phone} ${clientId}`);
    else addTo(known.phones, phone, clientId);
  }
  const doubtful = [
    ...phoneOwners.map(({ client_id: id }) => id),
    ...before.flatMap(({ client_id: id }) => id ?? []),
    ...[...known.owners.values()].flatMap((owner) =>
      owner.learned === undefined ? [] : owner.clientId,
    ),
  ];
  for (const { client_id: id, name } of await findNames(tx, workspaceId, [...new Set(doubtful)])) {
    addTo(known.names, id, nameKey(name));
  }
  return known;
}

export function addTo<Key>(map: Map<Key, Set<string>>, key: Key, value: string): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, new Set([value]));
  else values.add(value);
}
