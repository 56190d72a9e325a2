/** A newcomer's first hour: npm start in a fresh clone, the demo's data, commands beside it, the end, the next start. */
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyCheckout } from '../harness/checkout.ts';
import {
  type Ended,
  endPrograms,
  makeFolder,
  type Program,
  runProgram,
  startProgram,
} from '../harness/program.ts';
import { getJson } from '../harness/serving.ts';

const SENTENCES = [
  /^🚀 Starting automatic sync scheduler\.\.\.$/,
  /^✅ Sync scheduler started successfully$/,
  /^📅 Calendly sync will run every 15 minutes$/,
  /^🔄 \[Scheduled Sync\] Starting automatic Calendly sync\.\.\.$/,
  /^📊 \[Scheduled Sync\] Found 1 user\(s\) to sync$/,
  /^ {2}🔄 Syncing for user 1 \(\S+@\S+\)\.\.\.$/,
  /^ {2}✅ User 1: \d+ new, \d+ updated$/,
  /^✅ \[Scheduled Sync\] Completed: \d+ new, \d+ updated, 0 errors$/,
  /^⏰ Next sync in \d+ minutes$/,
];

let checkout: string;
let env: Record<string, string>;
let server: Program;
let url: string;
let token: string;

beforeAll(() => {
  checkout = copyCheckout();
  env = { PORT: '0', DEMO_PORT: '0', HOME: makeFolder(), npm_config_update_notifier: 'false' };
});
afterAll(endPrograms);

async function npmStart(more: Record<string, string> = {}): Promise<Program> {
  const began = performance.now();
  const started = startProgram(['start'], {
    command: ['npm'],
    cwd: checkout,
    env: { ...env, ...more },
    detached: true,
  });
  const ready = await started.says('calendly-sync is ready');
  console.log(`npm start to ready: ${Math.round(performance.now() - began)} ms`);
  url = /http:\/\/127\.0\.0\.1:\d+/.exec(ready)?.[0] ?? '';
  return started;
}

function cli(...argv: string[]): Promise<Ended> {
  return runProgram(['run', '-s', 'cli', '--', ...argv], { command: ['npm'], cwd: checkout, env });
}

/** Whether any process of the group is left. */
function isAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the first start', () => {
  beforeAll(async () => {
    server = await npmStart();
    await server.says('⏰ Next sync');
  }, 120_000);

  test('the log tells the first sync in the sentences of the contract, in order', () => {
    const told = server
      .stdout()
      .split('\n')
      .map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''))
      .filter((line) => /^ {0,2}\p{Extended_Pictographic}/u.test(line));
    expect(told).toEqual(SENTENCES.map((sentence) => expect.stringMatching(sentence)));
    expect(told[6]).not.toContain(': 0 new');
    expect(server.stdout()).toContain('This is the demo');
    expect(server.stderr()).toBe('');
  });

  test('verify beside the server finds no drift', async () => {
    const { code, stderr, stdout } = await cli('verify', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      complete: true,
      missing: [],
      extra: [],
      different: [],
    });
    expect(JSON.parse(stdout).checked.meetings).toBeGreaterThan(10);
  });

  test('a token of the first admin opens the API', async () => {
    const { code, stdout } = await cli('user', 'token');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    token = stdout.trim();
    expect(await getJson(`${url}/api/calendly/scheduler/status`, token)).toEqual({
      success: true,
      scheduler: {
        isRunning: true,
        scheduledTasks: [
          {
            name: 'Calendly Sync',
            schedule: 'Every 15 minutes',
            cron: '*/15 * * * *',
            next_run_at: expect.stringMatching(/:(00|15|30|45):00\.000000Z$/),
            last_run_at: expect.stringMatching(/Z$/),
          },
        ],
        calendlyConfigured: true,
      },
    });
    expect(await getJson(`${url}/api/calendly/status`, token)).toMatchObject({
      connected: true,
      configured: true,
      connections: [{ state: 'active', freshness: 'fresh', scope: 'user', error: null }],
    });
  });

  test('meetings and clients of the demo are there', async () => {
    const meetings = (await getJson(`${url}/api/meetings?limit=200`, token)) as { data: unknown[] };
    const clients = (await getJson(`${url}/api/clients?limit=200`, token)) as { data: unknown[] };
    expect(meetings.data.length).toBeGreaterThan(10);
    expect(clients.data.length).toBeGreaterThan(10);
    const active = (await getJson(`${url}/api/calendly/meetings`, token)) as unknown[];
    expect(active[0]).toMatchObject({ meeting_source: 'calendly', title: expect.any(String) });
  });

  test('what is booked in the demo comes by webhook, before any sync asks', async () => {
    const calendly = /calendly=(\S+)/.exec(server.stdout())?.[1] ?? '';
    await getJson(`${calendly}/_control/moves`, undefined, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        move: 'book',
        invitee: { name: 'New Person', email: 'new.person@example.org' },
      }),
    });
    await server.says('🔔 [Webhook] invitee.created: 1 new');
    const answer = await getJson(`${url}/api/calendly/sync`, token, { method: 'POST' });
    expect(answer).toMatchObject({ success: true, sync_result: { synced: 0, errors: 0 } });
    const found = await getJson(`${url}/api/clients?q=new.person@example.org`, token);
    expect(found).toMatchObject({ data: [{ emails: ['new.person@example.org'] }] });
    const { code, stdout } = await cli('doctor');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok +webhook address: http:\/\/127\.0\.0\.1:\d+ answers$/m);
    expect(stdout).toMatch(/^ok +subscription: connection \S+: live, last delivery 2\d{3}-/m);
  });

  test('a second server is refused in one sentence, and the first one goes on', async () => {
    const second = await runProgram(['start'], { command: ['npm'], cwd: checkout, env });
    expect(second.code).toBe(1);
    const said = second.stderr
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('npm '));
    expect(said).toEqual([expect.stringMatching(/already running on the data in \.data/)]);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
  });

  test('SIGTERM to npm ends everything in two seconds although clients hold their connections', async () => {
    const runFile = join(checkout, '.data', 'run.json');
    expect(existsSync(runFile)).toBe(true);
    const held = await holdConnections(20);
    const began = performance.now();
    const { code } = await server.stop();
    const ms = performance.now() - began;
    console.log(`SIGTERM to the end of npm with 20 connections: ${Math.round(ms)} ms`);
    for (const socket of held) socket.destroy();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(2000);
    expect(isAlive(server.pid)).toBe(false);
    expect(existsSync(runFile)).toBe(false);
    expect(server.stderr()).toBe('');
  });
});

