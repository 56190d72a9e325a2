/** Brings one delivery to its receiver by HTTP, and says how that went. */
import { request as requestHttp } from 'node:http';
import type { Agent, ClientRequest } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';

export interface Posting {
  url: string;
  headers: Record<string, string>;
  body: Buffer;
  /** Only so many bytes of the body are sent, then the connection ends. */
  cut: number | undefined;
  connectMs: number;
  readMs: number;
  /** Sets a timer; the answer cancels it. */
  after(ms: number, run: () => void): () => void;
  /** Ends it at once. */
  signal: AbortSignal;
  agent: Agent;
}

export interface Outcome {
  /** 0: no whole answer came. */
  status: number;
  note: 'answered' | 'timed out' | 'failed' | 'cut' | 'elsewhere';
}

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Posts once; redirects are answers like others. Never rejects.
 * Nothing leaves this machine: receivers elsewhere count as having answered 200.
 */
export function post(posting: Posting): Promise<Outcome> {
  const url = new URL(posting.url);
  if (!LOOPBACK.test(url.hostname)) return Promise.resolve({ status: 200, note: 'elsewhere' });
  return new Promise((resolve) => {
    let isOver = false;
    let cancel = (): void => undefined;
    const { headers, signal, agent } = posting;
    const options = { method: 'POST', headers, signal };
    const request =
      url.protocol === 'https:'
        ? requestHttps(url, { ...options, agent: false })
        : requestHttp(url, { ...options, agent });
    const end = (outcome: Outcome): void => {
      isOver = true;
      cancel();
      resolve(outcome);
      request.destroy();
    };
    const limit = (ms: number): void => {
      cancel();
      if (isOver) return;
      cancel = posting.after(ms, () => end({ status: 0, note: 'timed out' }));
    };
    request.on('error', () => end({ status: 0, note: 'failed' }));
    request.on('socket', (socket) => {
      limit(posting.connectMs);
      onceConnected(socket, () => limit(posting.readMs));
    });
    request.on('response', (response) => {
      const status = response.statusCode ?? 0;
      response.on('end', () => end({ status, note: 'answered' }));
      response.on('close', () => end({ status: 0, note: 'failed' }));
      response.resume();
    });
    if (posting.cut === undefined) request.end(posting.body);
    else cutShort(request, posting.body.subarray(0, posting.cut), () => end(CUT));
  });
}

const CUT: Outcome = { status: 0, note: 'cut' };

function cutShort(request: ClientRequest, part: Buffer, done: () => void): void {
  request.on('socket', (socket) => {
    onceConnected(socket, () => socket.write('', done));
  });
  if (part.length > 0) request.write(part);
  else request.flushHeaders();
}

/** A socket may come from a request before; `run` is called when what was written so far is on its way. */
function onceConnected(socket: Socket, run: () => void): void {
  if (socket.connecting) socket.once('connect', run);
  else process.nextTick(run);
}
