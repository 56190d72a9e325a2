/** Running a command inside the server that holds the embedded database: same output, same exit code. */
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EXIT, INTERRUPTED, type Io } from './command.ts';
import { type DoorCall, RUN_FILE } from './door.ts';

export interface RunFile {
  url: string;
  key: string;
  pid: number;
}

/** A server that is busy with its database answers late. */
const PATIENCE_MS = 2000;

/**
 * The door of a server that answers. The file alone proves nothing: a killed server leaves it behind, and
 * in a container the next process has the same pid.
 */
export async function findDoor(dataDir: string): Promise<RunFile | undefined> {
  const door = readRunFile(join(dataDir, RUN_FILE));
  return door !== undefined && (await answers(door)) ? door : undefined;
}

function readRunFile(file: string): RunFile | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isRunFile(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

function answers(door: RunFile): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${door.key}` };
    const asking = request(door.url, { headers, timeout: PATIENCE_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 204);
    });
    asking.on('timeout', () => asking.destroy());
    asking.on('error', () => resolve(false));
    asking.end();
  });
}

/**
 * Runs `call` behind the door. Answers the exit code; `undefined` where nobody answers, which means
 * that the server is gone and the command can run here.
 */
export async function runRemotely(
  door: RunFile,
  call: DoorCall,
  io: Io,
): Promise<number | undefined> {
  const body = JSON.stringify(call);
  return new Promise((resolve) => {
    const sending = request(
      door.url,
      { method: 'POST', headers: { authorization: `Bearer ${door.key}` }, signal: io.signal },
      (response) => {
        if (response.statusCode !== 200) {
          response.resume();
          resolve(undefined);
          return;
        }
        let exit: number | undefined;
        const lines = createInterface({ input: response });
        lines.on('line', (line) => {
          exit = take(line, io) ?? exit;
        });
        lines.on('close', () => {
          resolve(exit ?? unfinished(io));
        });
        response.on('error', () => lines.close());
      },
    );
    sending.on('error', () => resolve(io.signal.aborted ? unfinished(io) : undefined));
    sending.end(body);
  });
}

function unfinished(io: Io): number {
  if (io.signal.aborted) {
    io.err(INTERRUPTED);
    return EXIT.interrupted;
  }
  io.err('The server ended before the command did.\n');
  return EXIT.failed;
}

/** Passes one line on; answers the exit code where the line holds it. */
function take(line: string, io: Io): number | undefined {
  const said: unknown = JSON.parse(line);
  if (typeof said !== 'object' || said === null) return undefined;
  if ('out' in said) io.out(String(said.out));
  if ('err' in said) io.err(String(said.err));
  return 'exit' in said ? Number(said.exit) : undefined;
}

function isRunFile(value: unknown): value is RunFile {
  return (
    typeof value === 'object' &&
    value !== null &&
    'url' in value &&
    typeof value.url === 'string' &&
    'key' in value &&
    typeof value.key === 'string' &&
    'pid' in value &&
    typeof value.pid === 'number'
  );
}
