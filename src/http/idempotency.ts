/** The Idempotency-Key of a request. */
import type { FastifyRequest } from 'fastify';
import { invalidRequest } from './refusals.ts';

const KEY = /^[\x21-\x7e]{1,255}$/;

/** The header's text; null without one. Throws 400 for one that is not 1 to 255 visible ASCII characters. */
export function idempotencyKeyOf(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && KEY.test(key)) return key;
  throw invalidRequest([
    { field: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' },
  ]);
}
