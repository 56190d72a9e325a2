/** What runs before every npm script: installs once, even when two begin at the same time. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const scripts = join(import.meta.dirname, '..', '..', 'scripts');

/** Stands in for npm: notes that it was called, waits for `go` where told to, fails where told to. */
const NPM = `#!/bin/sh
echo "$@" >> calls
[ -f fail ] && { echo "npm error no network" >&2; exit 7; }
if [ -f wait ]; then while [ ! -f go ]; do sleep 0.02; done; fi
mkdir -p node_modules/.bin
echo noise
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'calendly sync install-'));
  mkdirSync(join(folder, 'fake-bin'));
  for (const name of ['ensure-install.mjs', 'install-lock.mjs', 'install-state.mjs']) {
    cpSync(join(scripts, name), join(folder, 'scripts', name));
  }
  writeFileSync(join(folder, 'fake-bin', 'npm'), NPM);
  chmodSync(join(folder, 'fake-bin', 'npm'), 0o755);
  put(
    'package-lock.json',
    JSON.stringify({ packages: { '': {}, 'node_modules/a': { version: '1.0.0' } } }),
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, text = ''): void => writeFileSync(join(folder, name), text);
const has = (name: string): boolean => existsSync(join(folder, name));
const calls = (): string[] =>
  has('calls') ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : [];

/** Begins the script; `ended` tells the exit code and both outputs, `heard` waits for words on stderr. */
function begin(env: Record<string, string> = {}): {
  child: ChildProcess;
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  heard: (words: string) => Promise<void>;
} {
  const path = [join(folder, 'fake-bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':');
  const child = spawn(process.execPath, [join(folder, 'scripts', 'ensure-install.mjs')], {
    env: { PATH: path, HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  return {
    child,
    ended: new Promise((done) => child.once('close', (code) => done({ code, ...output }))),
    heard: (words) =>
      new Promise((done) => {
        const look = (): void => void (output.stderr.includes(words) && done());
        child.stderr.on('data', look);
        look();
      }),
  };
}

test('a fresh clone is installed once, without a word on standard output', async () => {
  const first = await begin().ended;
  expect(first).toMatchObject({ code: 0, stdout: '' });
  expect(first.stderr.trim().split('\n')).toHaveLength(1);
  expect(calls()).toEqual(['ci --include=dev --loglevel=error --no-audit --no-fund']);
  expect(await begin().ended).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(calls()).toHaveLength(1);
});

test('another package-lock.json is installed anew', async () => {
  await begin().ended;
  put('package-lock.json', '{"packages":{}}\n');
  await begin().ended;
  expect(calls()).toHaveLength(2);
});

test('two that begin together install once, and both go on', async () => {
  put('wait');
  const first = begin();
  await first.heard('Installing');
  const second = begin();
  await second.heard('waiting for it');
  put('go');
  expect((await first.ended).code).toBe(0);
  expect((await second.ended).code).toBe(0);
  expect(calls()).toHaveLength(1);
  expect(has('.cache/install.lock')).toBe(false);
});

test('the lock of a process that is gone is taken over', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '0']);
  mkdirSync(join(folder, '.cache', 'install.lock'), { recursive: true });
  put('.cache/install.lock/owner', `${pid}\n${hostname()}\n`);
  expect((await begin().ended).code).toBe(0);
  expect(calls()).toHaveLength(1);
  expect(has('.cache/install.lock')).toBe(false);
});

test('an installation that fails is said, and tried again the next time', async () => {
  put('fail');
  const failed = await begin().ended;
  expect(failed).toMatchObject({ code: 7, stdout: '' });
  expect(failed.stderr).toContain('no network');
  expect(failed.stderr).toContain('did not succeed');
  rmSync(join(folder, 'fail'));
  expect((await begin().ended).code).toBe(0);
  expect(calls()).toHaveLength(2);
});

test('an installation that is interrupted leaves neither lock nor mark', async () => {
  put('wait');
  const { child, ended, heard } = begin();
  await heard('Installing');
  child.kill('SIGTERM');
  expect((await ended).code).toBe(143);
  expect(has('.cache/install.lock')).toBe(false);
  put('go');
  expect((await begin().ended).code).toBe(0);
});

test('what `npm ci` by hand has installed is taken as it is', async () => {
  mkdirSync(join(folder, 'node_modules', 'a'), { recursive: true });
  put('node_modules/.package-lock.json', '{"packages":{"node_modules/a":{"version":"1.0.0"}}}');
  expect(await begin().ended).toEqual({ code: 0, stdout: '', stderr: '' });
  put('node_modules/.package-lock.json', '{"packages":{"node_modules/a":{"version":"0.9.0"}}}');
  rmSync(join(folder, 'node_modules', '.installed-by-calendly-sync'));
  await begin().ended;
  expect(calls()).toHaveLength(1);
});

test('an old Node without a newer one from npm is one clear line', async () => {
  const old = "Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } });";
  put('old-node.cjs', old);
  const env = { NODE_OPTIONS: `--require "${join(folder, 'old-node.cjs')}"` };
  const refused = await begin(env).ended;
  expect(refused.code).toBe(1);
  expect(refused.stderr.trim().split('\n').at(-1)).toMatch(/^Node 24 or newer is needed/);
  put('node_modules/.bin/node');
  expect((await begin(env).ended).code).toBe(0);
});
