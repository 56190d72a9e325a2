/** The live stream under load: many writers, many listeners, slow ones, and the end of the server. */
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStream, type EventStream } from '../../test/harness/event-stream.ts';
import { startHttpWorld, type HttpWorld } from '../../test/harness/http-world.ts';
import { newId } from '../domain/id.ts';
import { appendFeed } from '../store/feed.ts';

let world: HttpWorld;
let isOpen = true;

beforeEach(async () => {
  isOpen = true;
  world = await startHttpWorld();
});
afterEach(async () => {
  if (isOpen) await world.close();
});

async function write(count: number, data: Record<string, unknown> = {}): Promise<void> {
  await world.db.tx(async (tx) => {
    const entry = { event: 'meeting.updated', subjectId: newId(world.ids), data };
    const entries = Array.from({ length: count }, () => entry);
    await appendFeed(tx, world.admin.user.workspaceId, { at: await tx.clock(), entries });
  });
}

/** Bytes of buffers that somebody still holds. */
function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().arrayBuffers;
}

const idsOf = ({ events }: EventStream): number[] => events.map(({ id }) => Number(id));
const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

describe('the stream', () => {
  it('brings every number once and in order to clients that come and go under 8 writers', async () => {
    const total = 8 * 40 * 2;
    const writers = Array.from({ length: 8 }, async () => {
      for (let round = 0; round < 40; round += 1) await write(1 + (round % 4 === 0 ? 4 : 0));
    });
    const written = Promise.all(writers);
    /** Reads a few events at a time, each time over a new connection. */
    async function comeAndGo(step: number): Promise<number[]> {
      const seen: number[] = [];
      while (seen.length < total) {
        const stream = await openStream(world, { lastEventId: String(seen.at(-1) ?? 0) });
        const enough = Math.min(step, total - seen.length);
        await stream.until(() => stream.events.length >= enough);
        seen.push(...idsOf(stream));
        await stream.close();
      }
      return seen;
    }
    const steady = await openStream(world, { lastEventId: '0' });
    const restless = await Promise.all([comeAndGo(7), comeAndGo(40), comeAndGo(150)]);
    await written;
    await steady.until(() => steady.events.length >= total);
    for (const seen of restless) expect(seen).toEqual(upTo(total));
    expect(idsOf(steady)).toEqual(upTo(total));
    await steady.close();
  });

  it('serves a long absence from the table, page by page', async () => {
    for (let round = 0; round < 4; round += 1) await write(400);
    const stream = await openStream(world, { lastEventId: '3' });
    await stream.until(() => stream.events.length >= 1597);
    expect(idsOf(stream)).toEqual(upTo(1600).slice(3));
    await stream.close();
  });

  it('ends within a second with 50 open, and each client sees a good end', async () => {
    const streams = await Promise.all(Array.from({ length: 50 }, () => openStream(world)));
    await write(1);
    await Promise.all(streams.map((stream) => stream.until(() => stream.events.length === 1)));
    const before = performance.now();
    isOpen = false;
    await world.close();
    expect(performance.now() - before).toBeLessThan(1000);
    await Promise.all(streams.map(({ ended }) => ended));
    expect(streams.every(({ events }) => events.length === 1)).toBe(true);
  });

  it('remembers nothing for a client that does not read, and gives it all when it does', async () => {
    const text = 'x'.repeat(4000);
    const socket = connect(world.port, '127.0.0.1');
    const quick = await openStream(world);
    socket.pause();
    socket.write(
      `GET /api/stream HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${world.admin.token}\r\nlast-event-id: 0\r\n\r\n`,
    );
    const before = memoryInUse();
    for (let round = 0; round < 50; round += 1) await write(100, { text });
    await quick.until(() => quick.events.length === 5000);
    // 20 MB were written; a page and a little more may wait here.
    expect(memoryInUse() - before).toBeLessThan(6e6);
    const ids: number[] = [];
    let rest = '';
    await new Promise<void>((resolve) => {
      socket.on('data', (chunk) => {
        const lines = (rest + chunk.toString('latin1')).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (/^id: \d+$/.test(line)) ids.push(Number(line.slice(4)));
        if (ids.at(-1) === 5000) resolve();
      });
      socket.resume();
    });
    socket.destroy();
    expect(ids).toEqual(upTo(5000));
    await quick.close();
  });

  it('is read by one reader for 50 listeners: a change costs one look at the table', async () => {
    const streams = await Promise.all(Array.from({ length: 50 }, () => openStream(world)));
    await write(1);
    await Promise.all(streams.map((stream) => stream.until(() => stream.events.length === 1)));
    const looks: string[] = [];
    const { db } = world;
    const whole = db.tx.bind(db);
    vi.spyOn(db, 'tx').mockImplementation((work, opening) =>
      whole((tx) => {
        const query = tx.query.bind(tx);
        tx.query = (text, params) => {
          if (text.includes('from feed')) looks.push(text);
          return query(text, params);
        };
        return work(tx);
      }, opening),
    );
    await write(1);
    await Promise.all(streams.map((stream) => stream.until(() => stream.events.length === 2)));
    expect(looks.length).toBeLessThanOrEqual(2);
    expect(looks.length).toBeGreaterThan(0);
    await Promise.all(streams.map((stream) => stream.close()));
  });
});
