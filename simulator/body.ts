/** Reads the body of a request: at most a mebibyte, JSON or nothing. */
import type { IncomingMessage } from 'node:http';

const LARGEST_BODY = 1_048_576;

/** The bytes of a body; `undefined` without one. Rejects where it is too long. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (request.method === 'GET' || request.method === 'HEAD') return undefined;
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part as Uint8Array);
    length += bytes.length;
    if (length > LARGEST_BODY) throw new Error('The body is too long');
    parts.push(bytes);
  }
  return length === 0 ? undefined : Buffer.concat(parts);
}

/** The JSON of a body; `undefined` without one, an Error where it is no JSON. */
export function parseBody(body: Buffer | undefined): unknown {
  if (body === undefined) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    return error instanceof Error ? error : new Error('is no JSON');
  }
}
