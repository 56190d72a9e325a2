/** Moves that trouble webhook subscriptions behind the back of whoever made them. */
import { spell } from '../moment.ts';
import { stampNow } from '../stamp.ts';
import type { World } from '../state.ts';
import { isKnownEvent } from '../webhooks/families.ts';
import type { SubscriptionScope } from '../webhooks/records.ts';
import {
  addSubscription,
  disableSubscription as disable,
  endSubscription,
} from '../webhooks/subscriptions.ts';
import { findSubscription, findUser, MoveError } from './find.ts';

const DAY_MICROS = 86_400_000_000;

/** As after a day without a delivery that was accepted; nobody is told. */
export function disableSubscription(world: World, input: { subscription: string }): void {
  const record = findSubscription(world, input.subscription);
  const since = record.wire.retry_started_at ?? spell(world.clock.now() * 1000 - DAY_MICROS);
  disable(world, record, since);
}

/** Somebody deletes it in another tool. */
export function deleteSubscription(world: World, input: { subscription: string }): void {
  endSubscription(world, findSubscription(world, input.subscription));
}

/** It tells somebody else from now on. */
export function changeSubscriptionUrl(
  world: World,
  input: { subscription: string; url: string },
): void {
  const { wire } = findSubscription(world, input.subscription);
  if (!URL.canParse(input.url)) throw new MoveError('url', 'is no URL');
  wire.callback_url = input.url;
  wire.updated_at = stampNow(world);
  world.changed();
}

/** A second one like it, as two processes make that start at once; `url` left out: with the same URL even. */
export function doubleSubscription(
  world: World,
  input: { subscription: string; url?: string | undefined },
): { subscription: string } {
  const { key, wire } = findSubscription(world, input.subscription);
  const { scope, organization, user, creator, events } = wire;
  const url = input.url ?? wire.callback_url;
  if (creator === null) throw new MoveError('subscription', 'Nobody made it');
  const twin = { url, events, scope, organization, user, creator, key };
  return { subscription: addSubscription(world, twin).wire.uri };
}

export interface ForeignInput {
  /** Whose other tool it is; left out: the first user's. */
  user?: string | undefined;
  scope?: Exclude<SubscriptionScope, 'group'> | undefined;
  url?: string | undefined;
  events?: string[] | undefined;
}

/** Another tool of the same account subscribes. */
export function foreignSubscription(world: World, input: ForeignInput): { subscription: string } {
  const { uri, current_organization: organization } = findUser(world, input.user ?? 'host').wire;
  const { scope = 'user', events = ['invitee.created', 'invitee.canceled'] } = input;
  if (!events.every(isKnownEvent)) throw new MoveError('events', 'There is no such event');
  const url = input.url ?? `https://hooks.other-tool.example/calendly/${world.serial}`;
  if (!URL.canParse(url)) throw new MoveError('url', 'is no URL');
  const record = addSubscription(world, {
    url,
    events,
    scope,
    organization,
    user: scope === 'user' ? uri : null,
    creator: uri,
    key: `the-other-tool-${world.serial}`,
  });
  return { subscription: record.wire.uri };
}
