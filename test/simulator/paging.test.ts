/** Pages: complete, bound to their query, and mortal. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { column, nextToken, openStage, readAll, resourceOf, rowsOf, toObject } from './stage.ts';

test('237 events come in pages of any size, each once, in order', async () => {
  const stage = await openStage('thousand:237');
  const truth = stage.simulator.truth().map(({ event }) => event.uri);
  expect(truth).toHaveLength(237);
  for (const count of [1, 7, 79, 100]) {
    stage.simulator.clearRequests();
    const rows = await readAll(stage, `/scheduled_events?count=${count}&${stage.scope()}`);
    expect(column(rows, 'uri')).toEqual(truth);
    expect(stage.simulator.counts.get('GET /scheduled_events')).toBe(Math.ceil(237 / count));
  }
  const backwards = `/scheduled_events?count=50&sort=start_time%3Adesc&${stage.scope()}`;
  expect(column(await readAll(stage, backwards), 'uri')).toEqual(truth.toReversed());
});

test('a page has 20 rows unless asked otherwise, and counts only itself', async () => {
  const stage = await openStage('thousand:45');
  const reply = await stage.ask(`/scheduled_events?${stage.scope()}`);
  expect(rowsOf(reply)).toHaveLength(20);
  expect(toObject(reply.json['pagination'])['count']).toBe(20);
  for (const count of ['0', '101', '-1', 'ten', '1.5', '']) {
    const refused = await stage.ask(`/scheduled_events?count=${count}&${stage.scope()}`);
    expect(refused.status, count).toBe(400);
    expect(refused.json['details']).toMatchObject([{ parameter: 'count' }]);
  }
});

test('the next page’s address repeats the filters on Calendly’s own host, and previous leads back', async () => {
  const stage = await openStage('thousand:90');
  const filters = `count=30&min_start_time=2020-01-01T00:00:00Z&${stage.scope()}`;
  const first = await stage.ask(`/scheduled_events?${filters}`);
  const url = new URL(String(toObject(first.json['pagination'])['next_page']));
  expect(url.origin).toBe('https://api.calendly.com');
  expect(url.searchParams.get('min_start_time')).toBe('2020-01-01T00:00:00.000000Z');
  expect(url.searchParams.get('count')).toBe('30');
  const second = await stage.ask(url.pathname + url.search);
  expect(rowsOf(second)).toHaveLength(30);
  const back = new URL(String(toObject(second.json['pagination'])['previous_page']));
  expect(rowsOf(await stage.ask(back.pathname + back.search))).toEqual(rowsOf(first));
});

test('a token is refused when the filters are spelled otherwise than in next_page', async () => {
  const stage = await openStage('thousand:90');
  const short = `count=30&min_start_time=2020-01-01T00:00:00Z&${stage.scope()}`;
  const long = short.replace('00:00Z', '00:00.000000Z');
  const token = nextToken(await stage.ask(`/scheduled_events?${short}`));
  const ask = (query: string) => stage.ask(`/scheduled_events?${query}&page_token=${token}`);
  const refused = await ask(short);
  expect(refused.status).toBe(400);
  expect(refused.json['details']).toEqual([{ parameter: 'page_token', message: 'is invalid' }]);
  expect((await ask(long)).status).toBe(200);
  expect((await ask(long.replace('count=30', 'count=31'))).status).toBe(400);
  expect((await ask(`${long}&status=active`)).status).toBe(400);
  stage.simulator.world.readings.tokenBoundToSpelling = false;
  expect((await ask(short)).status).toBe(200);
  expect((await ask(`${short}&status=active`)).status).toBe(400);
});

test('a token dies after some minutes, and foreign ones were never alive', async () => {
  const stage = await openStage('thousand:90');
  const path = `/scheduled_events?${stage.scope()}`;
  const token = nextToken(await stage.ask(path)) ?? '';
  stage.clock.pass(299_999);
  expect((await stage.ask(`${path}&page_token=${token}`)).status).toBe(200);
  stage.clock.pass(1);
  expect((await stage.ask(`${path}&page_token=${token}`)).status).toBe(400);
  const fresh = nextToken(await stage.ask(path)) ?? '';
  const flipped = fresh.startsWith('e') ? `f${fresh.slice(1)}` : `e${fresh.slice(1)}`;
  for (const wrong of ['', 'x', 'NEXT', fresh.slice(1), `${fresh}A`, flipped]) {
    expect((await stage.ask(`${path}&page_token=${wrong}`)).status, wrong).toBe(400);
  }
});

test('a meeting canceled for good between two pages: by key nothing is missed, by offset one row is', async () => {
  for (const pagesBy of ['key', 'offset'] as const) {
    const stage = await openStage('thousand:60', { readings: { pagesBy } });
    const before = stage.simulator.truth().map(({ event }) => event.uri);
    const path = `/scheduled_events?count=20&${stage.scope()}`;
    const first = await stage.ask(path);
    stage.simulator.moves.removeEvent({ event: before[3] ?? '' });
    const second = await stage.ask(`${path}&page_token=${nextToken(first)}`);
    expect(column(rowsOf(second), 'uri')[0]).toBe(before[pagesBy === 'key' ? 20 : 21]);
  }
});

test('whatever the window, the status and the page size: the pages are the matching events', async () => {
  const stage = await openStage('thousand:120');
  const truth = stage.simulator.truth().map(({ event }) => event);
  const starts = truth.map((event) => event.start_time);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...starts),
      fc.constantFrom(...starts),
      fc.constantFrom('active', 'canceled', undefined),
      fc.integer({ min: 5, max: 100 }),
      async (from, to, status, count) => {
        const query = new URLSearchParams({
          count: String(count),
          min_start_time: from,
          max_start_time: to,
          ...(status === undefined ? {} : { status }),
        }).toString();
        const rows = await readAll(stage, `/scheduled_events?${query}&${stage.scope()}`);
        const expected = truth.filter(
          (event) =>
            event.start_time >= from &&
            event.start_time <= to &&
            (status === undefined || event.status === status),
        );
        expect(rows).toEqual(expected);
      },
    ),
    { numRuns: 40 },
  );
});

test('whether the bounds of the window are inside it is a switch', async () => {
  const stage = await openStage('thousand:30');
  const start = stage.simulator.truth()[10]?.event.start_time ?? '';
  const window = new URLSearchParams({ min_start_time: start, max_start_time: start }).toString();
  const path = `/scheduled_events?${window}&${stage.scope()}`;
  expect(rowsOf(await stage.ask(path)).length).toBeGreaterThan(0);
  stage.simulator.world.readings.boundsInclusive = false;
  expect(rowsOf(await stage.ask(path))).toEqual([]);
});

test('the empty story answers an empty page that is the last', async () => {
  const stage = await openStage('empty');
  const reply = await stage.ask(`/scheduled_events?${stage.scope()}`);
  expect(rowsOf(reply)).toEqual([]);
  expect(nextToken(reply)).toBeNull();
  expect(resourceOf(await stage.ask('/users/me'))['name']).toBe('Robin Vale');
});
