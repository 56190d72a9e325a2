/** Linking, unlinking and rotating keys from the command line, and what `doctor` says of accounts. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runHere, type Said } from '../harness/in-process.ts';
import { endPrograms } from '../harness/program.ts';
import { startStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(async () => {
  await stage.close();
  await endPrograms();
});

const run = (argv: string[], stdin?: string, env = {}): Promise<Said> =>
  runHere(argv, { env: { ...stage.env, ...env }, ...(stdin === undefined ? {} : { stdin }) });
const CONNECT = ['connect', '--token-stdin', '--json'];

describe('connect', () => {
  test('links the account for the user who is named, and a running server begins its first sync', async () => {
    const token = stage.newToken('member');
    const said = await run([...CONNECT, '--user', 'member@example.com'], `${token}\n`);
    expect(said).toMatchObject({ code: 0, stderr: '' });
    expect(said.stdout).not.toContain(token);
    expect(JSON.parse(said.stdout)).toMatchObject({
      created: true,
      user_id: stage.member.user.id,
      calendly_user_uri: stage.uriOf('member'),
      scope: 'user',
      state: 'active',
      preflight: { role: 'user', tier: 'paid' },
    });
    await stage.idle();
    expect(await stage.rows('select trigger, state from sync_runs')).toEqual([
      { trigger: 'connect', state: 'done' },
    ]);
  });

  test("without a name is the first admin's, and says what the token lacks", async () => {
    const token = stage.newToken('host', { scopes: ['users:read', 'scheduled_events:read'] });
    const said = await run(['connect', '--token-stdin', '--scope', 'organization'], token);
    expect(said.code).toBe(0);
    expect(said.stdout).toMatch(/^Linked: connection /);
    expect(said.stdout).toContain('webhooks:read (scope). Changes come by polling');
    const owners = await stage.rows(
      `select user_id from calendly_connections where scope = 'organization'`,
    );
    expect(owners).toEqual([{ user_id: stage.admin.user.id }]);
    await stage.idle();
  });

  test.each<[string, string[], string, number, string]>([
    ['without the flag', ['connect'], 'x', 2, '--token-stdin is needed'],
    [
      'of another scope',
      [...CONNECT, '--scope', 'all'],
      'x',
      2,
      '--scope is user or organization.',
    ],
    ['with nothing', CONNECT, ' \n', 2, 'Standard input holds no token.'],
    ['with two lines', CONNECT, 'a\nb', 2, 'Standard input holds something that is no token.'],
    [
      'for nobody',
      [...CONNECT, '--user', 'x@y.example'],
      'x',
      1,
      'No user has this e-mail address',
    ],
    ['refused by Calendly', CONNECT, 'wrong', 1, 'Calendly refused it (auth)'],
  ])('%s ends with a sentence', async (_what, argv, stdin, code, says) => {
    const said = await run(argv, stdin);
    expect([said.code, said.stdout]).toEqual([code, '']);
    expect(said.stderr.startsWith(says)).toBe(true);
  });
});

describe('doctor', () => {
  test('names each gap with its cost and cure, and keeps what it saw', async () => {
    await stage.rows('update calendly_connections set preflight = null');
    const said = await run(['doctor', '--json']);
    expect(said.code).toBe(1);
    const { checks } = JSON.parse(said.stdout) as {
      checks: { check: string; ok: boolean; detail: string; action: string }[];
    };
    const faults = checks.filter(({ ok }) => !ok);
    expect(faults.map(({ check }) => check)).toEqual([
      'organization',
      'organization members',
      'event types',
      'webhooks',
    ]);
    for (const { action } of faults) expect(action).toContain('scopes');
    expect(faults.at(-1)?.detail).toMatch(/webhooks:read.*Changes come by polling/);
    expect(await stage.rows('select 1 from calendly_connections where preflight is null')).toEqual(
      [],
    );
  });
});

describe('rotate-keys', () => {
  const count = async (key: string): Promise<number> => {
    const [row] = await stage.rows(
      `select (select count(*) from calendly_connections where starts_with(token_sealed, $1))::int
         + (select count(*) from webhook_subscriptions where starts_with(key_sealed, $1))::int as n`,
      [`${key}:`],
    );
    return Number(row?.['n']);
  };

  test('seals everything anew with the first key; the old one is needed no more', async () => {
    const sealed = await count('k1');
    expect(sealed).toBeGreaterThan(2);
    const fresh = `k2:${randomBytes(32).toString('base64')}`;
    const env = { ENCRYPTION_KEYS: `${fresh},${stage.env['ENCRYPTION_KEYS']}` };
    const said = await run(['rotate-keys', '--json'], undefined, env);
    expect(said).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(said.stdout)).toEqual({
      key: 'k2',
      rotated: sealed,
      current: sealed,
      unreadable: 0,
    });
    expect([await count('k1'), await count('k2')]).toEqual([0, sealed]);
    const again = await run(['rotate-keys', '--json'], undefined, env);
    expect(JSON.parse(again.stdout)).toMatchObject({ rotated: 0, current: sealed });
    const synced = await run(['doctor'], undefined, { ENCRYPTION_KEYS: fresh });
    expect(synced.stdout).toContain(`belongs to ${stage.uriOf('member')}`);
  });

  test('goes on where it was interrupted', async () => {
    const [one] = await stage.rows(
      'select id, token_sealed from calendly_connections order by id limit 1',
    );
    const fresh = `k3:${randomBytes(32).toString('base64')}`;
    const interrupted = new AbortController();
    interrupted.abort();
    // nothing opens k2 here: it is told, and the rest is not kept back by it
    const env = { ...stage.env, ENCRYPTION_KEYS: `${fresh},${stage.env['ENCRYPTION_KEYS']}` };
    const stopped = await runHere(['rotate-keys'], { env, signal: interrupted.signal });
    expect(stopped.code).toBe(130);
    const said = await runHere(['rotate-keys', '--json'], { env });
    expect(said.code).toBe(1);
    expect(JSON.parse(said.stdout)).toMatchObject({ key: 'k3', rotated: 0 });
    expect(said.stderr).toContain('cannot be opened');
    expect(
      await stage.rows('select token_sealed from calendly_connections where id = $1', [
        one?.['id'],
      ]),
    ).toEqual([{ token_sealed: one?.['token_sealed'] }]);
  });
});

describe('disconnect', () => {
  test('unlinks, and with --purge removes', async () => {
    const [row] = await stage.rows('select id from calendly_connections where user_id = $1', [
      stage.member.user.id,
    ]);
    const id = String(row?.['id']);
    const said = await run(['disconnect', id]);
    expect(said).toMatchObject({ code: 0, stderr: expect.any(String) });
    expect(said.stdout).toContain('Its rows stay, marked as not synced');
    const purged = await run(['disconnect', id, '--purge', '--json']);
    expect(JSON.parse(purged.stdout)).toMatchObject({
      id,
      state: 'disconnected',
      purged: { meetings: expect.any(Number) },
    });
    expect(await run(['disconnect', id])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No connection has this id'),
    });
    expect((await run(['disconnect'])).code).toBe(2);
    expect((await run(['disconnect', 'nonsense'])).code).toBe(1);
  });
});
