/** What a command is: its words, its flags, and what it does with the streams it is given. */
import type { ParseArgsOptionsConfig } from 'node:util';

/** The streams of whoever typed the command, here or over the loopback door. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Writes a file, for its owner alone, where the command was typed. Throws `file.cannot_write`. */
  save(file: string, text: string): Promise<void>;
  /** Everything on standard input. */
  stdin(): Promise<string>;
  /** Whether a person watches: progress is told only then. */
  interactive: boolean;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
}

export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** What an interrupted command says: everything it does is resumed. */
export const INTERRUPTED = 'Interrupted; the next call goes on where this one stopped.\n';

export interface Parsed {
  values: Readonly<Record<string, string | boolean | undefined>>;
  positionals: readonly string[];
}

export interface Command<Deps> {
  /** `sync`, `user add` … */
  name: string;
  /** Behind the name in the usage line. */
  usage: string;
  summary: string;
  options: ParseArgsOptionsConfig;
  /** How many words may stand behind the name. */
  positionals: { least: number; most: number };
  /** Throws `UsageError` for values that no installation could make sense of; asked before anything is opened. */
  check?(args: Parsed): void;
  /** Answers the exit code. Throws `AppError` for what went wrong, `UsageError` for wrong use. */
  run(deps: Deps, args: Parsed, io: Io): Promise<number>;
}

/** Wrong use of a command: exit code 2, with the usage line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A flag's value as text; `undefined` where it was not given. */
export function text(args: Parsed, name: string): string | undefined {
  const value = args.values[name];
  return typeof value === 'string' ? value : undefined;
}

export function flag(args: Parsed, name: string): boolean {
  return args.values[name] === true;
}

/** Writes `value` as JSON with `--json`, else what `lines` makes of it. */
export function print<T>(
  io: Io,
  args: Parsed,
  answer: { value: T; lines: (value: T) => string[] },
): void {
  io.out(
    flag(args, 'json')
      ? `${JSON.stringify(answer.value)}\n`
      : answer
          .lines(answer.value)
          .map((line) => `${line}\n`)
          .join(''),
  );
}
