/** The real program as child processes: started with an environment of its own, waited for by what it says. */
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(ROOT, 'src', 'main.ts');

export type Env = Readonly<Record<string, string>>;

export interface ProgramOptions {
  env?: Env;
  /** A folder without an `.env`; left out: a new one that goes with the process. */
  cwd?: string;
  /** Instead of Node with this program: for npm and shells. */
  command?: readonly string[];
  /** Written to standard input, which is then closed. */
  stdin?: string;
  stdio?: StdioOptions;
  /** Makes it the leader of a process group, as a shell does. */
  detached?: boolean;
  user?: { uid: number; gid: number };
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** From the start to the end. */
  ms: number;
}

export interface Program {
  child: ChildProcess;
  pid: number;
  ended: Promise<Ended>;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  /** The first line of standard output that has `words` in it, or matches; rejects when the program ends without it. */
  says(words: string | RegExp): Promise<string>;
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<Ended>;
}

const running = new Set<Program>();

/** Starts `calendly-sync ARGV`. Nothing of the test's own environment but PATH reaches it. */
export function startProgram(argv: readonly string[], options: ProgramOptions = {}): Program {
  const began = performance.now();
  const cwd = options.cwd ?? makeFolder();
  const [file = process.execPath, ...args] = [
    ...(options.command ?? [process.execPath, MAIN]),
    ...argv,
  ];
  const child = spawn(file, args, {
    cwd,
    env: environment(options.env ?? {}),
    stdio: options.stdio ?? ['pipe', 'pipe', 'pipe'],
    detached: options.detached ?? false,
    ...options.user,
  });
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.stdin ?? '');
  const output = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      for (const heard of listeners) heard();
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      running.delete(program);
      resolve({ code, signal, ...output, ms: performance.now() - began });
    });
  });
  const program: Program = {
    child,
    pid: child.pid ?? 0,
    ended,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    says(words) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const found = output.stdout.split('\n').find((line) => matches(line, words));
          if (found === undefined) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        void ended.then(() => {
          reject(new Error(`It ended without saying ${words}:\n${output.stdout}${output.stderr}`));
        }, reject);
        look();
      });
    },
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
  running.add(program);
  return program;
}

/** Runs `calendly-sync ARGV` to its end. */
export function runProgram(argv: readonly string[], options: ProgramOptions = {}): Promise<Ended> {
  return startProgram(argv, options).ended;
}

/** For `afterAll`: kills what a failed test left running, and removes the folders. */
export async function endPrograms(): Promise<void> {
  const left = [...running];
  for (const { child } of left) child.kill('SIGKILL');
  await Promise.allSettled(left.map(({ ended }) => ended));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

const folders: string[] = [];

/** A new folder that `endPrograms` removes. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'calendly-sync-journey-'));
  folders.push(folder);
  return folder;
}

export function environment(env: Env): Record<string, string> {
  const path = [join(ROOT, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter);
  return { PATH: path, HOME: tmpdir(), LANG: 'C.UTF-8', ...env };
}

function matches(line: string, words: string | RegExp): boolean {
  return typeof words === 'string' ? line.includes(words) : words.test(line);
}
