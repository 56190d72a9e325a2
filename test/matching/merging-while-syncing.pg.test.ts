/** Merges and splits of clients while syncs bring new bookings of theirs: no meeting is lost, whatever comes first. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { linkClients } from '../../src/clients/link.ts';
import { mergeClients } from '../../src/clients/merge.ts';
import { splitClient } from '../../src/clients/split.ts';
import { AppError } from '../../src/domain/errors.ts';
import { appendFeed } from '../../src/store/feed.ts';
import { tenantsOf } from '../../src/store/tenants.ts';
import { makeId, makeSyncWorld, type SyncWorld } from '../harness/sync-world.ts';

const PEOPLE = 5;
const emailOf = (number: number): string => `person.${number}@merged.example`;

let world: SyncWorld;
beforeAll(async () => {
  world = await makeSyncWorld({ story: 'demo' });
  for (let number = 0; number < PEOPLE; number += 1) bookFor(number);
  await world.sync();
});
afterAll(() => world.close());

const person = fc.integer({ min: 0, max: PEOPLE - 1 });
const act = fc.oneof(fc.record({ merge: person, into: person }), fc.record({ split: person }));

it('every booking stays with the client who has its address', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(person, { minLength: 3, maxLength: 8 }),
      fc.array(act, { minLength: 4, maxLength: 12 }),
      async (bookings, acts) => {
        for (const number of bookings) bookFor(number);
        // a second linker beside the run's own, as a webhook's
        await Promise.all([world.sync(), play(acts.slice(0, 6)), play(acts.slice(6)), link()]);
        await link();
        await expectNothingLost();
      },
    ),
    { numRuns: 8 },
  );
});

function bookFor(number: number): void {
  const invitee = { name: `Person ${number}`, email: emailOf(number) };
  world.simulator.moves.book({ eventType: 'introductory-call', invitee });
}

type Act = { merge: number; into: number } | { split: number };

/** What another act has made impossible meanwhile is refused in words, and changes nothing. */
async function play(acts: readonly Act[]): Promise<void> {
  for (const one of acts) {
    await perform(one).catch((error: unknown) => {
      if (error instanceof AppError && error.code.startsWith('client.')) return;
      throw error;
    });
  }
}

async function perform(one: Act): Promise<void> {
  const { workspaceId } = world;
  const db = tenantsOf(world.db).of(workspaceId);
  const clientOf = async (number: number): Promise<string> => {
    const { rows } = await db.query<{ client_id: string }>(
      'select client_id from client_emails where email_key = $1',
      [emailOf(number)],
    );
    return rows[0]?.client_id ?? makeId();
  };
  const newId = makeId;
  const change =
    'split' in one
      ? { id: await clientOf(one.split), emails: [emailOf(one.split)], newId }
      : { from: await clientOf(one.merge), into: await clientOf(one.into), newId };
  await db.tx(async (tx) => {
    const news =
      change.emails !== undefined
        ? (await splitClient(tx, workspaceId, change)).news
        : await mergeClients(tx, workspaceId, change);
    await appendFeed(tx, workspaceId, { at: await tx.clock(), entries: news });
  });
}

async function link(): Promise<void> {
  const { signal } = new AbortController();
  const db = tenantsOf(world.db).of(world.workspaceId);
  await linkClients(db, world.workspaceId, { newId: makeId, signal });
}

async function expectNothingLost(): Promise<void> {
  const { rows } = await world.db.query<Record<string, number>>(
    `select count(*) filter (where i.link_pending)::int as pending,
       count(*) filter (where i.client_id is null and i.link_rule = 'email')::int as lost,
       count(*) filter (where i.client_id is distinct from e.client_id and i.link_rule = 'email')::int as elsewhere,
       count(*) filter (where c.id is null and i.client_id is not null)::int as of_nobody
     from invitees i
     left join client_emails e on e.email_key = i.email_key
     left join clients c on c.id = i.client_id`,
  );
  expect(rows).toEqual([{ pending: 0, lost: 0, elsewhere: 0, of_nobody: 0 }]);
  const { rows: addresses } = await world.db.query<{ n: number }>(
    `select count(*)::int as n from client_emails e join clients c on c.id = e.client_id
     where e.email_key like '%@merged.example'`,
  );
  expect(addresses).toEqual([{ n: PEOPLE }]);
}
