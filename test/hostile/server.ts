/** An upstream that answers any bytes it is told to, request by request, and notes what it was asked. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

import type { Certificate } from './certificate.ts';

export interface Reply {
  /** Written as they are; nothing where empty. */
  bytes: Buffer | string;
  /** What happens to the connection afterwards. */
  then: 'keep' | 'end' | 'reset' | 'stall';
}

export interface Asked {
  method: string;
  target: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface HostileServer {
  /** `http://127.0.0.1:PORT`, `https://localhost:PORT` with a certificate. */
  readonly url: string;
  readonly asked: readonly Asked[];
  /** The client's port of each request: equal ones came over one connection. */
  readonly ports: readonly (number | undefined)[];
  /** The n-th request gets the n-th reply, later ones the last again. Forgets what was asked. */
  script(replies: readonly Reply[], onStall?: () => void): void;
  close(): Promise<void>;
}

export interface HostileOptions {
  certificate?: Certificate | undefined;
  /** Has each connection to itself: nothing is read, no request answered. */
  take?: ((socket: Socket) => void) | undefined;
  /** Makes the reply to each request, instead of a script. */
  reply?: ((asked: Asked) => Promise<Reply>) | undefined;
}

/** Listens on a free loopback port. */
export async function startHostileServer(options: HostileOptions = {}): Promise<HostileServer> {
  const { certificate, take, reply: replyTo } = options;
  const sockets = new Set<Socket>();
  const asked: Asked[] = [];
  const ports: (number | undefined)[] = [];
  let replies: readonly Reply[] = [];
  let onStall: (() => void) | undefined;

  function serve(socket: Socket): void {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // Clients that break off are part of the game.
    socket.on('error', () => undefined);
    if (take !== undefined) return take(socket);
    let seen = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      seen = Buffer.concat([seen, chunk]);
      const request = requestIn(seen);
      if (request === undefined) return;
      seen = Buffer.alloc(0);
      asked.push(request);
      ports.push(socket.remotePort);
      if (replyTo !== undefined) {
        replyTo(request).then(
          (made) => answer(socket, made),
          () => socket.destroy(),
        );
        return;
      }
      answer(socket, replies[Math.min(asked.length, replies.length) - 1]);
    });
  }

  function answer(socket: Socket, reply: Reply | undefined): void {
    if (reply === undefined) return void socket.destroy();
    // Of this script, not of the next one: a write may end long after its reader has gone.
    const stalled = onStall;
    // The end of the connection must not overtake the bytes.
    socket.write(reply.bytes, () => {
      if (reply.then === 'end') socket.end();
      if (reply.then === 'reset') socket.resetAndDestroy();
      if (reply.then === 'stall') stalled?.();
    });
  }

  const server: Server =
    certificate === undefined ? createServer(serve) : createTlsServer(certificate, serve);
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: certificate === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    asked,
    ports,
    script(next, whenStalled) {
      asked.length = 0;
      ports.length = 0;
      replies = next;
      onStall = whenStalled;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** The whole request in `bytes`, or `undefined` until it is whole. */
function requestIn(bytes: Buffer): Asked | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = bytes.subarray(end + 4);
  if (body.length < Number(headers['content-length'] ?? 0)) return undefined;
  const [method = '', target = ''] = first.split(' ');
  return { method, target, headers, body: body.toString() };
}
