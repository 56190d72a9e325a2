/** /oauth/authorize, /token, /revoke, /introspect as Calendly's OAuth server answers them (api.md §1). */
import type { IncomingMessage } from 'node:http';
import type { Answer } from '../api/call.ts';
import type { JsonObject } from '../records.ts';
import type { World } from '../state.ts';
import { challengeOf, CLIENT, type Grants, type TokenAnswer } from './grants.ts';

export interface OAuthRequest {
  world: World;
  grants: Grants;
  request: IncomingMessage;
  path: string;
  query: URLSearchParams;
  body: Buffer | undefined;
}

/** With an address to go to where the answer is a redirect. */
export type OAuthAnswer = Answer & { location?: string };

/** What the OAuth server says. */
export function answerOAuth(asked: OAuthRequest): OAuthAnswer {
  const { request, path } = asked;
  const what = `${request.method ?? 'GET'} ${path}`;
  if (what === 'GET /oauth/authorize') return authorize(asked);
  const form = new URLSearchParams(asked.body?.toString('utf8') ?? '');
  const type = request.headers['content-type'] ?? '';
  const isForm = type.startsWith('application/x-www-form-urlencoded');
  if (!what.startsWith('POST /oauth/')) return refuse(404, 'not_found', 'There is no such page.');
  if (!isForm) return refuse(400, 'invalid_request', 'The body has to be form-urlencoded.');
  if (!isClient(request, form)) {
    return refuse(401, 'invalid_client', 'Client authentication failed.');
  }
  if (what === 'POST /oauth/token') return giveToken(asked, form);
  if (what === 'POST /oauth/revoke') {
    asked.grants.revoke(form.get('token') ?? '');
    return { status: 200, body: {} };
  }
  if (what === 'POST /oauth/introspect') return introspect(asked, form);
  return refuse(404, 'not_found', 'There is no such page.');
}

/** Whoever `signsInAs` names consents at once. */
function authorize({ world, grants, query }: OAuthRequest): OAuthAnswer {
  const redirectUri = query.get('redirect_uri') ?? '';
  if (query.get('client_id') !== CLIENT.id || !URL.canParse(redirectUri)) {
    return refuse(400, 'invalid_request', 'The client or its redirect address is unknown.');
  }
  const back = new URL(redirectUri);
  const state = query.get('state');
  if (state !== null) back.searchParams.set('state', state);
  const user = [...world.users.values()].find(({ key }) => key === grants.signsInAs);
  const challenge = query.get('code_challenge');
  const error = errorOf(query, challenge, user === undefined);
  if (error !== undefined || user === undefined) {
    back.searchParams.set('error', error ?? 'access_denied');
    return { status: 302, body: null, location: back.href };
  }
  const scope = query.get('scope');
  const granted = { user: user.wire.uri, redirectUri, challenge, scope };
  back.searchParams.set('code', grants.newCode(granted));
  return { status: 302, body: null, location: back.href };
}

function errorOf(
  query: URLSearchParams,
  challenge: string | null,
  isDenied: boolean,
): string | undefined {
  if (query.get('response_type') !== 'code') return 'unsupported_response_type';
  if (challenge !== null && query.get('code_challenge_method') !== 'S256') return 'invalid_request';
  return isDenied ? 'access_denied' : undefined;
}

function giveToken({ grants }: OAuthRequest, form: URLSearchParams): OAuthAnswer {
  switch (form.get('grant_type')) {
    case 'authorization_code': {
      const found = grants.takeCode(form.get('code') ?? '');
      const isGood =
        found !== undefined &&
        found.redirectUri === form.get('redirect_uri') &&
        (found.challenge === null ||
          found.challenge === challengeOf(form.get('code_verifier') ?? ''));
      return isGood ? answerOf(grants.begin(found)) : answerOf('invalid');
    }
    case 'refresh_token':
      return answerOf(grants.next(form.get('refresh_token') ?? ''));
    default:
      return refuse(
        400,
        'unsupported_grant_type',
        'The authorization grant type is not supported.',
      );
  }
}

function answerOf(given: TokenAnswer | 'limited' | 'invalid'): OAuthAnswer {
  if (given === 'limited') return { status: 429, body: null };
  if (given === 'invalid') {
    return refuse(400, 'invalid_grant', 'The provided authorization grant is invalid.');
  }
  return { status: 200, body: { ...given } };
}

function introspect({ world }: OAuthRequest, form: URLSearchParams): OAuthAnswer {
  const record = world.tokens.get(form.get('token') ?? '');
  const expiresAt = record?.expiresAt;
  const isActive =
    record !== undefined && !record.revoked && (expiresAt ?? Infinity) > world.clock.now();
  if (!isActive || expiresAt === undefined) return { status: 200, body: { active: isActive } };
  const shown: JsonObject = {
    active: true,
    scope: record.scopes?.join(' ') ?? 'default',
    client_id: CLIENT.id,
    token_type: 'Bearer',
    exp: Math.floor(expiresAt / 1000),
    iat: Math.floor(expiresAt / 1000) - 7200,
  };
  return { status: 200, body: shown };
}

/** HTTP Basic for web apps, or the body. */
function isClient(request: IncomingMessage, form: URLSearchParams): boolean {
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (basic === undefined) {
    return form.get('client_id') === CLIENT.id && form.get('client_secret') === CLIENT.secret;
  }
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  return decodeURIComponent(id) === CLIENT.id && decodeURIComponent(secret) === CLIENT.secret;
}

function refuse(status: number, error: string, description: string): OAuthAnswer {
  return { status, body: { error, error_description: description } };
}
