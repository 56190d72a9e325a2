/** Tokens that a host application signs, under one strict profile (RFC 8725). */
import { compactVerify, decodeProtectedHeader } from 'jose';
import { emailKey } from '../domain/email.ts';
import { AppError } from '../domain/errors.ts';
import type { HostKeys } from './host-keys.ts';
import { ISSUER, isSeconds } from './tokens.ts';

export interface HostTokenRules {
  keys: HostKeys;
  /** Exactly this `iss`; null: any but ours. */
  issuer: string | null;
  /** Exactly this `aud`, and no other beside it; null: any. */
  audience: string | null;
  /** Name of the claim that names the workspace. */
  workspaceClaim: string | null;
}

export interface Subject {
  issuer: string;
  subject: string;
  /** What the workspace claim says; null: a workspace of its own. */
  workspace: string | null;
  email: string | null;
  /** Whether the host application says that the address is proven to be the subject's (`email_verified`). */
  isEmailVerified: boolean;
  name: string | null;
}

const LONGEST_TOKEN = 8192;
const TOLERANCE_S = 5;
const IAT_AHEAD_S = 60;
/** A host application renews its tokens: what lives longer is an API key that got out. */
const LONGEST_LIFE_S = 86_400;
const LONGEST_CLAIM = 200;

/** What would make us follow the token's own word about its key or its form. */
const FORBIDDEN_HEADERS = ['jku', 'x5u', 'jwk', 'x5c', 'crit', 'b64', 'zip', 'enc', 'cty'];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Of whom a token speaks; undefined for every token that is not wholly in order. Throws
 * `host_token.anonymous` for one of an anonymous sign-in, and `host_keys.unavailable`.
 */
export async function readHostToken(
  rules: HostTokenRules,
  token: string,
  nowMs: number,
): Promise<Subject | undefined> {
  const header = readHeader(token);
  const key = header && (await rules.keys.find(header.alg, header.kid));
  if (header === undefined || key === undefined) return undefined;
  const claims = await verifiedClaims(token, key, header.alg);
  if (claims === undefined) return undefined;
  if (!isInTime(claims, Math.floor(nowMs / 1000)) || !isForUs(claims, rules)) return undefined;
  const { sub, role, iss } = claims;
  if (typeof sub !== 'string' || !UUID.test(sub)) return undefined;
  // Supabase's public and all-powerful keys are tokens of the same secret: `anon`, `service_role`
  if (role !== undefined && role !== 'authenticated') return undefined;
  const workspace = readWorkspace(claims, rules.workspaceClaim);
  if (workspace === undefined) return undefined;
  if (claims['is_anonymous'] === true) throw anonymous();
  return {
    issuer: typeof iss === 'string' ? iss : '',
    subject: sub,
    workspace,
    email: emailKey(text(claims['email'])) === undefined ? null : text(claims['email']),
    isEmailVerified: claims['email_verified'] === true,
    name: text(claims['name']),
  };
}

function readHeader(token: string): { alg: string; kid: string | undefined } | undefined {
  if (token.length > LONGEST_TOKEN || token.split('.').length !== 3) return undefined;
  try {
    const header = decodeProtectedHeader(token);
    const { alg, typ, kid } = header;
    const isPlain = FORBIDDEN_HEADERS.every((name) => !Object.hasOwn(header, name));
    const isType = typ === undefined || typ === 'JWT';
    const isKid = kid === undefined || (typeof kid === 'string' && kid.length <= LONGEST_CLAIM);
    return isPlain && isType && isKid && typeof alg === 'string' ? { alg, kid } : undefined;
  } catch {
    // @NOTE not a JWS at all; refused like every other wrong token.
    return undefined;
  }
}

type Claims = Record<string, unknown>;

async function verifiedClaims(
  token: string,
  key: Parameters<typeof compactVerify>[1],
  alg: string,
): Promise<Claims | undefined> {
  try {
    const { payload } = await compactVerify(token, key, { algorithms: [alg] });
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    if (claims === null || typeof claims !== 'object' || Array.isArray(claims)) return undefined;
    return { ...claims };
  } catch {
    // @NOTE why a token is wrong is nobody's business: no reason is given or logged.
    return undefined;
  }
}

function isInTime({ exp, iat, nbf }: Claims, now: number): boolean {
  if (!isSeconds(exp) || !isSeconds(iat)) return false;
  if (exp <= now - TOLERANCE_S || exp - now > LONGEST_LIFE_S + IAT_AHEAD_S) return false;
  if (iat > now + IAT_AHEAD_S || exp - iat > LONGEST_LIFE_S) return false;
  return nbf === undefined || (isSeconds(nbf) && nbf <= now + TOLERANCE_S);
}

function isForUs({ iss, aud }: Claims, rules: HostTokenRules): boolean {
  // our own tokens are good while their id is known, not because a host's secret is ours too
  if (iss === ISSUER || (iss !== undefined && typeof iss !== 'string')) return false;
  if (rules.issuer !== null && iss !== rules.issuer) return false;
  const audience: unknown = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;
  return rules.audience === null || audience === rules.audience;
}

/** Null: a workspace of its own. Undefined for a claim that names none. */
function readWorkspace(claims: Claims, name: string | null): string | null | undefined {
  const claim = name === null ? undefined : claims[name];
  if (claim === undefined || claim === null) return null;
  return text(claim) ?? undefined;
}

/** A text that is fit to be kept; null for everything else. */
function text(value: unknown): string | null {
  if (typeof value !== 'string' || value.trim() === '' || value.length > LONGEST_CLAIM) return null;
  return value.includes('\u0000') || !value.isWellFormed() ? null : value;
}

function anonymous(): AppError {
  return new AppError({
    kind: 'denied',
    code: 'host_token.anonymous',
    message: 'An anonymous sign-in opens nothing here.',
    action: 'Sign in to the host application with an account.',
  });
}
