/** A delivery that cannot be worked: tried again, later and later, given up, and worked again on demand. */
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../../src/base/log.ts';
import { systemClock } from '../../src/base/time.ts';
import { type Timestamp, timestampFromMs, timestampToMs } from '../../src/domain/timestamp.ts';
import { type DeliveryWorker, startDeliveryWorker } from '../../src/jobs/delivery-worker.ts';
import {
  announceDeliveries,
  forgetDeliveries,
  insertDeliveries,
  replayDeliveries,
} from '../../src/store/deliveries.ts';
import { findDelivery, type DeliveryView } from '../../src/store/delivery-list.ts';
import { bookingBody, meetingUri } from '../harness/booking-deliveries.ts';
import { freshDatabase, type FreshDatabase } from '../harness/database.ts';
import { createHandClock } from '../harness/hand-clock.ts';
import { makeId, seedConnection } from '../harness/sync-world.ts';
import { tenantsOf } from '../../src/store/tenants.ts';

const USER = 'https://api.calendly.com/users/HOST';
const clock = createHandClock(systemClock.now());

let database: FreshDatabase;
let ids: { workspaceId: string; connectionId: string };
let worker: DeliveryWorker;
/** Messages of the log and deliveries worked, in order. */
const news: string[] = [];
let next = Promise.withResolvers<void>();

function tell(what: string): void {
  news.push(what);
  next.resolve();
  next = Promise.withResolvers();
}

beforeAll(async () => {
  database = await freshDatabase('postgres', { clock: async () => timestampFromMs(clock.now()) });
  const { db } = database;
  ids = await seedConnection(db, 'user');
  await db.query('update calendly_connections set calendly_user_uri = $1', [USER]);
  await db.script(`
    create table broken_meetings (uri text primary key);
    grant select on broken_meetings to public;
    create function refuse_broken() returns trigger language plpgsql as $$ begin
      if exists (select 1 from broken_meetings b where b.uri = new.calendly_uri) then
        raise exception 'row of ada@visitor.example' using errcode = 'XX001';
      end if;
      return new;
    end $$;
    create trigger refuse_broken before insert on meetings for each row execute function refuse_broken();`);
  worker = await startDeliveryWorker({
    tenants: tenantsOf(db),
    clock,
    random: { fraction: () => 1, bytes: (length) => new Uint8Array(length) },
    log: createLog({
      level: 'info',
      format: 'json',
      write: (line) => tell(line),
    }),
    newId: makeId,
    confirm: async () => 0,
    link: async () => undefined,
    worked: (event, state) => tell(`${event} ${state}`),
  });
});
afterEach(() => database.db.query('delete from broken_meetings'));
afterAll(async () => {
  await worker.stop();
  await database.drop();
});

async function deliver(number: number): Promise<string> {
  const body = bookingBody({ user: USER, number });
  const id = makeId();
  const at = timestampFromMs(clock.now());
  await insertDeliveries(database.db, [
    {
      ...ids,
      id,
      subscriptionId: null,
      body,
      sha256: createHash('sha256').update(body).digest(),
      headers: {},
      receivedAt: at,
      signedAt: at,
      flags: [],
    },
  ]);
  await announceDeliveries(database.db);
  return id;
}

async function deliveryOf(id: string): Promise<DeliveryView & { next_try_at: Timestamp }> {
  const view = await findDelivery(database.db, ids.workspaceId, id);
  const { rows } = await database.db.query<{ next_try_at: Timestamp }>(
    'select next_try_at from webhook_deliveries where id = $1',
    [id],
  );
  if (view === undefined || rows[0] === undefined) throw new Error('The delivery is gone');
  return { ...view, ...rows[0] };
}

/** The delivery once `isThere` holds, looked at whenever there are news. */
async function until(
  id: string,
  isThere: (delivery: DeliveryView) => boolean,
): Promise<DeliveryView & { next_try_at: Timestamp }> {
  for (;;) {
    const more = next.promise;
    const delivery = await deliveryOf(id);
    if (isThere(delivery)) return delivery;
    await more;
  }
}

async function breakMeeting(number: number): Promise<void> {
  await database.db.query('insert into broken_meetings values ($1)', [meetingUri(number)]);
}

