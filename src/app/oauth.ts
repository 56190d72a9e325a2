/** "Connect with Calendly": from the button to a connection (OAuth 2.1 with PKCE). */
import { createHash } from 'node:crypto';
import type { Linked } from '../accounts/linking.ts';
import { createOAuthTokens, type OAuthTokens } from '../accounts/oauth-tokens.ts';
import { CalendlyError } from '../calendly/errors.ts';
import {
  createOAuthClient,
  type OAuthClient,
  type TokenPair,
  TOKENS_A_MINUTE,
} from '../calendly/oauth.ts';
import { createTransport } from '../calendly/transport.ts';
import { AppError, describeError } from '../domain/errors.ts';
import { verifierPlace } from '../domain/sealed-places.ts';
import { type Timestamp, timestampFromMs, timestampToMs } from '../domain/timestamp.ts';
import type { Doer } from '../store/audit.ts';
import { countTaken, insertState, type TakenState, takeState } from '../store/oauth.ts';
import { connect } from './connecting.ts';
import type { Core, CoreDeps } from './core.ts';
import { USER_AGENT } from './version.ts';

/** The OAuth app that the settings name. */
export interface OAuthApp {
  client: OAuthClient;
  tokens: OAuthTokens;
  close(): Promise<void>;
}

export const CALLBACK_PATH = '/api/calendly/oauth/callback';

const LIMITS = { connectMs: 5000, requestMs: 10_000 };

/** Null where the settings name no app. */
export function openOAuthApp(
  deps: Pick<CoreDeps, 'config' | 'clock'> & Pick<Core, 'db' | 'secrets'>,
): OAuthApp | null {
  const { oauth, authUrl } = deps.config.calendly;
  if (oauth === null) return null;
  const transport = createTransport({ clock: deps.clock, limits: LIMITS });
  const client = createOAuthClient({
    authUrl,
    clientId: oauth.clientId,
    clientSecret: () => oauth.clientSecret.reveal(),
    userAgent: USER_AGENT,
    transport,
  });
  const { db, clock, secrets } = deps;
  const tokens = createOAuthTokens({ db, clock, keyring: secrets.keyring, oauth: client });
  return {
    client,
    tokens,
    async close() {
      await tokens.settle();
      await transport.close();
    },
  };
}

export interface OAuthStart {
  workspaceId: string;
  userId: string;
  /** The session that has to end what it begins; null for a script. */
  sessionId: string | null;
  scope: 'user' | 'organization';
}

/** Where the user has to go, with a state that is good once, for ten minutes, for this user. */
export async function startOAuth(core: Core, start: OAuthStart): Promise<string> {
  const { client } = appOf(core);
  const base = core.publicUrl() ?? core.localUrl();
  if (base === null) throw noAddress();
  const [state, verifier] = [secret(core), secret(core)];
  const redirectUri = `${base}${CALLBACK_PATH}`;
  const stateHash = hashOf(state);
  await core.db.tx(async (tx) =>
    insertState(tx, {
      ...start,
      stateHash,
      verifierSealed: core.secrets.keyring.seal(verifier, verifierPlace(stateHash)),
      redirectUri,
      at: await tx.clock(),
    }),
  );
  return client.authorizeUrl({ redirectUri, state, challenge: hashOf(verifier) });
}

export interface OAuthFinish {
  workspaceId: string;
  userId: string;
  sessionId: string | null;
  state: string;
  /** What Calendly sent back: a code, or why there is none. */
  answer: { code: string } | { error: string };
  by: Doer;
}

/**
 * Turns the code into a connection. Throws `oauth.state_unknown` for a state that is unknown, over, used or
 * somebody else's, all alike; `oauth.denied` where the user said no; what `connect` throws.
 */
export async function finishOAuth(core: Core, finish: OAuthFinish): Promise<Linked> {
  const app = appOf(core);
  const stateHash = hashOf(finish.state);
  const at = await core.db.clock();
  const taken = await takeState(core.db, { ...finish, stateHash, at });
  if (taken === undefined) throw stateUnknown();
  if ('error' in finish.answer) throw denied();
  if ((await countTaken(core.db, { ...finish, at })) > TOKENS_A_MINUTE) throw tooOften();
  const verifier = core.secrets.keyring.open(taken.verifier_sealed, verifierPlace(stateHash));
  const pair = await exchange(core, app, { code: finish.answer.code, verifier, taken });
  try {
    const { workspaceId, userId } = finish;
    return await connect(core, {
      workspaceId,
      userId,
      scope: taken.scope,
      by: finish.by,
      key: { kind: 'oauth', ...pair, expiresAt: await expiry(core, pair) },
    });
  } catch (error) {
    // nothing of it was kept
    await app.client.revoke(pair.refresh, core.signal).catch((failure: unknown) => {
      core.log.warn('A token that is not used could not be revoked', { ...describeError(failure) });
    });
    throw error;
  }
}

async function exchange(
  core: Core,
  app: OAuthApp,
  given: { code: string; verifier: string; taken: TakenState },
): Promise<TokenPair> {
  const { code, verifier, taken } = given;
  try {
    const request = { code, verifier, redirectUri: taken.redirect_uri };
    return await app.client.exchange(request, core.signal);
  } catch (error) {
    if (error instanceof CalendlyError && error.code === 'calendly.grant_ended')
      throw codeRefused();
    throw error;
  }
}

async function expiry(core: Core, pair: TokenPair): Promise<string> {
  const now = timestampToMs((await core.db.clock()) as Timestamp);
  return timestampFromMs(now + pair.expiresIn * 1000);
}

function appOf(core: Core): OAuthApp {
  if (core.oauth !== null) return core.oauth;
  throw new AppError({
    kind: 'conflict',
    code: 'oauth.not_configured',
    message: '"Connect with Calendly" is not set up here',
    action: 'Set CALENDLY_CLIENT_ID and CALENDLY_CLIENT_SECRET, or connect with a token.',
  });
}

function secret(core: Core): string {
  return Buffer.from(core.random.bytes(32)).toString('base64url');
}

/** Of a state for the table, of a verifier as PKCE's challenge (RFC 7636 §4.2). */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function noAddress(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'oauth.no_address',
    message: 'Calendly would not know where to send the user back to',
    action: 'Set PUBLIC_URL to the address under which browsers reach this server.',
  });
}

function stateUnknown(): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'oauth.state_unknown',
    message: 'This authorization is over, was used already, or was begun by somebody else.',
    action: 'Begin again with “Connect with Calendly”.',
    details: [{ field: 'state', message: 'is not known here' }],
  });
}

function denied(): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'oauth.denied',
    message: 'Calendly was not allowed to connect the account.',
    action: 'Begin again and agree at Calendly, if you want it connected.',
    details: [{ field: 'error', message: 'says that the user or Calendly refused' }],
  });
}

function codeRefused(): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'oauth.code_refused',
    message: 'Calendly does not accept the code.',
    action: 'Begin again with “Connect with Calendly”.',
    details: [{ field: 'code', message: 'was refused by Calendly' }],
  });
}

function tooOften(): AppError {
  return new AppError({
    kind: 'busy',
    code: 'oauth.too_often',
    message: 'Calendly gives eight tokens a minute, and they were asked for.',
    action: 'Begin again in a minute.',
  });
}
