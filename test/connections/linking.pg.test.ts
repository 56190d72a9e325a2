/** Linking accounts over HTTP: tried at once, one connection for each account, synced by itself. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Person, type Stage, startStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const UNKNOWN = '01890000-0000-7000-8000-000000000000';

interface Shown {
  id: string;
  state: string;
  scope: string;
  user_id: string;
  preflight: { role: string; tier: string; checks: { check: string; state: string }[] };
}

const post = (as: Person, json: unknown) =>
  stage.ask('/api/connections', { as, method: 'POST', json });
const list = async (as: Person): Promise<Shown[]> =>
  ((await stage.ask('/api/connections', { as })).body as { data: Shown[] }).data;
const stored = async (): Promise<number> =>
  Number((await stage.rows('select count(*)::int as n from calendly_connections'))[0]?.['n']);

describe('a token that is of no use', () => {
  const refused: [string, () => string, string, RegExp][] = [
    ['that Calendly does not know', () => 'not-a-token', 'user', /auth/],
    [
      'without a scope',
      () => stage.newToken('host', { scopes: ['event_types:read'] }),
      'user',
      /scope.*users:read/,
    ],
    [
      'that may not read meetings',
      () => stage.newToken('host', { scopes: ['users:read'] }),
      'user',
      /scope.*scheduled_events:read/,
    ],
    [
      "of a member, for the organization's meetings",
      () => stage.tokenOf('member'),
      'organization',
      /role/,
    ],
  ];

  test.each(refused)('%s is refused, and nothing is stored', async (_what, token, scope, says) => {
    const given = token();
    const { status, body, text } = await post(stage.member, { token: given, scope });
    expect([status, body]).toMatchObject([
      400,
      {
        code: 'connection.token_refused',
        errors: expect.arrayContaining([expect.objectContaining({ field: 'token' })]),
        action: expect.any(String),
      },
    ]);
    expect((body as { detail: string }).detail).toMatch(says);
    expect(text).not.toContain(given);
    expect(await stored()).toBe(0);
  });

  test.each<[string, unknown]>([
    ['empty', ''],
    ['blank', '  '],
    ['of two words', 'two words'],
    ['with a letter that no header holds', 'ümlaut'],
    ['that is a number', 7],
    ['that is null', null],
    ['of 5,000 characters', 'x'.repeat(5000)],
  ])('%s is no token at all', async (_what, token) => {
    const { status, body } = await post(stage.member, { token });
    expect([status, body]).toMatchObject([400, { errors: [{ field: 'token' }] }]);
  });

  test('is not blamed where Calendly cannot be asked', async () => {
    stage.simulator.faults.add({ path: '^/users/me', then: { status: 503 } });
    const { status, body } = await post(stage.member, { token: stage.tokenOf('member') });
    expect([status, body]).toMatchObject([502, { code: 'calendly.server_error' }]);
    expect(await stored()).toBe(0);
    stage.simulator.faults.clear();
  });
});

describe('linking', () => {
  test('stores the account, shows what Calendly allows, never the token, and syncs by itself', async () => {
    const token = stage.tokenOf('member');
    const { status, body, text } = await post(stage.member, { token: ` ${token}\n` });
    expect([status, body]).toMatchObject([
      201,
      {
        user_id: stage.member.user.id,
        calendly_user_uri: stage.uriOf('member'),
        email: 'carla@northfield.example',
        kind: 'token',
        scope: 'user',
        state: 'active',
        freshness: 'never',
        preflight: {
          user: { uri: stage.uriOf('member'), email: 'carla@northfield.example' },
          organization: { name: 'Northfield Partners', plan: 'professional', stage: 'paid' },
          role: 'user',
          tier: 'paid',
          checks: [
            'token',
            'organization',
            'organization members',
            'meetings',
            'event types',
            'webhooks',
          ].map((check) => ({ check, state: 'ok' })),
        },
      },
    ]);
    await stage.idle();
    expect(await stage.rows('select trigger, state from sync_runs')).toEqual([
      { trigger: 'connect', state: 'done' },
    ]);
    expect(await list(stage.member)).toMatchObject([{ freshness: 'fresh', method: 'webhook' }]);
    const kept = JSON.stringify(
      await stage.rows('select row_to_json(c)::text from calendly_connections c'),
    );
    for (const where of [text, kept, JSON.stringify(stage.lines)])
      expect(where).not.toContain(token);
  });

  test('the same account again is the same connection with the new token', async () => {
    const [before] = await list(stage.member);
    const token = stage.newToken('member');
    for (const { token: old } of [...stage.simulator.world.tokens.values()]) {
      const record = stage.simulator.world.tokens.get(old);
      if (record !== undefined && old !== token && record.user === stage.uriOf('member'))
        record.revoked = true;
    }
    const { status, body } = await post(stage.member, { token });
    expect([status, body]).toMatchObject([200, { id: before?.id }]);
    await stage.idle();
    const runs = await stage.rows('select state from sync_runs where connection_id = $1', [
      before?.id,
    ]);
    expect(runs).toEqual([{ state: 'done' }, { state: 'done' }]);
    expect(await list(stage.member)).toHaveLength(1);
  });

  test('ten times at once makes one connection', async () => {
    const token = stage.tokenOf('second-member');
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => post(stage.admin, { token })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => (body as Shown).id)).size).toBe(1);
    await stage.idle();
  });

  test('another user of the workspace links the same account for himself', async () => {
    const { status } = await post(stage.admin, { token: stage.tokenOf('member') });
    expect(status).toBe(201);
    await stage.idle();
  });

  test('a plan or scope that gives less is named with its cost and cure, and does not keep from linking', async () => {
    const token = stage.newToken('third-member', {
      scopes: ['users:read', 'scheduled_events:read'],
    });
    const { status, body } = await post(stage.foreigner, { token });
    expect(status).toBe(201);
    const { checks } = (body as Shown).preflight;
    expect(checks.filter(({ state }) => state === 'missing').map(({ check }) => check)).toEqual([
      'organization',
      'organization members',
      'event types',
      'webhooks',
    ]);
    for (const check of checks.filter(({ state }) => state !== 'ok')) {
      expect(check).toMatchObject({
        costs: expect.any(String),
        action: expect.stringContaining('scopes'),
      });
    }
    await stage.idle();
  });
});

describe('who reaches which connections', () => {
  test('a member his own, an admin all of the workspace, nobody another workspace', async () => {
    const own = await list(stage.member);
    expect(own.map(({ user_id }) => user_id)).toEqual([stage.member.user.id]);
    expect(await list(stage.admin)).toHaveLength(3);
    expect(await list(stage.foreigner)).toHaveLength(1);
  });

  test('by pages, in one order', async () => {
    const seen: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const more: string = next === '' ? '' : `&cursor=${next}`;
      const { body } = await stage.ask(`/api/connections?limit=1${more}`);
      const page = body as { data: Shown[]; next_cursor: string | null };
      seen.push(...page.data.map(({ id }) => id));
      next = page.next_cursor;
    }
    expect(seen).toEqual((await list(stage.admin)).map(({ id }) => id));
  });

  test.each([
    ['PATCH', { paused: true }],
    ['DELETE', undefined],
  ])('%s of a foreign, unknown or malformed id is one and the same 404', async (method, json) => {
    const [theirs] = await list(stage.foreigner);
    const [adminsOwn] = (await list(stage.admin)).filter(
      ({ user_id: of }) => of === stage.admin.user.id,
    );
    const texts = new Set<string>();
    for (const id of [theirs?.id, adminsOwn?.id, UNKNOWN, 'nonsense', '%00', "'"]) {
      const { status, text } = await stage.ask(`/api/connections/${id}`, {
        as: stage.member,
        method,
        ...(json && { json }),
      });
      expect(status).toBe(404);
      texts.add(text);
    }
    expect(texts.size).toBe(1);
  });
});

describe('pausing', () => {
  test('keeps runs away, and resuming syncs at once', async () => {
    const [connection] = await list(stage.member);
    const path = `/api/connections/${connection?.id}`;
    const patch = (json: unknown) => stage.ask(path, { as: stage.member, method: 'PATCH', json });
    expect((await patch({ paused: true })).body).toMatchObject({
      state: 'paused',
      next_run_at: null,
    });
    const syncing = await stage.ask('/api/calendly/sync', { as: stage.member, method: 'POST' });
    expect(syncing.status).toBe(409);
    expect((await patch({ paused: false })).body).toMatchObject({ state: 'active' });
    await stage.idle();
    expect(await stage.rows(`select state from sync_runs where trigger = 'resume'`)).toEqual([
      { state: 'done' },
    ]);
  });

  test('a paused one is revived by linking the account again', async () => {
    const [connection] = await list(stage.member);
    await stage.ask(`/api/connections/${connection?.id}`, {
      method: 'PATCH',
      json: { paused: true },
    });
    const { status, body } = await post(stage.member, { token: stage.tokenOf('member') });
    expect([status, body]).toMatchObject([200, { id: connection?.id, state: 'active' }]);
    await stage.idle();
  });
});

describe('the scope', () => {
  test('widens where the role allows it, and then everybody is read', async () => {
    const { id } = await stage.link(stage.admin, { token: stage.tokenOf('host') });
    const [before] = await stage.rows(
      'select count(*)::int as n from meetings where workspace_id = $1',
      [stage.admin.user.workspaceId],
    );
    const { status, body } = await stage.ask(`/api/connections/${id}`, {
      method: 'PATCH',
      json: { scope: 'organization' },
    });
    expect([status, body]).toMatchObject([
      200,
      { scope: 'organization', preflight: { scope: 'organization', role: 'owner' } },
    ]);
    await stage.idle();
    const [after] = await stage.rows(
      'select count(*)::int as n from meetings where workspace_id = $1',
      [stage.admin.user.workspaceId],
    );
    expect(Number(after?.['n'])).toBeGreaterThan(Number(before?.['n']));
    expect(after?.['n']).toBe(stage.simulator.world.events.size);
  });

  test('stays where the role forbids it', async () => {
    const [connection] = await list(stage.member);
    const path = `/api/connections/${connection?.id}`;
    const { status, body } = await stage.ask(path, {
      as: stage.member,
      method: 'PATCH',
      json: { scope: 'organization' },
    });
    expect([status, body]).toMatchObject([
      400,
      { code: 'connection.scope_refused', errors: [{ field: 'scope' }] },
    ]);
    expect(await list(stage.member)).toMatchObject([{ scope: 'user', state: 'active' }]);
  });
});
