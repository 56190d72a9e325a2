/** What POST /webhook_subscriptions asks for, and every reason to refuse it. */
import { familiesOf, isKnownEvent } from '../webhooks/families.ts';
import type { SubscriptionScope } from '../webhooks/records.ts';
import { liveSubscriptions, planRefusal } from '../webhooks/subscriptions.ts';
import type { NewSubscription } from '../webhooks/subscriptions.ts';
import { hasScope } from './call.ts';
import type { Call } from './call.ts';
import { findMembership, isAdmin } from './permission.ts';
import { denied, hookExists, insufficientScope, invalid, invalidAll, notFound } from './refusal.ts';

const SCOPES: readonly SubscriptionScope[] = ['organization', 'user', 'group'];
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Reads the body; 400 for what is missing, for wrong values, and for events that do not go together. */
export function readNewSubscription(body: unknown): Omit<NewSubscription, 'creator'> {
  const given: Record<string, unknown> =
    typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
  const { scope: wanted } = given;
  const needed = ['url', 'events', 'organization', 'scope'];
  if (wanted === 'user' || wanted === 'group') needed.push(wanted);
  const missing = needed.filter((name) => [undefined, null, ''].some((no) => no === given[name]));
  if (missing.length > 0) {
    throw invalidAll(missing.map((parameter) => ({ parameter, message: 'is missing' })));
  }
  const scope = SCOPES.find((one) => one === wanted);
  if (scope === undefined) throw invalid('scope', `must be one of: ${SCOPES.join(', ')}`);
  return {
    url: readUrl(given['url']),
    events: readEvents(given['events'], scope),
    organization: readUri(given, 'organization', 'organizations'),
    scope,
    user: scope === 'user' ? readUri(given, 'user', 'users') : null,
    key: readKey(given['signing_key']),
  };
}

function readUrl(value: unknown): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (typeof value !== 'string' || url === undefined) throw invalid('url', 'is invalid');
  // Only the simulator takes plain http, and for this machine alone: there is nothing to listen in on.
  const isPlain = url.protocol === 'http:' && LOOPBACK.test(url.hostname);
  if (url.protocol !== 'https:' && !isPlain) throw invalid('url', 'must be an https URL');
  return value;
}

/** Families that other scopes may have cannot share a subscription (api.md §4). */
function readEvents(value: unknown, scope: SubscriptionScope): string[] {
  const events: string[] = Array.isArray(value)
    ? value.map((one) => (typeof one === 'string' ? one : ''))
    : [];
  if (events.length === 0) throw invalid('events', 'must be a list of events');
  const unknown = events.find((event) => !isKnownEvent(event));
  if (unknown !== undefined) throw invalid('events', 'contains an event that is not known');
  for (const event of events) {
    const isAllowed = familiesOf([event]).every((family) => family.allowed.includes(scope));
    if (!isAllowed) throw invalid('events', `${event} is not allowed for the scope ${scope}`);
  }
  const kinds = new Set(familiesOf(events).map((family) => family.allowed.join()));
  if (kinds.size > 1) throw invalid('events', 'cannot be combined in one subscription');
  return [...new Set(events)];
}

function readUri(given: Record<string, unknown>, name: string, kind: string): string {
  const value = given[name];
  const isOne = typeof value === 'string' && value.startsWith(`https://api.calendly.com/${kind}/`);
  if (!isOne) throw invalid(name, 'is invalid');
  return value;
}

function readKey(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string') throw invalid('signing_key', 'must be a string');
  return value;
}

/** Throws the refusal for lacking scopes, role, plan, or a URL that is taken. */
export function allowSubscription(call: Call, input: Omit<NewSubscription, 'creator'>): void {
  const { world, user: caller, token } = call;
  const { organization, scope, user, events, url } = input;
  const lacking = familiesOf(events)
    .map((family) => family.readScope)
    .filter((name) => !hasScope(token, name));
  if (lacking.length > 0) throw insufficientScope(...lacking);
  if (findMembership(world, caller.uri, organization) === undefined) throw denied();
  if (scope === 'organization' && !isAdmin(call, organization)) throw denied();
  if (scope === 'user' && user !== caller.uri) throw denied();
  // Nobody in these worlds belongs to a group.
  if (scope === 'group') throw notFound();
  const sentence = planRefusal(world, organization, events);
  if (sentence !== undefined) throw denied(sentence);
  const isTaken = liveSubscriptions(world).some(
    ({ wire }) =>
      wire.callback_url === url &&
      (world.readings.webhookUrlUnique === 'organization'
        ? wire.organization === organization
        : wire.creator === caller.uri),
  );
  if (isTaken) throw hookExists();
}
