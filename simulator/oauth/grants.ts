/** What was granted to OAuth apps: codes, chains of refresh tokens that are good once, and how often was asked. */
import { createHash, randomUUID } from 'node:crypto';
import { newUuid } from '../stamp.ts';
import type { World } from '../state.ts';

/** The app that this Calendly knows. */
export const CLIENT = { id: 'simulated-client', secret: 'simulated-secret' } as const;

const CODE_MS = 600_000;
const ACCESS_S = 7200;
/** Tokens of one user a minute (api.md §1). */
const TOKENS_PER_MINUTE = 8;

export interface Authorization {
  user: string;
  redirectUri: string;
  challenge: string | null;
  scope: string | null;
}

interface Grant {
  user: string;
  scope: string | null;
  access: string;
  /** Refresh tokens of this chain that were used already. */
  used: Set<string>;
  refresh: string;
}

export interface TokenAnswer {
  access_token: string;
  token_type: 'Bearer';
  expires_in: number;
  created_at: number;
  refresh_token: string;
  scope: string;
  owner: string;
  organization: string;
}

export interface Grants {
  /** The key of the person in the story who signs in and consents; null: somebody who says no. */
  signsInAs: string | null;
  /** Whether a refresh token may be used more than once, as other servers allow for a while. */
  allowReuse: boolean;
  /** Token answers that were given, by user URI. */
  granted: Map<string, number>;
  newCode(authorization: Authorization): string;
  /** Takes the code away; `undefined` where it is unknown, used or old. */
  takeCode(code: string): Authorization | undefined;
  /** A new chain; `limited` where the user had his eight this minute. */
  begin(authorization: Authorization): TokenAnswer | 'limited';
  /** The next pair of the chain; `invalid` where the token is not its last. */
  next(refresh: string): TokenAnswer | 'limited' | 'invalid';
  /** Ends the chain to which an access or refresh token belongs. */
  revoke(token: string): void;
}

export function createGrants(world: World): Grants {
  const codes = new Map<string, Authorization & { until: number }>();
  const chains = new Set<Grant>();
  const asked = new Map<string, number[]>();
  const grants: Grants = {
    signsInAs: 'host',
    allowReuse: false,
    granted: new Map(),
    newCode(authorization) {
      const code = randomUUID();
      codes.set(code, { ...authorization, until: world.clock.now() + CODE_MS });
      return code;
    },
    takeCode(code) {
      const found = codes.get(code);
      codes.delete(code);
      return found !== undefined && world.clock.now() < found.until ? found : undefined;
    },
    begin({ user, scope }) {
      if (isLimited(user)) return 'limited';
      const grant: Grant = { user, scope, access: '', refresh: '', used: new Set() };
      chains.add(grant);
      return renew(grant);
    },
    next(refresh) {
      const isOf = (grant: Grant): boolean =>
        grant.refresh === refresh || (grants.allowReuse && grant.used.has(refresh));
      const grant = [...chains].find(isOf);
      if (grant === undefined) return 'invalid';
      return isLimited(grant.user) ? 'limited' : renew(grant);
    },
    revoke(token) {
      for (const grant of chains) {
        if (grant.refresh !== token && grant.access !== token) continue;
        chains.delete(grant);
        end(grant.access);
      }
    },
  };
  return grants;

  function isLimited(user: string): boolean {
    const now = world.clock.now();
    const recent = (asked.get(user) ?? []).filter((at) => at > now - 60_000);
    if (recent.length < TOKENS_PER_MINUTE) recent.push(now);
    else return true;
    asked.set(user, recent);
    return false;
  }

  function end(access: string): void {
    const record = world.tokens.get(access);
    if (record !== undefined) record.revoked = true;
  }

  function renew(grant: Grant): TokenAnswer {
    const now = world.clock.now();
    grant.used.add(grant.refresh);
    grant.refresh = `simulated-refresh-${randomUUID()}`;
    grant.access = `simulated-access-${newUuid(world)}-${randomUUID().slice(0, 8)}`;
    world.tokens.set(grant.access, {
      token: grant.access,
      user: grant.user,
      scopes: grant.scope === null ? null : grant.scope.split(' '),
      tier: 'paid',
      revoked: false,
      expiresAt: now + ACCESS_S * 1000,
    });
    grants.granted.set(grant.user, (grants.granted.get(grant.user) ?? 0) + 1);
    return {
      access_token: grant.access,
      token_type: 'Bearer',
      expires_in: ACCESS_S,
      created_at: Math.floor(now / 1000),
      refresh_token: grant.refresh,
      scope: grant.scope ?? 'default',
      owner: grant.user,
      organization: world.users.get(grant.user)?.wire.current_organization ?? '',
    };
  }
}

/** RFC 7636 §4.6. */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}
