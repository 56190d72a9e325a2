/** One-time links as text: the key stands in the fragment, which no server and no proxy gets to see. */
import type { FastifyRequest } from 'fastify';
import type { HttpDeps } from './deps.ts';
import { baseOf } from './origin.ts';

/** The link of a key to the dashboard's page of that name. */
export function linkAt(
  { settings }: Pick<HttpDeps, 'settings'>,
  request: FastifyRequest,
  link: { page: 'password' | 'register'; key: string },
): string {
  return `${settings.publicUrl ?? baseOf(request)}/${link.page}#key=${link.key}`;
}
