/** Bad inputs 1 to 57 through the real thing: HTTP server, receiving, worker, a real database, a simulated Calendly. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWebhookWorld, type WebhookWorld } from '../harness/webhook-world.ts';
import type { WebhookCase } from './case.ts';
import { bodyCases } from './cases-body.ts';
import { factCases } from './cases-facts.ts';
import { floodCases, httpCases } from './cases-http.ts';
import { identityCases } from './cases-identity.ts';
import { orderCases } from './cases-order.ts';
import { signatureCases } from './cases-signature.ts';

const cases = [
  ...signatureCases,
  ...httpCases,
  ...bodyCases,
  ...identityCases,
  ...orderCases,
  ...factCases,
  ...floodCases,
];
let world: WebhookWorld;

beforeAll(async () => {
  world = await startWebhookWorld({ publicUrl: null });
  await world.sync();
});
afterAll(async () => {
  const rows = new Set(cases.map(({ row }) => row));
  process.stdout.write(`webhook bad inputs: ${cases.length} cases of ${rows.size} rows\n`);
  await world.close();
});

/** Changes with every row that is written. */
async function lastWrites(): Promise<unknown> {
  const { rows } = await world.db.query(
    `select (select count(*) || ' ' || max(updated_at) from meetings) as meetings,
       (select count(*) || ' ' || max(updated_at) from invitees) as invitees,
       (select count(*) || ' ' || max(updated_at) from event_types) as event_types,
       (select count(*) || ' ' || max(updated_at) from clients) as clients,
       (select count(*) from routing_form_submissions) as submissions,
       (select count(*) from queued_reads) as owed`,
  );
  return rows[0];
}

async function countDeliveries(): Promise<number> {
  const { rows } = await world.db.query<{ n: number }>(
    'select count(*) as n from webhook_deliveries',
  );
  return rows[0]?.n ?? -1;
}

async function play({ send, status, ends, leaves }: WebhookCase): Promise<void> {
  const sent = await send(world);
  const stored = await countDeliveries();
  const before = await lastWrites();
  const { answer, delivery } = await world.post(sent.body, sent);
  expect(answer.status).toBe(status);
  expect(answer.headers.has('location')).toBe(false);
  if (ends === undefined) {
    expect(await countDeliveries()).toBe(stored);
  } else {
    expect(answer.text).toBe('{"received":true}');
    const { state, reason, flags = [] } = ends;
    expect(delivery).toMatchObject({ state, flags });
    expect(delivery?.reason ?? '').toContain(reason ?? '');
    expect(delivery?.reason === null).toBe(reason === undefined);
  }
  if (leaves !== undefined) return leaves(world, sent);
  expect(await lastWrites()).toEqual(before);
}

describe('a delivery that is not as it should be', () => {
  it.each(cases)(
    'row $row: $about → $status',
    { timeout: process.env['ORDERS'] === 'full' ? 180_000 : 30_000 },
    play,
  );
});

describe('after all of them', () => {
  it('one run makes everything true', async () => {
    // the calendar entries of the last bookings come a second after them, without any webhook
    const { clock } = world.simulator.world;
    world.simulator.world.clock = { ...clock, now: () => clock.now() + 5000 };
    const [run] = await world.sync();
    expect(run).toMatchObject({ state: 'done' });
    expect(await world.drift()).toEqual([]);
  });

  it('nothing was logged as an error, and no line holds what people wrote', () => {
    expect(world.lines.filter(({ level }) => level === 'error')).toEqual([]);
    const text = JSON.stringify(world.lines);
    for (const secret of [world.key, '@visitor.example', '<script>']) {
      expect(text).not.toContain(secret);
    }
  });

  it('no object of this process has learnt anything', () => {
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});
