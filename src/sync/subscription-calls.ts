/** What Calendly is asked about webhook subscriptions: which there are, a new one, one less. */
import type { CalendlyClient } from '../calendly/client.ts';
import { CalendlyError } from '../calendly/errors.ts';
import { pathOf } from '../calendly/uri.ts';
import { subscriptionSchema } from '../calendly/wire.ts';
import type { ListedSubscription } from './subscription-plan.ts';

/** Whose subscriptions: `organization`, `scope`, and for the scope `user` the `user`. */
export type SubscriptionQuery = Readonly<Record<string, string>>;

/** All subscriptions of a scope, other tools' too; entries that cannot be read are left out. */
export async function fetchSubscriptions(
  calendly: CalendlyClient,
  query: SubscriptionQuery,
): Promise<ListedSubscription[]> {
  const listed: ListedSubscription[] = [];
  for await (const page of calendly.pages('/webhook_subscriptions', { ...query, count: '100' })) {
    for (const item of page.items) {
      const one = parse(item);
      if (one !== undefined) listed.push(one);
    }
  }
  return listed;
}

/** Asks for the fullest of `variants` that the token's scopes allow. Throws `CalendlyError`. */
export async function createSubscription(
  calendly: CalendlyClient,
  query: SubscriptionQuery,
  wanted: { url: string; key: string; variants: readonly (readonly string[])[] },
): Promise<ListedSubscription> {
  let refusal = new CalendlyError('calendly.shape');
  for (const events of wanted.variants) {
    try {
      const answer = await calendly.post('/webhook_subscriptions', {
        url: wanted.url,
        events: [...events],
        ...query,
        signing_key: wanted.key,
      });
      const resource = typeof answer === 'object' && answer !== null && 'resource' in answer;
      const made = resource ? parse(answer.resource) : undefined;
      if (made === undefined) throw new CalendlyError('calendly.shape');
      return made;
    } catch (error) {
      if (!(error instanceof CalendlyError) || error.class !== 'scope') throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/** False where Calendly has it no more. Throws `CalendlyError` for every other failure. */
export async function deleteSubscription(calendly: CalendlyClient, uri: string): Promise<boolean> {
  try {
    await calendly.delete(pathOf('webhook_subscriptions', uri));
    return true;
  } catch (error) {
    if (error instanceof CalendlyError && error.class === 'gone') return false;
    throw error;
  }
}

function parse(item: unknown): ListedSubscription | undefined {
  const parsed = subscriptionSchema.safeParse(item);
  if (!parsed.success) return undefined;
  const { uri, callback_url, state, events, retry_started_at } = parsed.data;
  return {
    uri,
    callbackUrl: callback_url,
    state,
    events,
    retryStartedAt: retry_started_at ?? null,
  };
}
