/** The live stream as time passes: heartbeats, lost notices, users that are gone, clients that are stuck. */
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStream } from '../../test/harness/event-stream.ts';
import { startHttpWorld, type HttpWorld } from '../../test/harness/http-world.ts';
import { steppedClock, type SteppedClock } from '../../test/harness/stepped-clock.ts';
import { systemClock } from '../base/time.ts';
import { newId } from '../domain/id.ts';
import { appendFeed } from '../store/feed.ts';

let world: HttpWorld;
let clock: SteppedClock;

beforeEach(async () => {
  clock = steppedClock(systemClock.now());
  world = await startHttpWorld({ deps: { clock } });
});
afterEach(() => world.close());

async function write(count = 1, data: Record<string, unknown> = {}): Promise<void> {
  await world.db.tx(async (tx) => {
    const entry = { event: 'client.changed', subjectId: newId(world.ids), data };
    const entries = Array.from({ length: count }, () => entry);
    await appendFeed(tx, world.admin.user.workspaceId, { at: await tx.clock(), entries });
  });
}

/** As a write whose notice was lost on the way. */
async function writeSilently(): Promise<void> {
  await world.db.query(
    `with counted as (
       update workspaces set feed_number = feed_number + 1 where id = $1 returning feed_number
     )
     insert into feed (workspace_id, number, at, event, subject_id)
     select $1, feed_number, $2, 'client.changed', $1 from counted`,
    [world.admin.user.workspaceId, await world.db.clock()],
  );
}

describe('an open stream', () => {
  it('has a heartbeat every 15 seconds', async () => {
    const stream = await openStream(world);
    await clock.whenSet(15_000);
    clock.pass(14_999);
    clock.pass(1);
    await stream.until(() => stream.comments.length === 1);
    expect(stream.comments).toEqual(['heartbeat']);
    clock.pass(30_000);
    await stream.until(() => stream.comments.length === 3);
    expect(stream.events).toEqual([]);
    await stream.close();
  });

  it('hears of changes whose notice was lost within 5 seconds', async () => {
    const stream = await openStream(world);
    await write();
    await stream.until(() => stream.events.length === 1);
    await writeSilently();
    await clock.whenSet(5000);
    clock.pass(5000);
    await stream.until(() => stream.events.length === 2);
    expect(stream.events.map(({ id }) => id)).toEqual(['1', '2']);
    await stream.close();
  });

  it('ends within a minute when its token is revoked, and no other does', async () => {
    const admin = await openStream(world);
    const member = await openStream(world, { as: world.member });
    await write();
    await member.until(() => member.events.length === 1);
    await world.db.query('update access_tokens set revoked_at = $2 where user_id = $1', [
      world.member.user.id,
      await world.db.clock(),
    ]);
    clock.pass(60_000);
    await member.ended;
    await admin.until(() => admin.comments.length === 4);
    await write();
    await admin.until(() => admin.events.length === 2);
    expect(member.events).toHaveLength(1);
    await admin.close();
  });

  it('ends when the user is removed', async () => {
    const stream = await openStream(world, { as: world.member });
    await world.db.query('delete from users where id = $1', [world.member.user.id]);
    await clock.whenSet(15_000);
    clock.pass(60_000);
    await stream.ended;
    expect(stream.events).toEqual([]);
  });

  it('is cut off where nothing is taken for 20 seconds', async () => {
    const socket = connect(world.port, '127.0.0.1');
    socket.pause();
    const request = `GET /api/stream HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${world.admin.token}\r\n\r\n`;
    socket.write(request);
    await clock.whenSet(15_000);
    for (let round = 0; round < 40; round += 1) await write(100, { text: 'x'.repeat(4000) });
    await clock.whenSet(20_000);
    clock.pass(20_000);
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined).resume();
    await gone;
    expect(socket.destroyed).toBe(true);
  });
});
