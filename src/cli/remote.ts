/** Running a command inside the server that holds the embedded database: same output, same exit code. */
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EXIT, type Io } from './command.ts';
import { type DoorCall, RUN_FILE } from './door.ts';

interface RunFile {
  url: string;
  key: string;
  pid: number;
}

/** The door of a server that is alive; a file left by one that is gone counts as none. */
export function findDoor(dataDir: string): RunFile | undefined {
  const file = join(dataDir, RUN_FILE);
  if (!existsSync(file)) return undefined;
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (!isRunFile(read)) return undefined;
    process.kill(read.pid, 0);
    return read;
  } catch {
    return undefined;
  }
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
          if (exit === undefined) io.err('The server ended before the command did.\n');
          resolve(exit ?? (io.signal.aborted ? EXIT.interrupted : EXIT.failed));
        });
        response.on('error', () => lines.close());
      },
    );
    sending.on('error', () => resolve(io.signal.aborted ? EXIT.interrupted : undefined));
    sending.end(body);
  });
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
