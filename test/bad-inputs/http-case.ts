/** One bad input of the HTTP side: what is sent, and what has to come back. */
import type { HttpWorld } from '../harness/http-world.ts';
import type { RawRequest } from '../harness/raw-http.ts';

export interface HttpCase {
  /** Row of the table of bad inputs and what is wrong. */
  name: string;
  request: RawRequest | ((world: HttpWorld) => RawRequest | Promise<RawRequest>);
  status: number;
  /** The parameter or body field that the problem has to name. */
  field?: string;
  /** Headers that the answer must have. */
  headers?: Readonly<Record<string, string>>;
}

/** `request` with the admin's good token. */
export function signedIn(request: RawRequest): HttpCase['request'] {
  return (world) => ({
    ...request,
    headers: [['authorization', `Bearer ${world.admin.token}`], ...(request.headers ?? [])],
  });
}