/** Lets the time come at which the delivery is tried again, and waits for that try. */
async function tryAgain(id: string): Promise<DeliveryView & { next_try_at: Timestamp }> {
  const before = await deliveryOf(id);
  await clock.advance(timestampToMs(before.next_try_at) - clock.now() + 10);
  // a worker that looked just before the time was moved on sleeps by the old one
  await announceDeliveries(database.db);
  return until(id, ({ attempts, state }) => attempts > before.attempts || state !== 'received');
}

describe('a delivery that the database refuses', () => {
  it('is tried ten times with growing pauses, then given up; worked again it is done', async () => {
    const { db } = database;
    await breakMeeting(1);
    const id = await deliver(1);
    const pauses: number[] = [];
    let delivery = await until(id, ({ attempts }) => attempts === 1);
    while (delivery.state === 'received') {
      pauses.push(Math.round((timestampToMs(delivery.next_try_at) - clock.now()) / 1000));
      delivery = await tryAgain(id);
    }

    expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512]);
    expect(delivery).toMatchObject({ state: 'dead', attempts: 10 });
    expect(delivery.reason).toMatch(/^database\./);
    const { rows } = await db.query('select 1 from meetings union all select 1 from queued_reads');
    expect(rows).toEqual([]);
    expect(news.join()).not.toContain('ada@visitor.example');

    // given up for good: nothing happens by itself any more
    await clock.advance(48 * 3_600_000);
    const other = await deliver(4);
    await until(other, ({ state }) => state === 'done');
    expect(await deliveryOf(id)).toMatchObject({ state: 'dead', attempts: 10 });

    await db.query('delete from broken_meetings');
    expect(await replayDeliveries(db, { workspaceId: ids.workspaceId, id })).toBe(1);
    const done = await until(id, ({ state }) => state !== 'received');
    expect(done).toMatchObject({ state: 'done', attempts: 1, reason: null });
    const meetings = await db.query('select 1 from meetings where calendly_uri = $1', [
      meetingUri(1),
    ]);
    expect(meetings.rows).toHaveLength(1);
  });

  it('holds none of the others, and heals by itself', async () => {
    await breakMeeting(2);
    const [bad, good] = [await deliver(2), await deliver(3)];
    expect(await until(good, ({ state }) => state !== 'received')).toMatchObject({ state: 'done' });
    await until(bad, ({ attempts }) => attempts === 1);
    await database.db.query('delete from broken_meetings');
    expect(await tryAgain(bad)).toMatchObject({ state: 'done', attempts: 2 });
    expect(news.some((line) => line.includes('🔔 [Webhook] invitee.created: 1 new'))).toBe(true);
  });
});

describe('working again', () => {
  it('takes what failed and what was put aside, of one workspace or of all, and nothing else', async () => {
    const { db } = database;
    const put = async (state: string, number: number): Promise<string> => {
      const id = await deliver(number);
      await until(id, (one) => one.state === 'done');
      await db.query('update webhook_deliveries set state = $2 where id = $1', [id, state]);
      return id;
    };
    const dead = await put('dead', 10);
    const aside = await put('quarantined', 11);
    const ignored = await put('ignored', 12);
    expect(await replayDeliveries(db, { workspaceId: makeId() })).toBe(0);
    expect(await replayDeliveries(db, { workspaceId: makeId(), id: dead })).toBe(0);
    expect(await replayDeliveries(db, {})).toBe(2);
    for (const id of [dead, aside]) await until(id, ({ state }) => state === 'done');
    expect(await deliveryOf(ignored)).toMatchObject({ state: 'ignored' });
    expect(await replayDeliveries(db, { id: ignored })).toBe(1);
    await until(ignored, ({ state }) => state === 'done');
  });
});

describe('what has been kept long enough', () => {
  it('is forgotten once it has ended, and never while it waits', async () => {
    const { db } = database;
    await breakMeeting(20);
    const waiting = await deliver(20);
    await until(waiting, ({ attempts }) => attempts === 1);
    const old = await deliver(21);
    await until(old, ({ state }) => state === 'done');
    await clock.advance(1000);
    const before = timestampFromMs(clock.now());
    const young = await deliver(22);
    await until(young, ({ state }) => state === 'done');

    expect(await forgetDeliveries(db, before)).toBeGreaterThan(0);
    expect(await findDelivery(db, ids.workspaceId, old)).toBeUndefined();
    expect(await findDelivery(db, ids.workspaceId, young)).toBeDefined();
    expect(await findDelivery(db, ids.workspaceId, waiting)).toBeDefined();
  });
});
