/** One new person in fifty bookings that all come at the same moment, by webhook and by sync: one client. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startWebhookWorld, type WebhookWorld } from '../harness/webhook-world.ts';

const BOOKINGS = 50;
const SPELLINGS = ['Ada@New.example', 'ada@new.example', 'ＡＤＡ@new.example', ' ada@NEW.example'];

let world: WebhookWorld;
beforeAll(async () => {
  world = await startWebhookWorld();
});
afterAll(() => world.close());

it('fifty simultaneous webhooks and syncs with the same new person make one client', async () => {
  const { moves } = world.simulator;
  const syncs: Promise<unknown>[] = [];
  for (let index = 0; index < BOOKINGS; index += 1) {
    const email = SPELLINGS[index % SPELLINGS.length] ?? '';
    moves.book({ eventType: 'introductory-call', invitee: { name: 'Ada New', email } });
    if (index % 10 === 0) syncs.push(world.sync());
  }
  await Promise.all(syncs);
  await world.settled();
  const { rows } = await world.db.query(
    `select count(*)::int as invitees, count(distinct i.client_id)::int as clients,
       count(*) filter (where i.client_id is null or i.link_pending)::int as unlinked
     from invitees i where i.email_key = 'ada@new.example'`,
  );
  expect(rows).toEqual([{ invitees: BOOKINGS, clients: 1, unlinked: 0 }]);
  const { rows: clients } = await world.db.query(`select name from clients where name = 'Ada New'`);
  expect(clients).toEqual([{ name: 'Ada New' }]);
});