describe('the next start', () => {
  beforeAll(async () => {
    server = await npmStart({ LOG_FORMAT: 'json', SYNC_SCHEDULE: '*/30 * * * *' });
  }, 120_000);

  test('the rows of the first time are there, at once', async () => {
    const meetings = (await getJson(`${url}/api/meetings?q=New Person`, token)) as {
      data: unknown[];
    };
    expect(meetings.data).toHaveLength(1);
  });

  test('the JSON log holds the same sentences, and other schedules in their words', async () => {
    await server.says('⏰ Next sync');
    const told = server
      .stdout()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => String(JSON.parse(line).msg))
      .filter((line) => /^ {0,2}\p{Extended_Pictographic}/u.test(line));
    expect(told.slice(0, 4)).toEqual([
      '🚀 Starting automatic sync scheduler...',
      '✅ Sync scheduler started successfully',
      '📅 Calendly sync will run every 30 minutes',
      '🔄 [Scheduled Sync] Starting automatic Calendly sync...',
    ]);
    expect(told.slice(-2)).toEqual([
      expect.stringMatching(SENTENCES[7] ?? /x/),
      expect.stringMatching(SENTENCES[8] ?? /x/),
    ]);
  });

  test('Ctrl-C, which npm passes on a second time, ends it in order', async () => {
    process.kill(-server.pid, 'SIGINT');
    await server.ended;
    expect(isAlive(server.pid)).toBe(false);
    expect(server.stdout()).toContain('"msg":"Stopping"');
    expect(existsSync(join(checkout, '.data', 'run.json'))).toBe(false);
  });
});

test('without a server the commands work on the same data', async () => {
  // the simulated Calendly adds the link of a video meeting some seconds after it was booked
  const synced = await cli('sync', '--json');
  expect(synced).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(synced.stdout).runs).toMatchObject([
    { state: 'done', created: 0, error: null },
  ]);
  const verified = await cli('verify');
  expect(verified).toMatchObject({ code: 0, stderr: '' });
  expect(verified.stdout).toMatch(/^drift: 0$/m);
});

/** Connections that have had an answer each and stay open for the next. */
async function holdConnections(count: number): Promise<Socket[]> {
  const { hostname, port } = new URL(url);
  return Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      socket.write(`GET /health HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
      await once(socket, 'data');
      return socket;
    }),
  );
}
