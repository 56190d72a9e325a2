/** A running `serve` and what a user does with it: its address, its log, its API. */
import { type Ended, type Program, type ProgramOptions, startProgram } from './program.ts';

export interface LogLine {
  level: string;
  msg: string;
  [field: string]: unknown;
}

export interface Serving extends Program {
  url: string;
  /** Milliseconds from the start of the process to its readiness. */
  readyMs: number;
  lines(): LogLine[];
  /** JSON of an answer that must be 200. */
  get(path: string, token?: string): Promise<unknown>;
  stop(): Promise<Ended>;
}

/** Starts `serve` with a JSON log on any free port and waits until it is ready. */
export async function startServing(
  options: ProgramOptions = {},
  argv: readonly string[] = ['serve'],
): Promise<Serving> {
  const env = { LOG_FORMAT: 'json', PORT: '0', DEMO_PORT: '0', ...options.env };
  const began = performance.now();
  const program = startProgram(argv, { ...options, env });
  const ready = parseLine(await program.says('calendly-sync is ready'));
  const url = String(ready?.['url'] ?? '');
  return {
    ...program,
    url,
    readyMs: performance.now() - began,
    lines: () =>
      program
        .stdout()
        .split('\n')
        .flatMap((line) => parseLine(line) ?? []),
    get: (path, token) => getJson(`${url}${path}`, token),
  };
}

/** JSON of an answer that must be 200. */
export async function getJson(
  url: string,
  token?: string,
  init: RequestInit = {},
): Promise<unknown> {
  const headers = new Headers(init.headers);
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  const response = await fetch(url, { ...init, headers });
  const body = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${body}`);
  return JSON.parse(body);
}

function parseLine(line: string): LogLine | undefined {
  if (!line.startsWith('{')) return undefined;
  const parsed: LogLine = JSON.parse(line);
  return parsed;
}
