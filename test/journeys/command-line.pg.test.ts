/** The command line in a shell's hands: pipes that close, full disks, Ctrl-C, a huge input, a resumed sync. */
import { existsSync, openSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type CalendlyProcess, startCalendly } from '../harness/calendly-process.ts';
import { freshDatabase, type FreshDatabase } from '../harness/database.ts';
import { runHere } from '../harness/in-process.ts';
import { endPrograms, type Env, makeFolder, runProgram, startProgram } from '../harness/program.ts';
import { startServing } from '../harness/serving.ts';

let fresh: FreshDatabase;
let calendly: CalendlyProcess;
let env: Env;
beforeAll(async () => {
  [fresh, calendly] = await Promise.all([freshDatabase(), startCalendly('thousand:80')]);
  env = {
    DATABASE_URL: fresh.url ?? '',
    DATA_DIR: makeFolder(),
    CALENDLY_API_URL: calendly.url,
    CALENDLY_PERSONAL_ACCESS_TOKEN: calendly.token,
    SYNC_RATE_SHARE: '1',
  };
});
afterAll(async () => {
  await endPrograms();
  await fresh.drop();
});

async function count(from: string): Promise<number> {
  const { rows } = await fresh.db.query<{ n: number }>(`select count(*) as n from ${from}`);
  return rows[0]?.n ?? -1;
}

describe('outputs that go wrong', () => {
  test('a reader that goes away is no failure', async () => {
    const program = startProgram(['user', 'list', '--json'], { env });
    program.child.stdout?.destroy();
    expect(await program.ended).toMatchObject({ code: 0, stderr: '' });
  });

  const isLinux = existsSync('/dev/full');
  test.skipIf(!isLinux)('an answer for which there is no room is a failure', async () => {
    const full = openSync('/dev/full', 'w');
    const { code, stderr } = await runProgram(['user', 'list'], {
      env,
      stdio: ['pipe', full, 'pipe'],
    });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'The answer could not be written to standard output.\n',
    });
  });

  test('a server goes on when nobody reads its log any more', async () => {
    const server = await startServing({ env });
    server.child.stdout?.destroy();
    server.child.stderr?.destroy();
    for (let asked = 0; asked < 3; asked += 1) {
      expect((await fetch(`${server.url}/ready`)).status).toBe(200);
      await runHere(['sync'], { env });
    }
    expect(await server.stop()).toMatchObject({ code: 0 });
  });
});

describe('inputs that go wrong', () => {
  test('a megabyte of arguments is wrong use', async () => {
    const words = Array.from({ length: 10 }, () => 'x'.repeat(100_000));
    const { code, stdout, stderr } = await runProgram(['sync', ...words]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.split('\n')[0]).toBe('An argument is longer than 4096 characters.');
  });

  const addUser = ['user', 'add', 'a@b.example', '--password-stdin'];

  test.each([
    ['nothing', ''],
    ['a line end alone', '\r\n'],
    ['spaces', '   '],
  ])('%s for a password is wrong use', async (_what, stdin) => {
    const { code, stderr } = await runHere(addUser, { env, stdin });
    expect(code).toBe(2);
    expect(stderr.split('\n')[0]).toBe('Standard input holds no password.');
  });

  test('a film for a password is wrong use, and not read to its end', async () => {
    const { code, stderr } = await runProgram(addUser, { env, stdin: 'x'.repeat(5_000_000) });
    expect(code).toBe(2);
    expect(stderr.split('\n')[0]).toBe('Standard input is too long.');
  });

  test('an address that begins with - can be named behind --', async () => {
    const argv = ['user', 'add', '--password-stdin', '--', '-odd@b.example'];
    const added = await runHere(argv, { env, stdin: 'a good long password' });
    expect(added).toMatchObject({ code: 0, stdout: 'Added -odd@b.example (member)\n' });
    expect((await runHere(['user', 'token', '--', '-odd@b.example'], { env })).code).toBe(0);
  });
});

describe('a sync that is interrupted', () => {
  const INVITEES = 'GET /scheduled_events/{}/invitees';

  async function until(isSo: () => Promise<boolean>): Promise<void> {
    await vi.waitFor(async () => expect(await isSo()).toBe(true), {
      timeout: 20_000,
      interval: 20,
    });
  }

  beforeAll(async () => {
    await fresh.db.script('truncate workspaces cascade');
  });

  test('ends with 130 at Ctrl-C, even twice, in the middle of an answer that never comes', async () => {
    await calendly.addFault({
      path: '^/scheduled_events/[^/]+/invitees',
      after: 40,
      then: { hang: true },
    });
    const before = (await calendly.counts())[INVITEES] ?? 0;
    const sync = startProgram(['sync', '--json'], { env });
    await until(
      async () =>
        ((await calendly.counts())[INVITEES] ?? 0) > before + 40 && (await count('invitees')) > 0,
    );
    const began = performance.now();
    sync.child.kill('SIGINT');
    sync.child.kill('SIGINT');
    const { code, stdout, stderr } = await sync.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toBe('Interrupted; the next call goes on where this one stopped.\n');
    expect(performance.now() - began).toBeLessThan(2000);
    expect(await count(`sync_runs where state = 'queued'`)).toBe(1);
  });

  test('goes on with the next call, and reads nothing a second time that it had', async () => {
    await calendly.clearFaults();
    const known = await count('invitees');
    expect(known).toBeGreaterThan(0);
    const before = (await calendly.counts())[INVITEES] ?? 0;
    const meetings = await count('meetings');
    const { code, stdout } = await runHere(['sync', '--json'], { env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).runs).toMatchObject([{ state: 'done', created: meetings }]);
    const reads = ((await calendly.counts())[INVITEES] ?? 0) - before;
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThan(meetings);
    expect((await runHere(['verify'], { env })).stdout).toMatch(/^drift: 0$/m);
  });
});
