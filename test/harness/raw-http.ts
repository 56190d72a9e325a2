/** HTTP by hand over a socket: what no well-behaved client would send can be sent too. */
import { connect } from 'node:net';

export interface RawRequest {
  method?: string;
  path: string;
  /** Header lines in order, as they go over the wire; `host` and `connection: close` are added. */
  headers?: readonly (readonly [name: string, value: string])[];
  body?: string | Uint8Array;
}

export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/** Sends one request on its own connection and reads the answer to its end. */
export function sendRaw(port: number, request: RawRequest): Promise<RawAnswer> {
  const { method = 'GET', path, headers = [], body } = request;
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  if (!names.has('host')) lines.push('host: localhost');
  if (!names.has('connection')) lines.push('connection: close');
  if (body !== undefined && !names.has('content-length') && !names.has('transfer-encoding')) {
    lines.push(`content-length: ${Buffer.byteLength(body)}`);
  }
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return sendBytes(port, Buffer.concat([head, Buffer.from(body ?? '')]));
}

/** Sends any bytes and reads whatever comes back until the server closes. */
export function sendBytes(port: number, bytes: Uint8Array): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => received.push(chunk));
    socket.once('error', (error) => (received.length > 0 ? undefined : reject(error)));
    socket.once('close', () => resolve(parseAnswer(Buffer.concat(received).toString())));
  });
}

function parseAnswer(answer: string): RawAnswer {
  const end = answer.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = answer.slice(0, end).split('\r\n');
  const headers = new Headers(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
  const rest = answer.slice(end + 4);
  const text = headers.get('transfer-encoding') === 'chunked' ? joinChunks(rest) : rest;
  return { status: Number(statusLine.split(' ')[1]), headers, text };
}

function joinChunks(text: string): string {
  const bytes = Buffer.from(text);
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const length = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (!(length > 0)) return Buffer.concat(parts).toString();
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + length));
    at = lineEnd + 2 + length + 2;
  }
}
