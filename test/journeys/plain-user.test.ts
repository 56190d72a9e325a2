/** The server as a user without any rights: it runs in a folder of its own and keeps its files to itself. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Ended,
  endPrograms,
  makeFolder,
  type ProgramOptions,
  ROOT,
  runProgram,
} from '../harness/program.ts';
import { getJson, type Serving, startServing } from '../harness/serving.ts';

let options: ProgramOptions & { cwd: string };
let server: Serving;
/** A command that was typed while the server was starting. */
let early: Ended;

beforeAll(async () => {
  const cwd = makeFolder();
  options = { cwd, ...(process.getuid?.() === 0 ? asNobody(cwd) : {}) };
  [server, early] = await Promise.all([
    startServing(options),
    runProgram(['user', 'list'], options),
  ]);
}, 120_000);
afterAll(endPrograms);

/** Tests that run as root take the rights of `nobody`; a checkout that nobody may enter is copied. */
function asNobody(cwd: string): ProgramOptions {
  const fields = readFileSync('/etc/passwd', 'utf8').match(/^nobody:[^:]*:(\d+):(\d+):/m);
  const user = { uid: Number(fields?.[1]), gid: Number(fields?.[2]) };
  chownSync(cwd, user.uid, user.gid);
  const main = join('src', 'main.ts');
  const { status } = spawnSync(process.execPath, [join(ROOT, main), '--help'], {
    cwd: '/',
    ...user,
  });
  if (status === 0) return { user };
  const copy = makeFolder();
  chmodSync(copy, 0o755);
  for (const name of ['src', 'simulator', 'database', 'node_modules', 'package.json']) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true, verbatimSymlinks: true });
  }
  const node = join(copy, process.execPath.slice(ROOT.length));
  return { user, command: [node, join(copy, main)] };
}

test('a command and a server that start at the same time wait for each other', () => {
  expect(early).toMatchObject({ code: 0, stderr: '' });
  expect(early.stdout).toContain('admin');
});

test('it serves its data, and commands run inside it', async () => {
  const { code, stdout, stderr } = await runProgram(['user', 'token'], options);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(await getJson(`${server.url}/api/calendly/status`, stdout.trim())).toMatchObject({
    configured: true,
  });
});

test('what it keeps is for its own eyes', () => {
  const data = join(options.cwd, '.data');
  const mode = (...path: string[]): string =>
    (statSync(join(data, ...path)).mode & 0o777).toString(8);
  expect([mode(), mode('demo'), mode('run.json'), mode('demo', 'secrets.json')]).toEqual([
    '700',
    '700',
    '600',
    '600',
  ]);
  expect(statSync(data).uid).toBe(options.user?.uid ?? process.getuid?.());
});

test('a data directory of somebody else is refused in one sentence', async () => {
  const env = { DATA_DIR: '/var/lib/calendly-sync-of-root' };
  const { code, stderr } = await runProgram(['user', 'list'], { ...options, env });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^DATA_DIR \S+ cannot be used: this user may not write there\n/);
});

test('killed with -9 it leaves nothing in the way of the next command', async () => {
  server.child.kill('SIGKILL');
  expect(await server.ended).toMatchObject({ signal: 'SIGKILL', stderr: '' });
  expect(existsSync(join(options.cwd, '.data', 'run.json'))).toBe(true);
  expect(await runProgram(['user', 'list'], options)).toMatchObject({
    code: 0,
    stdout: early.stdout,
    stderr: '',
  });
});
