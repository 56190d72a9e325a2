/** Replies in the making: honest pages, refusals, and every way to spoil them. */
import { gzipSync } from 'node:zlib';

import type { Reply } from './server.ts';

type HeaderList = Readonly<Record<string, string>>;

/** An answer with a true content-length that leaves the connection open. */
export function reply(status: number, body: Buffer | string, headers: HeaderList = {}): Reply {
  const content = Buffer.from(body);
  const head = headOf(status, { 'content-length': String(content.length), ...headers });
  return { bytes: Buffer.concat([head, content]), then: 'keep' };
}

/** A JSON answer. */
export function json(status: number, body: unknown, headers: HeaderList = {}): Reply {
  return reply(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
}

/** A list page with `items` (default none) and the given `next_page_token`. */
export function page(nextToken: unknown, items: readonly unknown[] = []): Reply {
  return json(200, {
    collection: items,
    pagination: { count: items.length, next_page: null, next_page_token: nextToken },
  });
}

/** An honest answer packed with gzip. */
export function zipped(body: string, headers: HeaderList = {}): Reply {
  return reply(200, gzipSync(body), { 'content-encoding': 'gzip', ...headers });
}

/** The first `bytes` bytes of an answer, then the end (or a reset) of the connection. */
export function cut(whole: Reply, bytes: number, then: 'end' | 'reset' | 'stall' = 'end'): Reply {
  return { bytes: Buffer.from(whole.bytes).subarray(0, bytes), then };
}

/** Bytes that need not be HTTP. */
export function raw(bytes: Buffer | string, then: Reply['then'] = 'end'): Reply {
  return { bytes, then };
}

/** Not one byte, and the connection stays open. */
export const silence: Reply = { bytes: '', then: 'stall' };

/** An answer whose end is the end of the connection, so that a cut cannot be seen by its length. */
export function untilClose(body: Buffer | string, headers: HeaderList = {}): Reply {
  return { bytes: Buffer.concat([headOf(200, headers), Buffer.from(body)]), then: 'end' };
}

function headOf(status: number, headers: HeaderList): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([`HTTP/1.1 ${status} Whatever`, ...lines, '', ''].join('\r\n'));
}
