/** One message to one subscription, from what happened to the bytes on the wire. */
import { createHash } from 'node:crypto';
import { findMembership } from '../api/permission.ts';
import { spellMs } from '../moment.ts';
import type { World } from '../state.ts';
import type { Behaviour } from './behaviour.ts';
import type { Happening, SubscriptionRecord } from './records.ts';
import { signatureOf } from './signature.ts';
import { liveSubscriptions } from './subscriptions.ts';

export interface Delivery {
  subscription: SubscriptionRecord;
  event: string;
  /** What it is about: the payload's own URI. */
  uri: string;
  /** The same bytes at every attempt. */
  body: Buffer;
  /** When the first attempt was sent, in milliseconds since 1970; `undefined` before. */
  triedMs: number | undefined;
  /** Attempts so far. */
  attempts: number;
}

/** Whether anything is still delivered to the subscription. */
export function isLive({ gone, wire }: SubscriptionRecord): boolean {
  return !gone && wire.state === 'active';
}

/** One delivery for each subscription that hears of it, the oldest subscription first. */
export function deliveriesOf(world: World, happening: Happening): Delivery[] {
  const second = Math.floor(world.clock.now() / 1000) * 1000;
  return liveSubscriptions(world)
    .filter((subscription) => hears(world, subscription, happening))
    .map((subscription) => ({
      subscription,
      event: happening.event,
      uri: happening.payload.uri,
      body: Buffer.from(
        JSON.stringify({
          created_at: spellMs(second),
          created_by: subscription.wire.creator,
          event: happening.event,
          payload: happening.payload,
        }),
      ),
      triedMs: undefined,
      attempts: 0,
    }));
}

/** A user's subscription ends with the membership; an organization's outlives its creator (api.md §4). */
function hears(world: World, record: SubscriptionRecord, happening: Happening): boolean {
  const { wire } = record;
  const { event, organization, users } = happening;
  if (!isLive(record) || wire.organization !== organization) return false;
  if (!wire.events.includes(event)) return false;
  if (wire.scope === 'organization') return true;
  if (wire.user === null || !users.includes(wire.user)) return false;
  return findMembership(world, wire.user, organization) !== undefined;
}

/** The headers of a recorded delivery; no signature where the subscription has no key. */
export function headersOf(
  world: World,
  delivery: Delivery,
  how: Behaviour,
): Record<string, string> {
  const { body, subscription, attempts } = delivery;
  const trace = createHash('sha256').update(body).update(String(attempts)).digest();
  const nowMs = world.clock.now();
  const signedMs = world.readings.webhookRetryResigned ? nowMs : (delivery.triedMs ?? nowMs);
  const t = Math.floor(signedMs / 1000) - (how.staleT ?? 0);
  const { key, oldKey } = subscription;
  const signed = how.oldKey === true ? (oldKey ?? `${key}, long ago`) : key;
  return {
    'User-Agent': 'Calendly',
    'Content-Type': 'application/json',
    Accept: '*/*',
    'Accept-Encoding': 'gzip',
    'Content-Length': String(body.length),
    ...(key === null || signed === null
      ? {}
      : {
          'Calendly-Webhook-Signature': signatureOf({
            key: signed,
            t,
            body,
            isBad: how.badSignature === true,
          }),
        }),
    'X-Datadog-Trace-Id': String(trace.readBigUInt64BE(0)),
    'X-Datadog-Parent-Id': String(trace.readBigUInt64BE(8)),
    'X-Datadog-Sampling-Priority': '2',
  };
}
