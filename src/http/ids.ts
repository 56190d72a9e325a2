/** Ids and keys of what a request makes. */
import type { IdSource } from '../domain/id.ts';
import type { HttpDeps } from './deps.ts';

export function idsOf(deps: Pick<HttpDeps, 'clock' | 'random'>): IdSource {
  return { now: () => deps.clock.now(), bytes: (length) => deps.random.bytes(length) };
}
