/** What the client asks, seen by the server that it asks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { lastPage } from '../../test/hostile/case.ts';
import { createTestClock } from '../../test/hostile/clock.ts';
import { steadyRandom } from '../../test/hostile/random.ts';
import { json, page, raw, reply } from '../../test/hostile/replies.ts';
import type { HostileServer } from '../../test/hostile/server.ts';
import { startHostileServer } from '../../test/hostile/server.ts';
import { allPages, clientWorld, countItems, TOKEN } from '../../test/hostile/world.ts';
import type { ClientOptions } from './client.ts';
import { createCalendlyClient } from './client.ts';
import { createGate } from './gate.ts';

let server: HostileServer;

beforeAll(async () => {
  server = await startHostileServer();
});

afterAll(() => server.close());

describe('a request', () => {
  it('names this program, carries the token and takes gzip alone', async () => {
    server.script([json(200, {})]);
    const { client } = clientWorld({ baseUrl: server.url });
    await client.get('/users/me');
    expect(server.asked[0]).toMatchObject({
      method: 'GET',
      target: '/users/me',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        accept: 'application/json',
        'accept-encoding': 'gzip',
        'user-agent': 'calendly-sync/0.0.0 (+test)',
      },
    });
    await client.close();
  });

  it.each(['', '/', '/calendly/', '/a/b'])('goes below the base path "%s"', async (prefix) => {
    server.script([json(200, {})]);
    const { client } = clientWorld({ baseUrl: `${server.url}${prefix}` });
    await client.get('/users/me', { count: 5, left_out: undefined, flag: true });
    expect(server.asked[0]?.target).toBe(`${prefix.replace(/\/$/, '')}/users/me?count=5&flag=true`);
    await client.close();
  });

  it('encodes what it asks for', async () => {
    server.script([json(200, {})]);
    const { client } = clientWorld({ baseUrl: server.url });
    const asked = {
      user: 'https://api.calendly.com/users/AAA',
      min_start_time: '2026-01-01T00:00:00.000000Z',
      invitee_email: 'a+b&c=d@visitor.example',
    };
    await client.get('/scheduled_events', asked);
    const target = server.asked[0]?.target ?? '';
    expect(target).not.toMatch(/[+ @]|https:/);
    expect(Object.fromEntries(new URL(target, server.url).searchParams)).toEqual(asked);
    await client.close();
  });

  it.each([
    'users/me',
    '//evil.example/x',
    '/users/../x',
    '/users?x=1',
    '/users/a b',
    '',
    '/',
    '/a/',
  ])('is never made of the path "%s"', async (path) => {
    server.script([json(200, {})]);
    const { client } = clientWorld({ baseUrl: server.url });
    await expect(client.get(path)).rejects.toMatchObject({ code: 'calendly.path_unknown' });
    expect(server.asked).toHaveLength(0);
    await client.close();
  });

  it('asks for the token anew before each try', async () => {
    server.script([reply(500, ''), json(200, {})]);
    const tokens = ['old', 'new'];
    const client = createCalendlyClient(optionsWith({ token: () => tokens.shift() ?? '' }));
    await client.get('/users/me');
    expect(server.asked.map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer old',
      'Bearer new',
    ]);
    await client.close();
  });

  it.each(['', 'two words', 'line\r\nx: y', 'ünsinn'])(
    'is not sent with the token "%s", which no header can hold',
    async (token) => {
      server.script([json(200, {})]);
      const client = createCalendlyClient(optionsWith({ token: () => token }));
      await expect(client.get('/users/me')).rejects.toMatchObject({
        code: 'calendly.unauthenticated',
        class: 'auth',
      });
      expect(server.asked).toHaveLength(0);
      await client.close();
    },
  );

  it('posts JSON and gives back what came of it', async () => {
    server.script([json(201, { resource: { uri: 'x' } }), reply(201, '')]);
    const { client } = clientWorld({ baseUrl: server.url });
    const body = { invitee: 'ß' };
    expect(await client.post('/invitee_no_shows', body)).toEqual({ resource: { uri: 'x' } });
    expect(server.asked[0]).toMatchObject({ method: 'POST', body: JSON.stringify(body) });
    expect(server.asked[0]?.headers['content-type']).toBe('application/json');
    expect(await client.post('/invitee_no_shows', body)).toBeNull();
    await client.close();
  });

  it('deletes without a body', async () => {
    server.script([raw('HTTP/1.1 204 No Content\r\n\r\n', 'keep')]);
    const { client } = clientWorld({ baseUrl: server.url });
    await client.delete('/webhook_subscriptions/a');
    expect(server.asked[0]).toMatchObject({ method: 'DELETE', body: '' });
    await client.close();
  });
});

describe('an error', () => {
  it('names the scopes that are missing, the status and the request', async () => {
    server.script([
      json(
        403,
        { title: 'Insufficient scope', required_scopes: ['users:read', 'event_types:read', '<b>'] },
        { 'x-request-id': '5f0c-1' },
      ),
    ]);
    const { client } = clientWorld({ baseUrl: server.url });
    await expect(client.get('/users/me')).rejects.toMatchObject({
      name: 'CalendlyError',
      kind: 'upstream',
      class: 'scope',
      status: 403,
      requestId: '5f0c-1',
      requiredScopes: ['users:read', 'event_types:read'],
      message: 'The token lacks scopes: users:read, event_types:read',
    });
    await client.close();
  });

  it('says how long a refusal asked to wait', async () => {
    server.script([reply(429, '', { 'x-ratelimit-reset': '33' })]);
    const { client } = clientWorld({ baseUrl: server.url });
    await expect(client.post('/invitee_no_shows', {})).rejects.toMatchObject({
      class: 'temporary',
      retryAfterMs: 33_000,
    });
    await client.close();
  });
});

describe('a list', () => {
  const filters = { user: 'https://api.calendly.com/users/A', sort: 'start_time:asc' };

  it('repeats its filters byte for byte on every page, with only the token beside them', async () => {
    server.script([page('t/1'), page('t+2'), lastPage]);
    const { client } = clientWorld({ baseUrl: server.url });
    await allPages(client.pages('/scheduled_events', filters));
    const [first = '', second, third] = server.asked.map(({ target }) => target);
    expect(first).toContain('count=100');
    expect(second).toBe(`${first}&page_token=t%2F1`);
    expect(third).toBe(`${first}&page_token=t%2B2`);
    await client.close();
  });

  it('tells of each page its items, the next token and what it took', async () => {
    server.script([page('a', [1, null]), reply(503, ''), page(null, [{ x: 1 }])]);
    const { client } = clientWorld({ baseUrl: server.url });
    const pages = await allPages(client.pages('/scheduled_events', { count: 2 }));
    expect(pages).toEqual([
      { items: [1, null], nextToken: 'a', requests: 1 },
      { items: [{ x: 1 }], nextToken: null, requests: 2 },
    ]);
    expect(server.asked[0]?.target).toBe('/scheduled_events?count=2');
    await client.close();
  });

  it('goes on where it was interrupted', async () => {
    server.script([lastPage]);
    const { client } = clientWorld({ baseUrl: server.url });
    const pages = client.pages('/scheduled_events', filters, { pageToken: 'kept' });
    expect(await allPages(pages)).toHaveLength(1);
    expect(server.asked[0]?.target).toMatch(/&page_token=kept$/);
    await client.close();
  });

  it('asks for no page that nobody takes', async () => {
    server.script([page('a'), page('b'), lastPage]);
    const { client } = clientWorld({ baseUrl: server.url });
    for await (const _page of client.pages('/scheduled_events', filters)) break;
    expect(server.asked).toHaveLength(1);
    await client.close();
  });
});

describe('the clocks', () => {
  it.each([-3_600_000, 0, 3_600_000])(
    'differ by %i ms and both are left alone (row 137)',
    async (skew) => {
      const clock = createTestClock(Date.UTC(2026, 2, 4, 9, 30));
      const date = new Date(clock.now() + skew).toUTCString();
      server.script([json(200, {}, { date })]);
      const { client } = clientWorld({ baseUrl: server.url, clock });
      await client.get('/users/me');
      expect(client.clockSkewMs).toBe(skew);
      await client.close();
    },
  );
});

describe('the gate', () => {
  it('is heard on every answer, refusals too, and held to by every try', async () => {
    const headers = { 'x-ratelimit-limit': '500', 'x-ratelimit-remaining': '400' };
    server.script([reply(500, '', headers), json(200, {}, headers)]);
    const options = optionsWith({});
    const client = createCalendlyClient(options);
    await client.get('/users/me');
    expect(options.gate.state()).toEqual({ limit: 500, left: 400, used: 2 });
    await client.close();
  });

  it('shuts for all callers when one of them is refused', async () => {
    server.script([reply(429, '', { 'x-ratelimit-reset': '40' }), lastPage]);
    const options = optionsWith({});
    const client = createCalendlyClient(options);
    const begun = options.clock.now();
    expect(await countItems(client)).toBe(1);
    expect(options.clock.now() - begun).toBeGreaterThanOrEqual(40_000);
    await client.close();
  });
});

function optionsWith(change: Partial<ClientOptions>): ClientOptions {
  const clock = createTestClock();
  const random = steadyRandom();
  return {
    baseUrl: server.url,
    token: () => TOKEN,
    clock,
    random,
    gate: createGate({ clock, random, share: 1 }),
    userAgent: 'calendly-sync/0.0.0 (+test)',
    ...change,
  };
}
