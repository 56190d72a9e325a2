/** What there is of webhook subscriptions, at Calendly and in our rows, for tests about them. */
import { keyPlace } from '../../src/domain/sealed-places.ts';
import type { SubscriptionRecord } from '../../simulator/webhooks/records.ts';
import type { WebhookWorld } from '../harness/webhook-world.ts';

export const HOOKS = '/webhook_subscriptions';

/** Those at Calendly whose URL is ours, under whatever address we had. */
export function oursAtCalendly({ simulator }: WebhookWorld): SubscriptionRecord[] {
  return [...simulator.world.subscriptions.values()].filter(
    ({ gone, wire }) => !gone && wire.callback_url.includes('/api/calendly/webhook/'),
  );
}

/** Those of other tools that are still there as they were made. */
export function foreignAtCalendly({ simulator }: WebhookWorld): SubscriptionRecord[] {
  return [...simulator.world.subscriptions.values()].filter(
    ({ gone, wire }) => !gone && wire.callback_url.includes('other-tool'),
  );
}

export interface OwnRow {
  id: string;
  family: string;
  state: string;
  scope: string;
  callback_url: string;
  calendly_uri: string | null;
  key_sealed: string;
  note: string | null;
  last_delivery_at: string | null;
}

export async function ownRows({ db }: WebhookWorld, state?: string): Promise<OwnRow[]> {
  const { rows } = await db.query<OwnRow>(
    `select id, family, state, scope, callback_url, calendly_uri, key_sealed, note, last_delivery_at
     from webhook_subscriptions where $1::text is null or state = $1 order by created_at, id`,
    [state ?? null],
  );
  return rows;
}

export function keyOf({ core }: WebhookWorld, row: OwnRow): string {
  return core.secrets.keyring.open(row.key_sealed, keyPlace(row.id));
}

/** Requests about subscriptions since the last `clearRequests`, by method. */
export function askedOf({ simulator }: WebhookWorld): Record<'GET' | 'POST' | 'DELETE', number> {
  const count = (method: string): number =>
    simulator.requests.filter((one) => one.method === method && one.path.startsWith(HOOKS)).length;
  return { GET: count('GET'), POST: count('POST'), DELETE: count('DELETE') };
}

export const NOTHING_ASKED = { GET: 0, POST: 0, DELETE: 0 };
export const ONE_LOOK = { GET: 1, POST: 0, DELETE: 0 };
