/** Request bodies: UTF-8 JSON and nothing else, unless a route's own scope says otherwise. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DEEPEST_JSON } from '../domain/json.ts';
import { badBody, unsupportedMediaType } from './refusals.ts';

/** Replaces Fastify's own readers of bodies (JSON of any charset, plain text) by one strict one. */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, bytes: Buffer) => {
      requireUtf8(request.headers['content-type'] ?? '');
      if (bytes.length === 0) return undefined;
      return parse(decode(bytes));
    },
  );
}

function requireUtf8(contentType: string): void {
  const [, ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const isUtf8 = (parameter: string): boolean => /^charset="?utf-?8"?$/.test(parameter);
  if (!parameters.every((parameter) => parameter === '' || isUtf8(parameter))) {
    throw unsupportedMediaType();
  }
}

function decode(bytes: Buffer): string {
  try {
    // A byte order mark is kept, so that the parser refuses it (RFC 8259 §8.1).
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw badBody('is not UTF-8');
  }
}

function parse(json: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw badBody('is not JSON');
  }
  if (depthOf(value) > DEEPEST_JSON) throw badBody('is nested too deeply');
  return value;
}

/** Depth of arrays and objects, level by level; stops one beyond the deepest allowed. */
function depthOf(value: unknown): number {
  let level = [value];
  for (let depth = 0; ; depth += 1) {
    const inner = level.filter((item): item is object => item !== null && typeof item === 'object');
    if (inner.length === 0 || depth > DEEPEST_JSON) return depth;
    level = inner.flatMap((item): unknown[] => Object.values(item));
  }
}
