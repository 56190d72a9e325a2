/** The address of a request: our base, a path of ours, an encoded query. Never a URL from an answer. */
import { AppError } from '../domain/errors.ts';

/** Values are encoded here; `undefined` leaves a parameter out; the order is kept. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

const PATH = /^(?:\/[A-Za-z0-9_~-]+(?:\.[A-Za-z0-9_~-]+)*)+$/;

/** `baseUrl` may have a path of its own and a slash at its end. Throws `calendly.path_unknown` (a bug). */
export function addressOf(baseUrl: string, path: string, query: Query): string {
  if (!PATH.test(path)) {
    throw new AppError({
      kind: 'bug',
      code: 'calendly.path_unknown',
      message: 'This is not a path that this program asks Calendly for',
    });
  }
  const base = new URL(baseUrl);
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.append(name, String(value));
  }
  const search = parameters.size === 0 ? '' : `?${parameters.toString()}`;
  return `${base.origin}${base.pathname.replace(/\/+$/, '')}${path}${search}`;
}
