/** Six accounts whose Calendly is hostile in six ways, and six honest ones behind them: those are not kept waiting. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/base/time.ts';
import { type Crew, type Joined, makeCrew, type Member } from '../harness/crew.ts';
import { cut, json, page, reply, silence } from './replies.ts';
import { type HostileServer, type Reply, startHostileServer } from './server.ts';

const PLACES = 2;

let crew: Crew;
let servers: HostileServer[];
let hanging = 0;
const bothHang = Promise.withResolvers<void>();
beforeAll(async () => {
  crew = await makeCrew();
  servers = [];
});
afterAll(async () => {
  await crew.close();
  await Promise.all(servers.map((server) => server.close()));
});

async function joinHostile(answer: (asked: number) => Reply): Promise<Joined> {
  let asked = 0;
  const server = await startHostileServer({
    async reply() {
      const made = answer((asked += 1));
      if (made.then === 'stall' && (hanging += 1) === PLACES) bothHang.resolve();
      return made;
    },
  });
  servers.push(server);
  return crew.joinAt(server.url);
}

/** Lets pass, when the test says so, whatever time is waited for. */
function handClock(): Clock & { pass(): void } {
  const waiting = new Set<() => void>();
  return {
    ...systemClock,
    after(_ms, run) {
      waiting.add(run);
      return () => waiting.delete(run);
    },
    pass() {
      for (const run of [...waiting]) {
        waiting.delete(run);
        run();
      }
    },
  };
}

it('the honest accounts are synced while every place is held by one that never answers', async () => {
  const hostile = [
    await joinHostile(() => silence),
    await joinHostile(() => cut(page(null), 40, 'stall')),
    await joinHostile((asked) => endless(asked)),
    await joinHostile(() => json(429, {}, { 'x-ratelimit-reset': '3600' })),
    await joinHostile(() => reply(200, Buffer.alloc(17 * 1024 * 1024, ' '))),
    await joinHostile(() => json(401, { title: 'Unauthenticated', message: 'Revoked' })),
  ];
  const honest: Member[] = [];
  for (let index = 0; index < 6; index += 1) honest.push(await crew.join('thousand:3'));
  const clock = handClock();
  crew.hire({ places: PLACES, clock });
  const ids = await crew.ask([...hostile, ...honest]);
  await bothHang.promise;
  clock.pass();
  const ended = await crew.ended(ids.slice(hostile.length));
  expect(ended.map(({ state, created }) => ({ state, created }))).toEqual(
    honest.map(() => ({ state: 'done', created: 3 })),
  );
  const others = await crew.ended(ids.slice(2, hostile.length));
  expect(new Set(others.map(({ error_code: code }) => code))).toEqual(
    new Set([
      'calendly.endless_list',
      'calendly.rate_limited',
      'calendly.too_large',
      'calendly.unauthenticated',
    ]),
  );
});

/** Somebody's account, and a page of nothing with another one behind it, whatever was asked. */
function endless(asked: number): Reply {
  return json(200, {
    resource: { uri: 'https://api.calendly.com/users/E', email: 'e@endless.example' },
    collection: [],
    pagination: { count: 0, next_page: null, next_page_token: `token-${asked}` },
  });
}
