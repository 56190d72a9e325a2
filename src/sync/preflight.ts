/** Looking ahead: who the account is, in which role and plan, and whether each read of a sync is allowed. */
import type { CalendlyClient } from '../calendly/client.ts';
import { CalendlyError } from '../calendly/errors.ts';
import { toMember, toOrganization } from '../calendly/to-account.ts';
import { pathOf } from '../calendly/uri.ts';
import type { CalendlyOrganization, CalendlyUser } from '../domain/account.ts';
import type { Preflight, PreflightCheck } from '../domain/preflight.ts';
import { fetchUser } from './account.ts';

export interface PreflightRequest {
  calendly: CalendlyClient;
  scope: 'user' | 'organization';
  /** The limit that Calendly's headers have told so far. */
  budget(): { limit: number | null };
  at: string;
}

export interface PreflightResult {
  preflight: Preflight;
  user: CalendlyUser;
  organization: CalendlyOrganization | null;
  /** Why meetings cannot be read: with this a connection is of no use. */
  refusal: CalendlyError | null;
}

/** Free plans have 50 requests a minute, all others more (Calendly's docs, "Rate limits"). */
const FREE_LIMIT = 50;

const COSTS = {
  organization: 'Plan and request limit are not known beforehand.',
  meetings: 'Nothing can be synced.',
  'event types': 'Meetings show no event type, and series are not recognised.',
  'organization members': 'The role is not known, and colleagues can be taken for clients.',
  webhooks: 'Changes come by polling, not at once.',
  plan: 'No webhooks, and 50 requests a minute for everything that uses the account.',
} as const;

/**
 * Asks once for everything that a sync reads: six requests. Throws `CalendlyError` where it cannot be told whose
 * the token is; what is refused after that is a finding.
 */
export async function preflight(request: PreflightRequest): Promise<PreflightResult> {
  const { calendly, scope, at } = request;
  const user = await fetchUser({ calendly });
  const uri = user.organizationUri;
  const checks: PreflightCheck[] = [good('token', `belongs to ${user.uri}`)];
  const probe = async <T>(
    check: keyof typeof COSTS,
    read: () => Promise<{ detail: string; value: T } | null>,
  ): Promise<{ value: T | null; error: CalendlyError | null }> => {
    try {
      const found = await read();
      if (found !== null) checks.push(good(check, found.detail));
      return { value: found?.value ?? null, error: null };
    } catch (error) {
      if (!(error instanceof CalendlyError)) throw error;
      checks.push(gap(check, error));
      return { value: null, error };
    }
  };

  const organization = await probe('organization', () => readOrganization(calendly, uri));
  const role = await probe('organization members', () => readRole(calendly, user));
  const meetings = await probe('meetings', () => readMeetings(calendly, user, scope));
  await probe('event types', async () => {
    const whole = scope === 'organization' && uri !== null;
    const query: Record<string, string> = whole ? { organization: uri } : { user: user.uri };
    await calendly.get('/event_types', { ...query, count: '1' });
    return { detail: 'readable', value: null };
  });
  await probe('webhooks', async () => {
    if (uri === null) return null;
    const query = { organization: uri, user: user.uri, scope: 'user', count: '1' };
    await calendly.get('/webhook_subscriptions', query);
    return { detail: 'subscriptions can be listed', value: null };
  });
  const { limit } = request.budget();
  const tier = tierOf(limit, organization.value);
  if (tier === 'free') checks.push(freePlan());
  return {
    user,
    organization: organization.value,
    refusal: meetings.error,
    preflight: {
      checked_at: at,
      scope,
      user: { uri: user.uri, name: user.name, email: user.email },
      organization: uri === null ? null : shownOrganization(uri, organization.value),
      role: role.value,
      tier,
      requests_limit: limit,
      checks,
    },
  };
}

async function readOrganization(
  calendly: CalendlyClient,
  uri: string | null,
): Promise<{ detail: string; value: CalendlyOrganization } | null> {
  if (uri === null) return null;
  const parsed = toOrganization(await calendly.getResource(pathOf('organizations', uri)));
  if (!parsed.ok) throw new CalendlyError('calendly.shape');
  const { plan, stage } = parsed.value;
  return { detail: `plan ${plan ?? 'unknown'}, ${stage ?? 'unknown'}`, value: parsed.value };
}

async function readRole(
  calendly: CalendlyClient,
  user: CalendlyUser,
): Promise<{ detail: string; value: string } | null> {
  if (user.organizationUri === null) return null;
  const query = { organization: user.organizationUri, user: user.uri, count: '1' };
  for await (const page of calendly.pages('/organization_memberships', query)) {
    for (const parsed of page.items.map(toMember)) {
      if (!parsed.ok || parsed.value.userUri !== user.uri) continue;
      return { detail: `readable, as ${parsed.value.role}`, value: parsed.value.role };
    }
    break;
  }
  return null;
}

/** In the same way as a run asks; an organization-scope connection is not quietly narrowed here. */
async function readMeetings(
  calendly: CalendlyClient,
  user: CalendlyUser,
  scope: 'user' | 'organization',
): Promise<{ detail: string; value: null }> {
  const organization = user.organizationUri;
  const path = '/scheduled_events';
  if (scope === 'organization' && organization !== null) {
    await calendly.get(path, { organization, count: '1' });
    return { detail: "readable, the whole organization's", value: null };
  }
  const own = { user: user.uri, count: '1' };
  try {
    await calendly.get(path, organization === null ? own : { organization, ...own });
  } catch (error) {
    const isRole = error instanceof CalendlyError && error.class === 'role';
    if (!isRole || organization === null) throw error;
    await calendly.get(path, own);
  }
  return { detail: "readable, the user's own", value: null };
}

function tierOf(
  limit: number | null,
  organization: CalendlyOrganization | null,
): Preflight['tier'] {
  const stage = organization?.stage ?? null;
  if (stage === 'free' || stage === 'trial') return stage;
  if (limit !== null && limit <= FREE_LIMIT) return 'free';
  return limit === null ? null : 'paid';
}

function shownOrganization(
  uri: string,
  organization: CalendlyOrganization | null,
): Preflight['organization'] {
  const { name = null, plan = null, stage = null } = organization ?? {};
  return { uri, name, plan, stage };
}

function good(check: string, detail: string): PreflightCheck {
  return { check, state: 'ok', detail, costs: null, action: null };
}

function gap(check: keyof typeof COSTS, error: CalendlyError): PreflightCheck {
  return {
    check,
    state: stateOf(check, error),
    detail: `${error.message} (${error.class})`,
    costs: COSTS[check],
    action: error.action ?? null,
  };
}

function stateOf(check: string, error: CalendlyError): PreflightCheck['state'] {
  switch (error.class) {
    case 'scope':
    case 'auth':
      return 'missing';
    case 'role':
    case 'plan':
      return check === 'meetings' ? 'missing' : 'limited';
    case 'temporary':
    case 'gone':
    case 'malformed':
      return 'unknown';
  }
}

function freePlan(): PreflightCheck {
  return {
    check: 'plan',
    state: 'limited',
    detail: "Calendly's free plan",
    costs: COSTS.plan,
    action:
      'Nothing has to be done; a paid Calendly plan brings webhooks and 500 requests a minute.',
  };
}
