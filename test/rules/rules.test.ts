/** The house rules find what they are for, and nothing else. */
import { expect, test } from 'vitest';
import { errorCodeFaults } from './error-codes.ts';
import { fileFaults } from './files.ts';
import { forbiddenFaults } from './forbidden.ts';

const HEAD = '/** What this file is for. */\n';

test.each([
  ['const a = Date.now();', 'Date.now'],
  ['const a = new Date();', 'new Date()'],
  ['const a = globalThis.setTimeout(f, 1);', 'setTimeout'],
  ['setInterval(f, 1);', 'setInterval'],
  ['const a = Math.random();', 'Math.random'],
  ['await fetch(url);', 'fetch'],
  ["import { setTimeout as wait } from 'node:timers/promises';", 'timers'],
  ['const a = process.env;', 'process.env'],
  ["const a = process.env['HOME'];", 'process.env'],
  ['await tx.query("update meetings set seen_at = now()");', 'in SQL'],
  ['await tx.query(`insert into runs select ${id}, current_timestamp`);', 'in SQL'],
])('%s in src is forbidden', (text, words) => {
  const faults = forbiddenFaults([{ path: 'src/sync/x.ts', text }]);
  expect(faults.map(({ message }) => message)).toEqual([expect.stringContaining(words)]);
  expect(forbiddenFaults([{ path: 'simulator/x.ts', text }])).toEqual([]);
});

test.each([
  ['src/sync/x.ts', 'const a = clock.now(); const b = new Date(a); client.fetch(a);'],
  ['src/sync/x.ts', '// Date.now() and `now()` are forbidden, fetch() too'],
  ['src/sync/x.ts', "const text = 'Take clock.now() where you select';"],
  ['src/base/time.ts', 'const a = Date.now(); setTimeout(f, 1);'],
  ['src/calendly/client.ts', 'setTimeout(f, 1);'],
  ['src/main.ts', 'run(process.env);'],
  ['src/store/transaction.ts', "const sql = 'select clock_timestamp() as at';"],
])('in %s this is allowed: %s', (path, text) => {
  expect(forbiddenFaults([{ path, text }])).toEqual([]);
});

test.each([
  ['src/sync/x.ts', HEAD + '\n'.repeat(300) + 'x', '302 lines'],
  ['src/sync/x.ts', "import a from 'a';", 'one sentence'],
  ['src/sync/index.ts', HEAD, 'barrel'],
  ['src/utils/x.ts', HEAD, 'no noun'],
  ['src/sync/helpers.ts', HEAD, 'no noun'],
  ['src/sync/toDomain.ts', HEAD, 'kebab-case'],
])('the file %s is refused', (path, text, words) => {
  const messages = fileFaults([{ path, text }]).map(({ message }) => message);
  expect(messages).toEqual([expect.stringContaining(words)]);
});

test('files of 300 lines, with a shebang, and tests are fine', () => {
  const sources = [
    { path: 'src/main.ts', text: `#!/usr/bin/env node\n${HEAD}` },
    { path: 'src/sync/apply.pg.test.ts', text: HEAD + 'x\n'.repeat(299) },
    { path: 'scripts/check.mjs', text: '// Checks.\n' },
  ];
  expect(fileFaults(sources)).toEqual([]);
});

test('an error code is dotted and made in one file', () => {
  const made = (code: string): string =>
    `throw new AppError({ kind: 'invalid', code: '${code}' });`;
  const faults = errorCodeFaults([
    { path: 'src/http/a.ts', text: made('meeting.not_found') + made('meeting.not_found') },
    { path: 'src/http/b.ts', text: made('meeting.not_found') },
    { path: 'src/http/c.ts', text: made('oops') },
    { path: 'src/http/c.test.ts', text: made('meeting.not_found') },
  ]);
  expect(faults.map(({ path }) => path)).toEqual(['src/http/b.ts', 'src/http/c.ts']);
});
