/** What can go wrong with Calendly: one error class, one table of codes with what to do about each. */
import { AppError } from '../domain/errors.ts';

/**
 * `temporary` passes by itself · `auth` the token is dead · `scope`, `role`, `plan` the token is
 * alive and may not · `gone` the thing is not there · `malformed` an answer or question of a wrong shape.
 */
export type CalendlyErrorClass =
  | 'temporary'
  | 'auth'
  | 'scope'
  | 'role'
  | 'plan'
  | 'gone'
  | 'malformed';

interface Fault {
  class: CalendlyErrorClass;
  /** Whether the same GET may be sent again at once (with back-off). */
  retry: boolean;
  message: string;
  action: string;
}

const WAIT = 'Nothing to do: the next run tries again.';
const CHECK_URL = 'Check CALENDLY_API_URL and what stands between this server and Calendly.';
const REPORT = 'Rows stay as they are. If it goes on, report it with the request id.';

export const FAULTS = {
  'calendly.unreachable': temporary('Calendly could not be reached', CHECK_URL),
  'calendly.timeout': temporary('Calendly did not answer in time', WAIT),
  'calendly.connection_lost': temporary('The connection broke before the answer was whole', WAIT),
  'calendly.bad_http': temporary('The answer is not valid HTTP', CHECK_URL),
  'calendly.bad_encoding': temporary('The answer could not be unpacked', CHECK_URL),
  'calendly.not_json': temporary(
    'The answer is not JSON, as from a proxy or a maintenance page',
    WAIT,
  ),
  'calendly.rate_limited': temporary("Calendly's request limit is used up", WAIT),
  'calendly.token_limit': {
    ...temporary('Calendly gives eight tokens a minute, and they were asked for', WAIT),
    retry: false,
  },
  'calendly.server_error': temporary('Calendly has a fault of its own', WAIT),
  // The same certificate or wall would be met again at once.
  'calendly.tls': {
    ...temporary(
      "Calendly's certificate is not valid here",
      'Check CALENDLY_API_URL, the clock of this machine, and NODE_EXTRA_CA_CERTS if a proxy inspects TLS.',
    ),
    retry: false,
  },
  'calendly.blocked': {
    ...temporary(
      'Something before Calendly refused the request; it says nothing about the token',
      CHECK_URL,
    ),
    retry: false,
  },
  'calendly.page_token_refused': {
    ...temporary(
      'Calendly no longer accepts the page token',
      'The listing starts again by itself.',
    ),
    retry: false,
  },
  'calendly.unauthenticated': lasting(
    'auth',
    'Calendly does not accept the token',
    'Connect again with a new token (Calendly: Integrations > API & Webhooks).',
  ),
  'calendly.grant_ended': lasting(
    'auth',
    'Calendly has ended the authorization',
    'Connect with Calendly again: the rows stay, and the sync goes on where it was.',
  ),
  'calendly.client_refused': lasting(
    'malformed',
    'Calendly does not accept the OAuth app',
    'Check CALENDLY_CLIENT_ID, CALENDLY_CLIENT_SECRET and CALENDLY_AUTH_URL.',
  ),
  'calendly.scope_missing': lasting(
    'scope',
    'The token lacks scopes',
    'Make a token with the scopes named here and connect again.',
  ),
  'calendly.forbidden_role': lasting(
    'role',
    'The Calendly user may not read this',
    'Use the scope user, or a token of an owner or admin of the organization.',
  ),
  'calendly.user_not_in_organization': lasting(
    'role',
    'The Calendly user is no longer in the organization',
    'Connect again as a member of the organization.',
  ),
  'calendly.organization_needed': lasting(
    'role',
    'Calendly wants the organization to be named beside the user',
    'Connect again so that the organization is known.',
  ),
  'calendly.plan': lasting(
    'plan',
    'The Calendly plan does not include this',
    'Upgrade the Calendly account, or do without this feature.',
  ),
  'calendly.not_found': lasting('gone', 'Calendly does not know this', WAIT),
  'calendly.gone': lasting('gone', 'Calendly says that this is gone for good', WAIT),
  'calendly.bad_request': lasting('malformed', 'Calendly did not understand the request', REPORT),
  'calendly.conflict': lasting('malformed', 'Calendly refuses because it exists already', REPORT),
  'calendly.shape': lasting(
    'malformed',
    'The answer has not the shape of a Calendly answer',
    REPORT,
  ),
  'calendly.too_large': lasting('malformed', 'The answer is larger than accepted', REPORT),
  'calendly.redirected': lasting(
    'malformed',
    'The answer is a redirect, and none is followed',
    CHECK_URL,
  ),
  'calendly.token_loop': lasting('malformed', 'The pages of the list go round in circles', REPORT),
  'calendly.endless_list': lasting('malformed', 'The list has more pages than are read', REPORT),
} as const satisfies Record<string, Fault>;

export type CalendlyErrorCode = keyof typeof FAULTS;

export interface CalendlyErrorDetail {
  status?: number | undefined;
  retryAfterMs?: number | undefined;
  /** Calendly's `x-request-id`, for its support. */
  requestId?: string | undefined;
  requiredScopes?: readonly string[] | undefined;
  cause?: unknown;
}

/** Kind `upstream`; `class` says what kind of trouble, `code` which, `action` what a person can do. */
export class CalendlyError extends AppError {
  override readonly name: string = 'CalendlyError';
  override readonly code: CalendlyErrorCode;
  readonly class: CalendlyErrorClass;
  readonly retry: boolean;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;
  readonly requiredScopes: readonly string[];

  constructor(code: CalendlyErrorCode, detail: CalendlyErrorDetail = {}) {
    const fault: Fault = FAULTS[code];
    const scopes = detail.requiredScopes ?? [];
    super({
      kind: 'upstream',
      code,
      message: scopes.length === 0 ? fault.message : `${fault.message}: ${scopes.join(', ')}`,
      action: fault.action,
      cause: detail.cause,
    });
    this.code = code;
    this.class = fault.class;
    this.retry = fault.retry;
    this.status = detail.status;
    this.retryAfterMs = detail.retryAfterMs;
    this.requestId = detail.requestId;
    this.requiredScopes = scopes;
  }
}

function temporary(message: string, action: string): Fault {
  return { class: 'temporary', retry: true, message, action };
}

function lasting(kind: CalendlyErrorClass, message: string, action: string): Fault {
  return { class: kind, retry: false, message, action };
}
