/** The live stream over real HTTP: who hears what, from where, and never a gap or anything twice. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../test/harness/database.ts';
import { openStream, type EventStream } from '../../test/harness/event-stream.ts';
import {
  call,
  startHttpWorld,
  type HttpWorld,
  type Member,
} from '../../test/harness/http-world.ts';
import { newId } from '../domain/id.ts';
import { appendFeed } from '../store/feed.ts';
import { forgetFeed, newestFeedNumber } from '../store/feed-read.ts';
import type { StreamNews } from './deps.ts';

const FAR = '2999-01-01T00:00:00.000000Z';
let world: HttpWorld;
let push: ((news: StreamNews) => void) | undefined;
let watched = 0;
const streams: EventStream[] = [];

async function start(engine: 'postgres' | 'pglite'): Promise<void> {
  world = await startHttpWorld({
    engine,
    deps: {
      streamExtras: {
        subscribe(_workspaceId, pushed) {
          push = pushed;
          watched += 1;
          return () => {
            watched -= 1;
          };
        },
      },
    },
  });
}

afterEach(async () => {
  await Promise.all(streams.splice(0).map((stream) => stream.close()));
});

async function listen(lastEventId?: string, as: Member = world.admin): Promise<EventStream> {
  const options = lastEventId === undefined ? { as } : { as, lastEventId };
  const stream = await openStream(world, options);
  streams.push(stream);
  return stream;
}

/** One write of `count` changes; answers the id of what the last one is about. */
async function write(count = 1, { user }: Member = world.admin): Promise<string> {
  let subjectId = '';
  await world.db.tx(async (tx) => {
    const entries = Array.from({ length: count }, () => {
      subjectId = newId(world.ids);
      return { event: 'meeting.created', subjectId, data: { kind: 'test' } };
    });
    await appendFeed(tx, user.workspaceId, { at: await tx.clock(), entries });
  });
  return subjectId;
}

const newest = (): Promise<number> => newestFeedNumber(world.db, world.admin.user.workspaceId);
const idsOf = ({ events }: EventStream): number[] => events.map(({ id }) => Number(id));

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

describe.each(engines)('the stream on %s', (engine) => {
  beforeAll(() => start(engine));
  afterAll(() => world.close());

  it('says what happens from now on, with number, id and time', async () => {
    await write();
    const before = await newest();
    const stream = await listen();
    const { headers, status } = stream.response;
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store, no-transform');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    const id = await write();
    await stream.until(() => stream.events.length === 1);
    expect(stream.events).toEqual([
      {
        id: String(before + 1),
        event: 'meeting.created',
        data: { id, at: expect.stringMatching(/Z$/), kind: 'test' },
      },
    ]);
  });

  it('goes on after the number that a client has seen, the first and the newest included', async () => {
    await write(3);
    const last = await newest();
    const behind = await listen(String(last - 2));
    const whole = await listen('0');
    const current = await listen(String(last));
    await write(2);
    for (const stream of [behind, whole, current]) {
      await stream.until(() => stream.events.at(-1)?.id === String(last + 2));
    }
    expect(idsOf(behind)).toEqual(range(last - 1, last + 2));
    expect(idsOf(whole)).toEqual(range(1, last + 2));
    expect(idsOf(current)).toEqual([last + 1, last + 2]);
  });

  it('can be resumed even where nothing was heard before the connection was lost', async () => {
    const first = await listen();
    await first.until(() => first.lastEventId() !== '');
    await first.close();
    await write(2);
    const second = await listen(first.lastEventId());
    await second.until(() => second.events.length === 2);
    expect(second.events).toHaveLength(2);
  });

  it('tells one workspace nothing of another', async () => {
    const own = await listen();
    const foreign = await listen('0', world.foreigner);
    await write();
    const id = await write(1, world.foreigner);
    await foreign.until(() => foreign.events.some(({ data }) => data['id'] === id));
    await own.until(() => own.events.length === 1);
    expect(own.events[0]?.data['id']).not.toBe(id);
    expect(foreign.events.every(({ data }) => data['id'] === id)).toBe(true);
  });

  it('carries progress and status without a number, and asks for them only while somebody listens', async () => {
    const stream = await listen();
    await write();
    await stream.until(() => stream.events.length === 1);
    expect(watched).toBe(1);
    const run = newId(world.ids);
    push?.({ event: 'run.progress', id: run, data: { run_id: run, done: 3, total: null } });
    await stream.until(() => stream.events.length === 2);
    expect(stream.events[1]).toEqual({
      id: undefined,
      event: 'run.progress',
      data: { id: run, at: expect.any(String), run_id: run, done: 3, total: null },
    });
    expect(stream.lastEventId()).toBe(String(await newest()));
    const other = await listen();
    await stream.close();
    await other.close();
    await write();
    const third = await listen();
    expect(watched).toBe(1);
    await third.close();
  });

  it('is reset for numbers that are not there: too new, malformed, forgotten', async () => {
    await write(2);
    const last = await newest();
    const wrong = [String(last + 1), '999999999999999', '9'.repeat(40), '-1', '1.5', 'x', '1, 2'];
    for (const lastEventId of wrong) {
      const stream = await listen(lastEventId);
      await stream.until(() => stream.events.length === 1);
      expect([lastEventId, stream.events]).toEqual([
        lastEventId,
        [
          {
            id: String(last),
            event: 'reset',
            data: { id: expect.any(String), at: expect.any(String) },
          },
        ],
      ]);
      await stream.close();
    }
    await forgetFeed(world.db, FAR);
    const forgotten = await listen(String(last - 1));
    await forgotten.until(() => forgotten.events.length === 1);
    await write();
    await forgotten.until(() => forgotten.events.length === 2);
    expect(forgotten.events.map(({ event, id }) => [event, Number(id)])).toEqual([
      ['reset', last],
      ['meeting.created', last + 1],
    ]);
    const upToDate = await listen(String(last + 1));
    await write();
    await upToDate.until(() => upToDate.events.length === 1);
    expect(idsOf(upToDate)).toEqual([last + 2]);
  });

  it('is reset where what was missed is more than 7 days old, forgotten or not', async () => {
    await write(2);
    const last = await newest();
    const { workspaceId } = world.admin.user;
    const age = async (number: number, days: string): Promise<void> => {
      await world.db.query(
        `update feed set at = at - $3::interval where workspace_id = $1 and number = $2`,
        [workspaceId, number, days],
      );
    };
    await age(last - 1, '7 days 1 minute');
    const old = await listen(String(last - 2));
    await old.until(() => old.events.length === 1);
    expect(old.events[0]).toMatchObject({ event: 'reset', id: String(last) });
    await age(last, '6 days 23 hours');
    const young = await listen(String(last - 1));
    await young.until(() => young.events.length === 1);
    expect(idsOf(young)).toEqual([last]);
  });

  it('asks for a token in its header, and takes none from the URL', async () => {
    expect((await fetch(`${world.url}/api/stream`)).status).toBe(401);
    const inUrl = `/api/stream?token=${world.admin.token}`;
    expect((await fetch(`${world.url}${inUrl}`)).status).toBe(401);
    expect((await call(world, inUrl)).status).toBe(400);
  });
});
