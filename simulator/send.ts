/** Puts an answer on the wire, well or as badly as a fault demands. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultAction } from './faults.ts';
import type { Answer } from './api/call.ts';

const HTML =
  '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>';

export interface Sending {
  request: IncomingMessage;
  response: ServerResponse;
  /** Rate limit and request id: part of every answer. */
  headers: Record<string, string>;
  /** Called with the status as soon as an answer begins. */
  onHead(status: number): void;
  /** Lets the time pass; ends early when the simulator closes. */
  wait(ms: number): Promise<void>;
}

interface Bytes {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** Sends the true answer or what `fault` makes of it. */
export async function send(
  sending: Sending,
  answer: () => Answer,
  fault: FaultAction | undefined,
): Promise<void> {
  const { response } = sending;
  if (fault === undefined) return write(sending, toBytes(answer()));
  if ('delayMs' in fault && fault.delayMs !== undefined) await sending.wait(fault.delayMs);
  if ('reset' in fault) {
    sending.request.socket.resetAndDestroy();
    return;
  }
  if ('hang' in fault) return;
  if ('html' in fault) return write(sending, toText(HTML, 'text/html; charset=UTF-8'));
  if ('raw' in fault) {
    const bytes = toText(fault.raw, 'application/json; charset=utf-8');
    return write(sending, { ...bytes, headers: { ...bytes.headers, ...lower(fault.headers) } });
  }
  if ('status' in fault) {
    const { body } = fault;
    const bytes =
      typeof body === 'string'
        ? toText(body, 'text/plain; charset=utf-8')
        : toBytes({ status: fault.status, body: body ?? null });
    const headers = { ...bytes.headers, ...lower(fault.headers) };
    return write(sending, { ...bytes, status: fault.status, headers });
  }
  const bytes = toBytes(answer());
  if ('cut' in fault) {
    writeHead(sending, bytes);
    response.flushHeaders();
    if (fault.cut > 0) response.write(bytes.body.subarray(0, fault.cut));
    sending.request.socket.write('', () => sending.request.socket.destroy());
    return;
  }
  if ('drip' in fault) {
    writeHead(sending, bytes);
    for (let start = 0; start < bytes.body.length; start += fault.drip.bytes) {
      if (response.destroyed) break;
      response.write(bytes.body.subarray(start, start + fault.drip.bytes));
      await sending.wait(fault.drip.everyMs);
    }
    response.end();
    return;
  }
  return write(sending, bytes);
}

function toBytes({ status, body }: Answer): Bytes {
  const text = body === null ? '' : JSON.stringify(body);
  const cached = status < 300;
  return {
    status,
    headers: {
      ...(body === null ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      'cache-control': cached ? 'max-age=0, private, must-revalidate' : 'no-cache',
      ...(cached && body !== null
        ? { etag: `W/"${createHash('md5').update(text).digest('hex')}"` }
        : {}),
    },
    body: Buffer.from(text),
  };
}

function toText(text: string, type: string): Bytes {
  return { status: 200, headers: { 'content-type': type }, body: Buffer.from(text) };
}

function lower(headers: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

function write(sending: Sending, bytes: Bytes): void {
  writeHead(sending, bytes);
  sending.response.end(bytes.body);
}

function writeHead({ response, headers, onHead }: Sending, bytes: Bytes): void {
  onHead(bytes.status);
  const length = bytes.status === 204 ? {} : { 'content-length': String(bytes.body.length) };
  response.writeHead(bytes.status, { ...headers, ...length, ...bytes.headers });
}
