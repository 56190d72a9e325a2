/** Names of NOTIFY channels: short and plain, because PGlite puts them into SQL as they are. */
import { AppError } from '../domain/errors.ts';

/** The same name, or a `bug` when it is more than lower-case letters, digits and `_` (63 bytes at most). */
export function checkChannel(name: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(name)) return name;
  throw new AppError({
    kind: 'bug',
    code: 'database.bad_channel',
    message: 'A channel name holds more than lower-case letters, digits and underscores',
  });
}
