/** Running a command inside the server that holds the embedded database: same output, same exit code. */
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EXIT, INTERRUPTED, type Io } from './command.ts';
import { complaint } from './dispatch.ts';
import { type DoorCall, type DoorLine, RUN_FILE } from './door.ts';

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
        const saved: Promise<void>[] = [];
        const lines = createInterface({ input: response });
        lines.on('line', (line) => {
          const said = parseLine(line);
          if (said.save !== undefined) saved.push(io.save(said.save.file, said.save.text));
          exit = take(said, io) ?? exit;
        });
        lines.on('close', () => {
          Promise.all(saved).then(
            () => resolve(exit ?? unfinished(io)),
            (error: unknown) => {
              io.err(complaint(error));
              resolve(EXIT.failed);
            },
          );
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
function take(said: DoorLine, io: Io): number | undefined {
  if (said.out !== undefined) io.out(said.out);
  if (said.err !== undefined) io.err(said.err);
  return said.exit;
}

function parseLine(line: string): DoorLine {
  const said: unknown = JSON.parse(line);
  // the server is the same program, behind a key of its own
  return typeof said === 'object' && said !== null ? said : {};
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
