// Runs the tests, all or those of the files named as arguments; the last line says how many passed and failed.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastLine, settle, skippedLines } from './totals.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'calendly-sync-test-'));
const file = join(folder, 'totals.json');

const child = spawn(
  process.execPath,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    `--reporter=${join(root, 'scripts', 'totals-reporter.mjs')}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, env: { ...process.env, TEST_TOTALS_FILE: file }, stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));

const code = await new Promise((done) => {
  child.once('error', () => done(1));
  child.once('close', (exit) => done(exit ?? 1));
});
const { totals, exitCode } = settle(readTotals(), code);
rmSync(folder, { recursive: true, force: true });
// Whoever asks for one test by name knows that the others did not run.
const isNarrowed = process.argv.some((word) => /^(-t|--testNamePattern)/.test(word));
if (!isNarrowed) for (const line of skippedLines(totals)) console.log(line);
console.log(lastLine(totals));
process.exitCode = exitCode;

function readTotals() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
