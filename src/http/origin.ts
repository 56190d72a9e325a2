/** Where a browser's request comes from: what changes something has to come from our own pages. */
import type { FastifyRequest } from 'fastify';
import { AppError } from '../domain/errors.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function changesSomething(request: FastifyRequest): boolean {
  return !SAFE_METHODS.has(request.method);
}

/**
 * Refuses with 403 what another site's page sent. Old browsers and programs send neither header and
 * pass: behind this stands the CSRF token.
 */
export function requireOwnOrigin(request: FastifyRequest, publicUrl: string | null): void {
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const isOwnSite = site === undefined || site === 'same-origin' || site === 'none';
  const own = [baseOf(request), publicUrl === null ? undefined : new URL(publicUrl).origin];
  if (isOwnSite && (origin === undefined || own.includes(origin))) return;
  throw new AppError({
    kind: 'denied',
    code: 'request.foreign_origin',
    message: 'This request comes from a page of another site.',
    action: 'Behind a proxy, set PUBLIC_URL and TRUST_PROXY.',
  });
}

/** The address under which the caller reached this server, without a slash at its end. */
export function baseOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}
