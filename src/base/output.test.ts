/** A log that cannot be written must not end the process that writes it. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const output = new URL('./output.ts', import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), 'calendly-sync-output-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes 2,000 long lines to standard output, then tells on a channel of its own that it lives. */
const SCRIPT = `
  const { standardOutput } = await import(${JSON.stringify(output)});
  const write = standardOutput();
  for (let n = 0; n < 2000; n += 1) {
    write('line ' + n + ' '.repeat(200) + '\\n');
    if (n % 100 === 0) await new Promise((wake) => setImmediate(wake));
  }
  process.send('alive');
  process.disconnect();
`;

function runWith(stdout: number | 'pipe'): {
  ended: Promise<{ code: number | null; said: unknown }>;
} {
  const child = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT], {
    stdio: ['ignore', stdout, 'inherit', 'ipc'],
  });
  // The reader goes away while the writer is at work.
  child.stdout?.once('data', () => child.stdout?.destroy());
  let said: unknown;
  child.once('message', (message) => (said = message));
  return { ended: new Promise((done) => child.once('close', (code) => done({ code, said }))) };
}

test('a reader that goes away does not end the writer', async () => {
  expect(await runWith('pipe').ended).toEqual({ code: 0, said: 'alive' });
});

test('a full disk does not end the writer', async () => {
  // Only Linux has a device that is always full; elsewhere a closed file stands in for it.
  const full = existsSync('/dev/full')
    ? openSync('/dev/full', 'w')
    : openSync(import.meta.filename, 'r');
  expect(await runWith(full).ended).toEqual({ code: 0, said: 'alive' });
  closeSync(full);
});

test('a file gets every line', async () => {
  const path = join(folder, 'log');
  const file = openSync(path, 'w');
  await runWith(file).ended;
  closeSync(file);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(2000);
  expect(lines.at(-1)).toMatch(/^line 1999/);
});
