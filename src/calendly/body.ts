/** An answer's body: unpacked, counted while it comes, and strictly UTF-8. */
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

import { CalendlyError } from './errors.ts';
import type { Headers } from './rate-limit.ts';

/**
 * The whole text of `body`, at most `limit` bytes after decoding. Throws `calendly.too_large`,
 * `calendly.bad_encoding` (anything but gzip or none, or more than one), `calendly.not_json` (no
 * UTF-8), and whatever broke the stream.
 */
export async function readBody(body: Readable, headers: Headers, limit: number): Promise<string> {
  const encoding = encodingOf(headers);
  if (encoding === undefined) {
    // Nothing listens to it any more, and a broken connection must not end the process.
    body.on('error', () => undefined).destroy();
    throw new CalendlyError('calendly.bad_encoding');
  }
  const chunks: Buffer[] = [];
  let length = 0;
  async function collect(source: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of source) {
      length += chunk.length;
      if (length > limit) throw new CalendlyError('calendly.too_large');
      chunks.push(chunk);
    }
  }
  await (encoding === 'gzip' ? pipeline(body, createGunzip(), collect) : collect(body));
  return decode(Buffer.concat(chunks, length));
}

function encodingOf(headers: Headers): 'gzip' | 'identity' | undefined {
  const header = headers['content-encoding'];
  const name = header === undefined ? 'identity' : String(header).trim().toLowerCase();
  if (name === '' || name === 'identity') return 'identity';
  return name === 'gzip' || name === 'x-gzip' ? 'gzip' : undefined;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // @NOTE a replaced character would be stored as if Calendly had said it
    throw new CalendlyError('calendly.not_json');
  }
}
