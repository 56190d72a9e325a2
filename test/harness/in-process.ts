/** The real program without a process of its own: the same words, settings and exit codes, twenty times faster. */
import { saveFile } from '../../src/cli/saved-file.ts';
import { readFileSync } from 'node:fs';
import { runProgram } from '../../src/app/program.ts';
import { type Env, makeFolder } from './program.ts';

export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Words {
  env?: Env;
  stdin?: string;
  signal?: AbortSignal;
}

/** Runs `calendly-sync ARGV` with this environment alone, and a new `DATA_DIR` where it names none. */
export async function runHere(argv: readonly string[], words: Words = {}): Promise<Said> {
  const said = { stdout: '', stderr: '' };
  const code = await runProgram(
    {
      env: { DATA_DIR: makeFolder(), ...words.env },
      readFile: (path) => readFileSync(path, 'utf8'),
      stopped: Promise.resolve(),
      io: {
        out: (text) => void (said.stdout += text),
        err: (text) => void (said.stderr += text),
        save: saveFile,
        stdin: () => Promise.resolve(words.stdin ?? ''),
        interactive: false,
        signal: words.signal ?? new AbortController().signal,
      },
    },
    argv,
  );
  return { code, ...said };
}
