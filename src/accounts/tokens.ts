/** Our own bearer tokens: HS256 JWTs that are only good while their id is known and not revoked. */
import { compactVerify, decodeProtectedHeader, SignJWT } from 'jose';
import { AppError } from '../domain/errors.ts';
import { isId, newId, type Id, type IdSource } from '../domain/id.ts';
import { timestampFromMs } from '../domain/timestamp.ts';
import { findTokenHolder, insertAccessToken } from '../store/access-tokens.ts';
import type { Sql, Tx } from '../store/db.ts';
import type { Caller } from './caller.ts';

/** Ours alone: a host application's token that names it is refused. */
export const ISSUER = 'calendly-sync';
const DAY_S = 86_400;
const LONGEST_DAYS = 365;
const TOLERANCE_S = 5;
/** Contract §6: `iat` may be ahead by this much, for hosts whose clocks differ. */
const IAT_AHEAD_S = 60;
const LONGEST_TOKEN = 4096;

export interface TokenToIssue {
  user: { workspaceId: Id; id: Id };
  /** Whole days until it expires, 1 to 365. */
  days: number;
  /** What the user calls it. */
  name?: string | null;
}

interface SigningKeys {
  secret: Uint8Array;
  ids: IdSource;
}

/**
 * Signs and remembers a token for the user; answers the JWT text, and the row by which it is listed and revoked.
 * Throws `token.days_unfit`.
 */
export async function issueToken(
  tx: Tx,
  issue: TokenToIssue,
  keys: SigningKeys,
): Promise<{ token: string; id: Id; createdAt: string; expiresAt: string }> {
  const { user, days } = issue;
  if (!Number.isInteger(days) || days < 1 || days > LONGEST_DAYS) {
    throw new AppError({
      kind: 'invalid',
      code: 'token.days_unfit',
      message: `A token lasts 1 to ${LONGEST_DAYS} whole days.`,
    });
  }
  const id = newId(keys.ids);
  const issuedAt = Math.floor(keys.ids.now() / 1000);
  const expiresAt = issuedAt + days * DAY_S;
  const row = {
    id,
    createdAt: timestampFromMs(issuedAt * 1000),
    expiresAt: timestampFromMs(expiresAt * 1000),
  };
  const { workspaceId, id: userId } = user;
  await insertAccessToken(tx, { ...row, workspaceId, userId, name: issue.name ?? null });
  const claims = { iss: ISSUER, sub: userId, jti: id, iat: issuedAt, exp: expiresAt };
  const signer = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' });
  return { ...row, token: await signer.sign(keys.secret) };
}

/**
 * Whose token this is; `undefined` for every token that is not wholly in order. Nothing in the token's
 * header is followed (`jku`, `kid` …): a header with more than `alg` and `typ` is refused.
 */
export async function verifyToken(
  sql: Sql,
  token: string,
  keys: { secret: Uint8Array; now: number },
): Promise<Caller | undefined> {
  if (token.length > LONGEST_TOKEN || !hasOurHeader(token)) return undefined;
  const claims = await verifiedClaims(token, keys.secret);
  if (claims === undefined) return undefined;
  const { iss, sub, jti, iat, exp, nbf, aud } = claims;
  const now = Math.floor(keys.now / 1000);
  if (iss !== ISSUER || aud !== undefined) return undefined;
  if (!isSeconds(exp) || exp <= now - TOLERANCE_S || exp > now + LONGEST_DAYS * DAY_S)
    return undefined;
  if (!isSeconds(iat) || iat > now + IAT_AHEAD_S) return undefined;
  if (nbf !== undefined && (!isSeconds(nbf) || nbf > now + TOLERANCE_S)) return undefined;
  if (typeof jti !== 'string' || !isId(jti)) return undefined;
  const holder = await findTokenHolder(sql, jti);
  // Compared as text: another spelling of the same UUID is not what we signed.
  if (holder === undefined || holder.user_id !== sub) return undefined;
  return {
    workspaceId: holder.workspace_id,
    userId: holder.user_id,
    role: holder.role,
    email: holder.email,
  };
}

function hasOurHeader(token: string): boolean {
  try {
    const { alg, typ, ...rest } = decodeProtectedHeader(token);
    return (
      alg === 'HS256' && (typ === undefined || typ === 'JWT') && Object.keys(rest).length === 0
    );
  } catch {
    // @NOTE not a JWS at all; refused like every other wrong token.
    return false;
  }
}

async function verifiedClaims(
  token: string,
  secret: Uint8Array,
): Promise<Record<string, unknown> | undefined> {
  try {
    const { payload } = await compactVerify(token, secret, { algorithms: ['HS256'] });
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    if (claims === null || typeof claims !== 'object' || Array.isArray(claims)) return undefined;
    return { ...claims };
  } catch {
    // @NOTE why a token is wrong is nobody's business: no reason is given or logged.
    return undefined;
  }
}

/** JSON knows `1e400` (Infinity) and `1.5`; neither is a time. */
export function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}
