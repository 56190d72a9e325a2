/** The public keys of a host application (JWKS): read seldom, kept a while, never replaced by trust. */
import { importJWK, type CryptoKey, type JWK } from 'jose';
import type { Clock } from '../base/time.ts';
import { AppError } from '../domain/errors.ts';

export interface HostKeys {
  /** The key that signs with `alg` under this `kid`; undefined where there is none. Throws `host_keys.unavailable`. */
  find(alg: string, kid: string | undefined): Promise<CryptoKey | Uint8Array | undefined>;
}

/** The one secret of HS256. */
export function secretKey(secret: Uint8Array): HostKeys {
  return { find: async (alg) => (alg === 'HS256' ? secret : undefined) };
}

const MINUTE_MS = 60_000;
/** No token makes us ask more often, whatever its `kid`. */
const EVERY_MS = 5 * MINUTE_MS;
/** While the host does not answer; then nobody's token is good until it does. */
const GOOD_MS = 10 * MINUTE_MS;
const PAUSE_AFTER_FAILURE_MS = 10_000;
const MOST_KEYS = 100;

/** The algorithm of a key is the key's, never the token's. */
const ALG_OF: Readonly<Record<string, string>> = {
  RSA: 'RS256',
  'EC P-256': 'ES256',
  'EC P-384': 'ES384',
  'OKP Ed25519': 'EdDSA',
};
const PUBLIC_ALGS = new Set(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']);

interface HostKey {
  kid: string | undefined;
  alg: string;
  key: CryptoKey;
}

/** Keys from `fetchKeys`, which answers the parsed JSON of the key set or throws. */
export function remoteKeys(deps: {
  fetchKeys: () => Promise<unknown>;
  clock: Pick<Clock, 'now'>;
}): HostKeys {
  let keys: readonly HostKey[] = [];
  let readAt: number | null = null;
  let failedAt: number | null = null;
  let reading: Promise<void> | null = null;

  return {
    async find(alg, kid) {
      if (isDue()) {
        reading ??= read().finally(() => {
          reading = null;
        });
        await reading;
      }
      if (readAt === null || deps.clock.now() - readAt > GOOD_MS) throw unavailable();
      const named = keys.filter((one) => one.kid === kid || kid === undefined);
      // without a name only where there is nothing to choose
      const [only, ...others] = named;
      return only?.alg === alg && others.length === 0 ? only.key : undefined;
    },
  };

  function isDue(): boolean {
    const now = deps.clock.now();
    if (failedAt !== null && now - failedAt < PAUSE_AFTER_FAILURE_MS) return false;
    return readAt === null || now - readAt >= EVERY_MS;
  }

  async function read(): Promise<void> {
    try {
      keys = await readKeySet(await deps.fetchKeys());
      readAt = deps.clock.now();
      failedAt = null;
    } catch {
      // @NOTE the keys we have stay good for a while; after that every token is answered with 503.
      failedAt = deps.clock.now();
    }
  }
}

async function readKeySet(value: unknown): Promise<HostKey[]> {
  const isSet = typeof value === 'object' && value !== null && 'keys' in value;
  if (!isSet || !Array.isArray(value.keys)) throw unavailable();
  const keys: HostKey[] = [];
  for (const jwk of value.keys.slice(0, MOST_KEYS)) {
    const key = await readKey(jwk);
    if (key !== undefined) keys.push(key);
  }
  return keys;
}

/** Keys of other kinds (secret, for encryption) are none of ours; one that is broken hides no other. */
async function readKey(value: unknown): Promise<HostKey | undefined> {
  if (typeof value !== 'object' || value === null) return undefined;
  const jwk: JWK = value;
  const kind = [jwk.kty, jwk.crv].filter((part) => part !== undefined).join(' ');
  const alg = jwk.alg ?? ALG_OF[kind];
  if (alg === undefined || !PUBLIC_ALGS.has(alg) || jwk.use === 'enc') return undefined;
  const { kty, crv, x, y, n, e, kid } = jwk;
  try {
    // only the public members: a private key that was published by mistake signs nothing here
    const key = await importJWK(JSON.parse(JSON.stringify({ kty, crv, x, y, n, e })), alg);
    return key instanceof Uint8Array ? undefined : { kid, alg, key };
  } catch {
    return undefined;
  }
}

function unavailable(): AppError {
  return new AppError({
    kind: 'busy',
    code: 'host_keys.unavailable',
    message: 'The keys of the host application cannot be read at the moment.',
    action: 'Try again in a minute; AUTH_JWKS_URL has to answer.',
  });
}
