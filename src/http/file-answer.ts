/** The bytes of a document as an answer: named, typed, whole or in part, and harmless to the browser that gets them. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Content } from '../documents/content.ts';
import type { ByteRange } from '../documents/storage.ts';
import { HttpError } from './problem.ts';

export interface FileAnswer {
  content: Content;
  type: string;
  name: string;
  sha256: string;
  /** `inline` is for what was found to be an image or a PDF. */
  disposition: 'attachment' | 'inline';
}

/** https://www.w3.org/TR/CSP3/#directive-sandbox: a document in a sandbox has no origin, runs nothing, opens nothing. */
const POLICIES = {
  attachment: 'sandbox',
  inline: "sandbox; default-src 'none'; frame-ancestors 'self'",
};

/** Sends the bytes: 200 or, of one range, 206. Throws 416. */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: FileAnswer,
): Promise<FastifyReply> {
  const { content, disposition } = answer;
  const etag = `"${answer.sha256}"`;
  const isSame = (request.headers['if-range'] ?? etag) === etag;
  const range = isSame ? parseRange(request.headers.range, content.size) : undefined;
  reply.headers({
    'content-type': shownType(answer.type),
    'content-disposition': `${disposition}; ${nameParameters(answer.name)}`,
    'content-security-policy': POLICIES[disposition],
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
    etag,
    'content-length': range === undefined ? content.size : range.end - range.start + 1,
  });
  if (disposition === 'inline') reply.header('x-frame-options', 'SAMEORIGIN');
  if (range !== undefined) {
    reply.code(206);
    reply.header('content-range', `bytes ${range.start}-${range.end}/${content.size}`);
  }
  return reply.send(await content.read(range));
}

/** Text of any kind is shown as text at most; XML could be a page of its own. */
function shownType(type: string): string {
  if (type === 'application/xml') return 'application/octet-stream';
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type;
}

/** A plain name for old clients and the true one for all others (RFC 6266 §4.3, RFC 8187). */
function nameParameters(name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7E]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** The one range that is asked for (RFC 9110 §14.2); undefined for none, several, or what is no range: all of it then. */
function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  const [, first = '', last = ''] = found ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < start) return undefined;
  if (start > end) {
    throw new HttpError({
      status: 416,
      code: 'request.range',
      message: 'The document has no such bytes.',
      headers: { 'content-range': `bytes */${size}` },
    });
  }
  return { start, end };
}
