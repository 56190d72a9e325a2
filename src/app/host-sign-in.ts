/** Tokens of a host application: their keys over the network, their subjects as users. */
import type { Caller } from '../accounts/caller.ts';
import { remoteKeys, secretKey } from '../accounts/host-keys.ts';
import { readHostToken } from '../accounts/host-tokens.ts';
import { callerOfSubject } from '../accounts/subjects.ts';
import type { Clock } from '../base/time.ts';
import { createTransport } from '../calendly/transport.ts';
import type { HostTokens } from '../config/shape.ts';
import { AppError } from '../domain/errors.ts';
import type { IdSource } from '../domain/id.ts';
import type { Db } from '../store/db.ts';

const PATIENCE_MS = 5000;
const LARGEST_BYTES = 256 * 1024;

/** Who a host application's token says is asking; undefined where the settings know of no host application. */
export function createHostSignIn(
  deps: { db: Db; clock: Clock; ids: IdSource },
  settings: HostTokens | null,
): ((token: string) => Promise<Caller | undefined>) | undefined {
  if (settings === null) return undefined;
  const { clock } = deps;
  const { issuer, audience, workspaceClaim } = settings;
  const keys =
    settings.kind === 'jwks'
      ? remoteKeys({ clock, fetchKeys: () => fetchKeySet(settings.url, clock) })
      : secretKey(new TextEncoder().encode(settings.secret.reveal()));
  const rules = { keys, issuer, audience, workspaceClaim };
  return async (token) => {
    const subject = await readHostToken(rules, token, clock.now());
    return subject === undefined ? undefined : callerOfSubject(deps, subject);
  };
}

/** The parsed JSON at the address. Throws where it is no 200, too slow, too large or no JSON; follows nothing. */
async function fetchKeySet(url: string, clock: Clock): Promise<unknown> {
  const limits = { connectMs: PATIENCE_MS, requestMs: PATIENCE_MS, bodyBytes: LARGEST_BYTES };
  const transport = createTransport({ clock, limits });
  try {
    const headers = { accept: 'application/json' };
    const { status, text } = await transport.send({ method: 'GET', url, headers });
    if (status !== 200 || text === undefined) throw unusable();
    return JSON.parse(text);
  } finally {
    await transport.close();
  }
}

function unusable(): AppError {
  return new AppError({
    kind: 'upstream',
    code: 'host_keys.unusable',
    message: 'The host application’s key set could not be read',
  });
}
