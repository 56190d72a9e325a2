/** Faults strike the requests they are meant for, as often as they are told, and in the way they say. */
import { expect, test } from 'vitest';
import { nextToken, openStage, resourceOf, rowsOf } from './stage.ts';

test('a fault strikes after so many good requests, so many times, and on its path alone', async () => {
  const { ask, simulator } = await openStage('empty');
  simulator.faults.set([
    {
      path: '^/users/me$',
      after: 2,
      times: 2,
      then: { status: 503, headers: { 'Retry-After': '7' } },
    },
  ]);
  const statuses: number[] = [];
  for (let index = 0; index < 6; index += 1) statuses.push((await ask('/users/me')).status);
  expect(statuses).toEqual([200, 200, 503, 503, 200, 200]);
  expect(simulator.faults.list()).toMatchObject([{ met: 6, struck: 2 }]);
  simulator.faults.set([{ path: '/users', query: 'x=1', then: { status: 500, body: { a: 1 } } }]);
  expect((await ask('/users/me')).status).toBe(200);
  expect((await ask('/users/me?x=1')).json).toEqual({ a: 1 });
  simulator.faults.clear();
  expect((await ask('/users/me?x=1')).status).toBe(200);
});

test('what is no fault is refused when it is set', async () => {
  const { simulator } = await openStage('empty');
  for (const fault of [
    { path: 'users', then: { status: 500 } },
    { path: '^(', then: { status: 500 } },
    { path: '/users', then: { status: 99 } },
  ]) {
    expect(() => simulator.faults.add(fault)).toThrow();
  }
  expect(simulator.faults.list()).toEqual([]);
});

test('bytes, headers and challenge pages come as told', async () => {
  const { ask, simulator } = await openStage('empty');
  simulator.faults.set([
    { path: '/users', times: 1, then: { html: true } },
    { path: '/users', times: 1, then: { raw: '{"resource":', headers: { 'X-A': 'b' } } },
    { path: '/users', times: 1, then: { status: 429, headers: { 'X-RateLimit-Reset': '-1' } } },
  ]);
  const html = await ask('/users/me');
  expect([html.status, html.headers.get('content-type')]).toEqual([
    200,
    'text/html; charset=UTF-8',
  ]);
  await expect(ask('/users/me')).rejects.toThrow(SyntaxError);
  const limited = await ask('/users/me');
  expect([limited.status, limited.text, limited.headers.get('x-ratelimit-reset')]).toEqual([
    429,
    '',
    '-1',
  ]);
  expect(resourceOf(await ask('/users/me'))['name']).toBe('Robin Vale');
});

test('a cut answer announces its whole length and breaks off; a reset one never begins', async () => {
  const { ask, scope, simulator } = await openStage('demo');
  const path = `/scheduled_events?${scope()}`;
  const whole = (await ask(path)).text.length;
  for (const cut of [0, 1, 100, whole - 1]) {
    simulator.faults.set([{ path: '/scheduled_events', then: { cut } }]);
    await expect(ask(path), `after ${cut}`).rejects.toThrow('terminated');
  }
  simulator.faults.set([{ path: '/scheduled_events', then: { reset: true } }]);
  await expect(ask(path)).rejects.toThrow('fetch failed');
  simulator.faults.set([{ path: '/', then: { drip: { bytes: 4_000, everyMs: 1 } } }]);
  expect((await ask(path)).text).toHaveLength(whole);
  const statuses = simulator.requests.map(({ status }) => status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 0, 200]);
});

test('closing ends a request that hangs and one that is delayed, at once', async () => {
  const { ask, simulator } = await openStage('empty');
  simulator.faults.set([
    { path: '/users', then: { hang: true } },
    { path: '/organizations', then: { delayMs: 600_000 } },
  ]);
  const waiting = Promise.allSettled([ask('/users/me'), ask('/organizations/x')]);
  await expect.poll(() => simulator.faults.list().map(({ struck }) => struck)).toEqual([1, 1]);
  await simulator.close();
  expect((await waiting).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await simulator.close();
});

test('a move made on a request falls between two pages', async () => {
  let asked = 0;
  const stage = await openStage('thousand:40', {
    onRequest: () => {
      asked += 1;
      if (asked === 2) stage.simulator.moves.removeEvent({ event: doomed });
    },
  });
  const doomed = stage.simulator.truth()[25]?.event.uri ?? '';
  const path = `/scheduled_events?${stage.scope()}`;
  const first = await stage.ask(path);
  const second = rowsOf(await stage.ask(`${path}&page_token=${nextToken(first)}`));
  expect(second).toHaveLength(19);
});

test('the limit is per user and minute, announced on every answer, and shared by tokens', async () => {
  const { ask, clock, simulator } = await openStage('firm', { rateLimit: 3 });
  const { token } = simulator.moves.grantToken({ user: 'host' });
  const replies = [
    await ask('/users/me'),
    await ask('/users/me', { token }),
    await ask('/nowhere'),
    await ask('/users/me', { token }),
  ];
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 404, 429]);
  const remaining = replies.map(({ headers }) => headers.get('x-ratelimit-remaining'));
  expect(remaining).toEqual(['2', '1', '0', '0']);
  expect(replies[3]?.headers.get('x-ratelimit-reset')).toBe('60');
  expect([...simulator.refused.values()]).toEqual([1]);
  expect((await ask('/users/me', { as: 'member' })).status).toBe(200);
  clock.pass(45_500);
  expect((await ask('/users/me')).headers.get('x-ratelimit-reset')).toBe('15');
  clock.pass(14_500);
  expect((await ask('/users/me')).status).toBe(200);
});

test.each([
  ['empty', '50'],
  ['firm', '500'],
])('the plan of the story %s allows %s requests a minute', async (story, limit) => {
  const stage = await openStage(story, { isLimited: true });
  expect((await stage.ask('/users/me')).headers.get('x-ratelimit-limit')).toBe(limit);
});
