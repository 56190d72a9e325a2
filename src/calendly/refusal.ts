/** From a refused request to its error: by status, and for 403 by Calendly's sentences. */
import type { Json } from '../domain/json.ts';
import type { CalendlyErrorCode, CalendlyErrorDetail } from './errors.ts';
import { CalendlyError } from './errors.ts';

export interface Refusal {
  status: number;
  /** The answer's JSON; `undefined` where it is none. */
  body: Json | undefined;
  /** Whether the request carried a `page_token`. */
  paged: boolean;
  retryAfterMs?: number | undefined;
  requestId?: string | undefined;
}

/** Scopes as Calendly spells them; anything else in the list is not repeated to a person. */
const SCOPE = /^[a-z_]{1,40}:(?:read|write)$/;
const MOST_SCOPES = 20;

/** The error for an answer that is not 2xx (statuses and texts: Calendly's docs, "API conventions"). */
export function errorOfRefusal(refusal: Refusal): CalendlyError {
  const code = codeOf(refusal);
  const detail: CalendlyErrorDetail = {
    status: refusal.status,
    requestId: refusal.requestId,
    retryAfterMs: code === 'calendly.rate_limited' ? refusal.retryAfterMs : undefined,
    requiredScopes: code === 'calendly.scope_missing' ? scopesOf(refusal.body) : undefined,
  };
  return new CalendlyError(code, detail);
}

function codeOf(refusal: Refusal): CalendlyErrorCode {
  const { status, body } = refusal;
  if (status >= 300 && status < 400) return 'calendly.redirected';
  if (status === 401) return 'calendly.unauthenticated';
  if (status === 403) return codeOfForbidden(body);
  if (status === 404) return 'calendly.not_found';
  if (status === 429) return 'calendly.rate_limited';
  if (status === 408 || status === 424 || status >= 500) return 'calendly.server_error';
  if (isTokenRefusal(refusal)) return 'calendly.page_token_refused';
  if (status === 409) return 'calendly.conflict';
  if (status === 410) return 'calendly.gone';
  return 'calendly.bad_request';
}

/**
 * A page token dies within minutes and is bound to its query. The same query passed without it, so
 * a refusal is about the token unless Calendly blames other parameters alone.
 */
function isTokenRefusal({ status, body, paged }: Refusal): boolean {
  if (!paged) return false;
  if (status === 409 || status === 410 || status === 422) return true;
  if (status !== 400) return false;
  const blamed = listOf(fieldOf(body, 'details')).map((detail) => fieldOf(detail, 'parameter'));
  const named = blamed.filter((parameter) => typeof parameter === 'string');
  return named.length === 0 || named.includes('page_token');
}

function codeOfForbidden(body: Json | undefined): CalendlyErrorCode {
  const title = textOf(fieldOf(body, 'title'));
  const message = textOf(fieldOf(body, 'message'));
  // Cloudflare's own refusals (error 1010 for a missing User-Agent) come as HTML or plain text.
  if (title === '' && message === '') return 'calendly.blocked';
  if (/insufficient scope/i.test(title) || listOf(fieldOf(body, 'required_scopes')).length > 0) {
    return 'calendly.scope_missing';
  }
  if (/upgrade/i.test(message)) return 'calendly.plan';
  if (/not in your organization/i.test(message)) return 'calendly.user_not_in_organization';
  if (/specify organization/i.test(message)) return 'calendly.organization_needed';
  return 'calendly.forbidden_role';
}

function scopesOf(body: Json | undefined): string[] {
  return listOf(fieldOf(body, 'required_scopes'))
    .map(textOf)
    .filter((scope) => SCOPE.test(scope))
    .slice(0, MOST_SCOPES);
}

function fieldOf(value: Json | undefined, key: string): Json | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
