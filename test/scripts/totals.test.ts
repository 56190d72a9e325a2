/** The last line of `npm test`, which other programs read. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lastLine, settle, skippedLines } from '../../scripts/totals.mjs';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'calendly-sync-last line-'));
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
writeFileSync(join(folder, 'vitest.config.mjs'), 'export default {}');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): void {
  writeFileSync(
    join(folder, name),
    `import { beforeAll, describe, expect, test } from 'vitest';\n${text}`,
  );
}

/** Runs scripts/test.mjs over the folder: what stands last on standard output, and the exit code. */
function runTests(...files: string[]): { last: string; output: string; code: number | null } {
  const script = join(root, 'scripts', 'test.mjs');
  const config = join(folder, 'vitest.config.mjs');
  const { stdout, status } = spawnSync(
    process.execPath,
    [script, '--root', folder, '--config', config, ...files],
    { encoding: 'utf8', env: { ...process.env, VITEST: '', NO_COLOR: '1' } },
  );
  return { last: stdout.trimEnd().split('\n').at(-1) ?? '', output: stdout, code: status };
}

const none = { passed: 0, failed: 0, skipped: [] };

test('the line counts passed and failed, and skipped only where there are some', () => {
  expect(lastLine({ ...none, passed: 12 })).toBe('12 passed, 0 failed');
  const skipped = [
    { name: 'a', reason: 'needs Linux' },
    { name: 'b', reason: undefined },
  ];
  expect(lastLine({ passed: 1, failed: 2, skipped })).toBe('1 passed, 2 failed, 2 skipped');
  expect(skippedLines({ ...none, skipped })).toEqual([
    'not run: a (needs Linux)',
    'not run: b (no reason given)',
  ]);
});

test.each([
  ['all passed', { ...none, passed: 3 }, 0, '3 passed, 0 failed', 0],
  ['one failed', { ...none, passed: 3, failed: 1 }, 1, '3 passed, 1 failed', 1],
  ['nothing ran', none, 0, '0 passed, 0 failed', 1],
  ['the runner broke down', undefined, 1, '0 passed, 1 failed', 1],
  ['the runner was ended before it counted', undefined, 0, '0 passed, 0 failed', 1],
  ['the runner is not content', { ...none, passed: 3 }, 1, '3 passed, 1 failed', 1],
])('when %s, the line and the exit code say so', (_when, counted, code, line, exitCode) => {
  const settled = settle(counted, code);
  expect(lastLine(settled.totals)).toBe(line);
  expect(settled.exitCode).toBe(exitCode);
});

test('good tests end with their number and exit code 0', () => {
  write('good.test.ts', `test('a', () => {}); test('b', () => {});`);
  expect(runTests('good.test.ts')).toMatchObject({ last: '2 passed, 0 failed', code: 0 });
});

test('a failed test, a broken hook, a stray rejection and a file that does not load all count', () => {
  write(
    'bad.test.ts',
    `test('a', () => expect(1).toBe(2)); test('b', (c) => c.skip('needs a moon'));`,
  );
  write(
    'hook.test.ts',
    `describe('d', () => { beforeAll(() => { throw new Error('no'); }); test('c', () => {}); });`,
  );
  write('load.test.ts', `import './missing.ts';`);
  write('stray.test.ts', `test('d', () => { void Promise.reject(new Error('stray')); });`);
  const { last, output, code } = runTests('bad', 'hook', 'load', 'stray');
  expect(last).toBe('1 passed, 4 failed, 2 skipped');
  expect(output).toContain('not run: b (needs a moon)');
  expect(code).toBe(1);
});

test('a filter that fits no file is a failure', () => {
  expect(runTests('nothing-like-this')).toMatchObject({ last: '0 passed, 1 failed', code: 1 });
});
