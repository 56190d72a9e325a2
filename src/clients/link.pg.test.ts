/** Linking people to clients beside others who do the same: nobody is made twice, nothing made by hand is undone. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engines, type FreshDatabase, freshDatabase } from '../../test/harness/database.ts';
import { type RowMaker, rowsOf } from '../../test/harness/mirror-rows.ts';
import { makeId, seedConnection } from '../../test/harness/sync-world.ts';
import { systemRandom } from '../base/random.ts';
import { systemClock } from '../base/time.ts';
import { emailKey } from '../domain/email.ts';
import { lockLinks } from '../store/pending-people.ts';
import { linkClients, linkPeople } from './link.ts';

const { signal } = new AbortController();
const LINKERS = 20;

let fresh: FreshDatabase;
let workspaceId: string;
let make: RowMaker;

describe.each(engines)('linking on %s', (engine) => {
  beforeEach(async () => {
    fresh = await freshDatabase(engine);
    ({ workspaceId } = await seedConnection(fresh.db, 'user'));
    make = rowsOf(fresh.db, workspaceId, {
      now: () => systemClock.now(),
      bytes: (length) => systemRandom.bytes(length),
    });
  });
  afterEach(() => fresh.drop());

  it('twenty linkers that meet the same new person make one client', async () => {
    const spellings = ['Ada@Visitor.example', 'ada@visitor.example', 'ＡＤＡ@visitor.example'];
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(
        Array.from({ length: LINKERS }, async (_, index) => {
          const spelling = spellings[index % spellings.length] ?? '';
          await person(spelling.replace('@', `.${round}@`));
          await linkAll();
        }),
      );
    }
    await linkAll();
    expect(await counts()).toEqual({ clients: 3, addresses: 3, unlinked: 0, pending: 0 });
  });

  it('twenty linkers over two hundred people make one client for each', async () => {
    for (let index = 0; index < 200; index += 1) await person(`visitor.${index % 100}@v.example`);
    await Promise.all(Array.from({ length: LINKERS }, linkAll));
    expect(await counts()).toEqual({ clients: 100, addresses: 100, unlinked: 0, pending: 0 });
    const { rows } = await fresh.db.query<{ entries: number; newest: number }>(
      `select count(*)::int as entries, max(number)::int as newest from feed where event = 'client.changed'`,
    );
    expect(rows).toEqual([{ entries: 100, newest: 100 }]);
  });

  it('twenty transactions that each link another booking of somebody known by a number alone make one client', async () => {
    const phone = { text_reminder_number: '+4930901820', name: 'A Visitor', link_pending: true };
    const bookings = await Promise.all(
      Array.from({ length: LINKERS }, async () => make.invitee((await make.meeting()).uri, phone)),
    );
    await Promise.all(
      bookings.map((id) =>
        fresh.db.tx(async (tx) => {
          await lockLinks(tx, workspaceId);
          await linkPeople(tx, workspaceId, { newId: makeId, only: { inviteeIds: [id] } });
        }),
      ),
    );
    expect(await counts()).toEqual({ clients: 1, addresses: 0, unlinked: 0, pending: 0 });
  });

  it('hosts, robots and people without an address become nobody’s client', async () => {
    await fresh.db.query(`update calendly_connections set email = 'Host@Firm.example'`);
    await person('host@firm.example');
    await person('no-reply@booking.example');
    const { uri } = await make.meeting();
    await make.invitee(uri, { email: null, email_key: null, link_pending: true });
    await linkAll();
    expect(await counts()).toEqual({ clients: 0, addresses: 0, unlinked: 3, pending: 0 });
    const { rows } = await fresh.db.query<{ link_rule: string }>(
      'select link_rule from invitees order by link_rule',
    );
    expect(rows.map(({ link_rule }) => link_rule)).toEqual(['host', 'no_address', 'no_reply']);
  });

  it('a link that a user made by hand stays when the person is linked again', async () => {
    const client = await make.client('someone.else@v.example');
    const { uri } = await make.meeting();
    await make.invitee(uri, {
      ...pending('ada@v.example'),
      client_id: client,
      link_rule: 'manual',
    });
    await linkAll();
    const { rows } = await fresh.db.query(
      'select client_id, link_rule, link_pending from invitees',
    );
    expect(rows).toEqual([{ client_id: client, link_rule: 'manual', link_pending: false }]);
  });
});

function linkAll(): Promise<void> {
  return linkClients(fresh.db, workspaceId, { newId: makeId, signal });
}

async function person(email: string): Promise<void> {
  const { uri } = await make.meeting();
  await make.invitee(uri, pending(email));
}

function pending(email: string): Record<string, unknown> {
  return { email, email_key: emailKey(email), name: 'A Visitor', link_pending: true };
}

async function counts(): Promise<unknown> {
  const { rows } = await fresh.db.query(
    `select (select count(*) from clients) as clients, (select count(*) from client_emails) as addresses,
       (select count(*) from invitees where client_id is null) as unlinked,
       (select count(*) from invitees where link_pending) as pending`,
  );
  return rows[0];
}
