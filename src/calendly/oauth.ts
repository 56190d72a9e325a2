/** Calendly's OAuth server: where users consent, codes and refresh tokens for token pairs, revoking. */
import { z } from 'zod';
import { CalendlyError } from './errors.ts';
import type { Transport } from './transport.ts';

/** Both are good only together: a refresh token dies when it is used. */
export interface TokenPair {
  access: string;
  refresh: string;
  /** Seconds that the access token lives. */
  expiresIn: number;
}

export interface OAuthClient {
  /** Where a browser has to go; the challenge is PKCE's S256 of the verifier. */
  authorizeUrl(request: { redirectUri: string; state: string; challenge: string }): string;
  /** Throws `calendly.grant_ended` for a code that is old, used or another's. */
  exchange(
    request: { code: string; verifier: string; redirectUri: string },
    signal: AbortSignal,
  ): Promise<TokenPair>;
  /** The next pair; nothing breaks it off, for it would be lost. Throws `calendly.grant_ended` where Calendly does not know the token any more. */
  refresh(refresh: string): Promise<TokenPair>;
  revoke(token: string, signal: AbortSignal): Promise<void>;
}

export interface OAuthClientOptions {
  /** `CALENDLY_AUTH_URL`, without a slash at its end. */
  authUrl: string;
  clientId: string;
  /** Asked for each request, so that it is nowhere else. */
  clientSecret: () => string;
  userAgent: string;
  transport: Transport;
}

/** Calendly gives each user so many tokens a minute (its reference, "OAuth"). */
export const TOKENS_A_MINUTE = 8;

const tokenSchema = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]{1,8192}$/),
  refresh_token: z.string().regex(/^[\x21-\x7e]{1,8192}$/),
  expires_in: z.number().int().min(1).max(31_536_000),
});

/** Source: Calendly's reference, "OAuth": form-urlencoded, HTTP Basic, tokens of 7200 seconds, eight a minute. */
export function createOAuthClient(options: OAuthClientOptions): OAuthClient {
  return {
    authorizeUrl({ redirectUri, state, challenge }) {
      const query = new URLSearchParams({
        client_id: options.clientId,
        response_type: 'code',
        redirect_uri: redirectUri,
        state,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      });
      return `${options.authUrl}/oauth/authorize?${query.toString()}`;
    },
    exchange: ({ code, verifier, redirectUri }, signal) =>
      askToken(
        {
          grant_type: 'authorization_code',
          code,
          code_verifier: verifier,
          redirect_uri: redirectUri,
        },
        signal,
      ),
    refresh: (refresh) => askToken({ grant_type: 'refresh_token', refresh_token: refresh }),
    async revoke(token, signal) {
      await post('revoke', { token }, signal);
    },
  };

  async function askToken(form: Record<string, string>, signal?: AbortSignal): Promise<TokenPair> {
    const parsed = tokenSchema.safeParse(parse(await post('token', form, signal)));
    if (!parsed.success) throw new CalendlyError('calendly.shape');
    const { access_token: access, refresh_token: refresh, expires_in: expiresIn } = parsed.data;
    return { access, refresh, expiresIn };
  }

  /** Sent once: a refresh token that arrived is used up, whatever became of the answer. */
  async function post(
    action: string,
    form: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const id = encodeURIComponent(options.clientId);
    const secret = encodeURIComponent(options.clientSecret());
    const answer = await options.transport.send({
      method: 'POST',
      url: `${options.authUrl}/oauth/${action}`,
      headers: {
        authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        'accept-encoding': 'gzip',
        'user-agent': options.userAgent,
      },
      body: new URLSearchParams(form).toString(),
      signal,
    });
    if (answer.status >= 200 && answer.status < 300) return answer.text ?? '';
    throw errorOf(answer.status, parse(answer.text ?? ''));
  }
}

/** RFC 6749 §5.2; the description is not repeated, it may quote the token. */
function errorOf(status: number, body: unknown): CalendlyError {
  const said =
    typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  if (said === 'invalid_grant') return new CalendlyError('calendly.grant_ended', { status });
  if (said === 'invalid_client' || said === 'unauthorized_client' || status === 401) {
    return new CalendlyError('calendly.client_refused', { status });
  }
  if (status === 429) return new CalendlyError('calendly.rate_limited', { status });
  if (status >= 500) return new CalendlyError('calendly.server_error', { status });
  return new CalendlyError('calendly.bad_request', { status });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // @NOTE its message quotes the text, which may be a token
    return undefined;
  }
}
