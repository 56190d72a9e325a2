#!/usr/bin/env node
/** The outermost program: the only reader of process.env, the signals, and the exit code. */
import { text } from 'node:stream/consumers';
import { existsSync, readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { createOutput } from './base/output.ts';
import { systemClock } from './base/time.ts';
import { UsageError } from './cli/command.ts';
import { saveFile } from './cli/saved-file.ts';
import { parseEnvFile } from './config/env-file.ts';

/** Longer than an orderly stop takes: what hangs then is cut off, and every write is a transaction. */
const PATIENCE_MS = 1700;
/** A terminal tells the whole group of Ctrl-C, and npm passes it on once more: that is one signal. */
const SAME_SIGNAL_MS = 150;

/** What is read from standard input is a password or a token. */
const LARGEST_INPUT = 64 * 1024;

const stopping = Promise.withResolvers<void>();
const interrupted = new AbortController();
const [command] = process.argv.slice(2);
// a server that is told to stop has done its work; anything else was interrupted
const exitWhenStopped = command === 'serve' || command === 'simulator' ? 0 : 130;
let askedAt: number | null = null;
let lost: unknown = null;

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => {
    const now = systemClock.now();
    if (askedAt !== null && now - askedAt < SAME_SIGNAL_MS) return;
    if (askedAt !== null) process.exit(signal === 'SIGINT' ? 130 : exitWhenStopped);
    askedAt = now;
    interrupted.abort(new Error('Interrupted'));
    stopping.resolve();
    systemClock.after(PATIENCE_MS, () => process.exit(exitWhenStopped));
  });
}

const out = createOutput(process.stdout, (error) => {
  lost ??= error;
});
const err = createOutput(process.stderr);

process.exitCode = await main();
process.exit();

async function main(): Promise<number> {
  const fromFile = readEnvFile();
  if (fromFile === undefined) {
    err('The file .env cannot be read.\n');
    return 2;
  }
  // V8 would let 25 MiB of live rows grow to 300 before it collects: a small server is no place for that
  setFlagsFromString('--optimize-for-size');
  // a third of the start is compiling; the directory is the checkout's own, a shared one could be poisoned
  enableCompileCache(join(import.meta.dirname, '..', '.cache', 'compiled'));
  const { runProgram } = await import('./app/program.ts');
  const exit = await runProgram(
    {
      env: { ...fromFile, ...process.env },
      readFile: (path) => readFileSync(path, 'utf8'),
      stopped: stopping.promise,
      io: {
        out,
        err,
        save: saveFile,
        stdin: readStandardInput,
        interactive: process.stderr.isTTY,
        signal: interrupted.signal,
      },
    },
    process.argv.slice(2),
  );
  if (exit !== 0 || lost === null || isClosedPipe(lost)) return exit;
  err('The answer could not be written to standard output.\n');
  return 1;
}

function readEnvFile(): Record<string, string> | undefined {
  try {
    return existsSync('.env') ? parseEnvFile(readFileSync('.env', 'utf8')) : {};
  } catch {
    return undefined;
  }
}

/** `| head` has read as much as it wanted. */
function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}

async function readStandardInput(): Promise<string> {
  let size = 0;
  const bounded = process.stdin.map((chunk: Buffer) => {
    size += chunk.length;
    if (size > LARGEST_INPUT) throw new UsageError('Standard input is too long.');
    return chunk;
  });
  return text(bounded);
}
