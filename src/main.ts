#!/usr/bin/env node
/** The outermost program: the only reader of process.env, the signals, and the exit code. */
import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { createOutput, standardOutput } from './base/output.ts';
import { systemClock } from './base/time.ts';
import { runProgram } from './app/program.ts';
import { parseEnvFile } from './config/env-file.ts';

/** Longer than an orderly stop takes: what hangs then is cut off, and every write is a transaction. */
const PATIENCE_MS = 1800;

const stopping = Promise.withResolvers<void>();
const interrupted = new AbortController();
let asked = 0;

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => {
    asked += 1;
    if (asked > 1) process.exit(signal === 'SIGINT' ? 130 : 0);
    interrupted.abort(new Error('Interrupted'));
    stopping.resolve();
    systemClock.after(PATIENCE_MS, () => process.exit(process.exitCode ?? 0));
  });
}

const fromFile = existsSync('.env') ? parseEnvFile(readFileSync('.env', 'utf8')) : {};

process.exitCode = await runProgram(
  {
    env: { ...fromFile, ...process.env },
    readFile: (path) => readFileSync(path, 'utf8'),
    stopped: stopping.promise,
    io: {
      out: standardOutput(),
      err: createOutput(process.stderr),
      stdin: readStandardInput,
      interactive: process.stderr.isTTY === true,
      signal: interrupted.signal,
    },
  },
  process.argv.slice(2),
);
process.exit();

function readStandardInput(): Promise<string> {
  return text(process.stdin);
}
