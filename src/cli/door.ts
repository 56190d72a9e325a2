/** The door for commands: while a server holds the embedded database, commands run inside it over loopback. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { join } from 'node:path';
import type { Io } from './command.ts';

export interface CommandDoor {
  /** Interrupts the commands that run here and waits until they have ended. */
  close(): Promise<void>;
}

/** What a caller sends: the words, and standard input where the command reads it. */
export interface DoorCall {
  argv: string[];
  stdin: string;
  interactive: boolean;
}

/** What comes back, a line of JSON each; the last one holds the exit code. */
export interface DoorLine {
  out?: string;
  err?: string;
  save?: { file: string; text: string };
  exit?: number;
}

export const RUN_FILE = 'run.json';
const LARGEST_CALL = 4 * 1024 * 1024;

/**
 * Opens the door on a free loopback port and writes its address and key to `run.json` (mode 0600).
 * `run` runs the words like a terminal would.
 */
export async function openDoor(options: {
  dataDir: string;
  run: (argv: readonly string[], io: Io) => Promise<number>;
}): Promise<CommandDoor> {
  const key = randomBytes(32).toString('base64url');
  const running = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const work = answer(request, response)
      .catch(() => void response.destroy())
      .finally(() => running.delete(work));
    running.add(work);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const file = join(options.dataDir, RUN_FILE);
  writeRunFile(file, { url: `http://127.0.0.1:${port}`, key, pid: process.pid });
  const removeRunFile = (): void => rmSync(file, { force: true });
  // also where the process is ended in the middle of its stop
  process.on('exit', removeRunFile);
  return {
    async close() {
      removeRunFile();
      process.off('exit', removeRunFile);
      server.close();
      server.closeAllConnections();
      await Promise.allSettled(running);
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isKey(request.headers.authorization, key)) {
      response.writeHead(401).end();
      return;
    }
    if (request.method === 'GET') {
      response.writeHead(204).end();
      return;
    }
    const call = parseCall(await readBody(request));
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const gone = new AbortController();
    response.on('close', () => gone.abort(new Error('The caller has gone')));
    const send = (line: DoorLine): void => {
      response.write(`${JSON.stringify(line)}\n`);
    };
    const exit = await options.run(call.argv, {
      out: (text) => send({ out: text }),
      err: (text) => send({ err: text }),
      save: async (file, text) => send({ save: { file, text } }),
      stdin: () => Promise.resolve(call.stdin),
      interactive: call.interactive,
      signal: gone.signal,
    });
    send({ exit });
    response.end();
  }
}

function writeRunFile(file: string, content: { url: string; key: string; pid: number }): void {
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
  const draft = `${file}.draft`;
  rmSync(draft, { force: true });
  writeFileSync(draft, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

function isKey(header: string | undefined, key: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${key}`));
}

async function readBody(request: IncomingMessage): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > LARGEST_CALL) {
    throw new Error('The call is too large');
  }
  return (await buffer(request)).toString('utf8');
}

function parseCall(body: string): DoorCall {
  const call: unknown = JSON.parse(body);
  if (typeof call !== 'object' || call === null || !('argv' in call) || !Array.isArray(call.argv)) {
    throw new Error('The call names no command');
  }
  const stdin = 'stdin' in call && typeof call.stdin === 'string' ? call.stdin : '';
  const interactive = 'interactive' in call && call.interactive === true;
  return { argv: call.argv.map(String), stdin, interactive };
}
