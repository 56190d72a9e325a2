/** Moves about what an organization pays for. */
import type { Tier } from '../records.ts';
import { stampNow } from '../stamp.ts';
import type { World } from '../state.ts';
import { disableSubscription, liveSubscriptions, planRefusal } from '../webhooks/subscriptions.ts';
import { findUser } from './find.ts';

/**
 * The user's organization (left out: the first user's) falls back to the free plan: fewer requests,
 * and subscriptions that this plan has not (reading `webhookPlan`) are disabled.
 */
export function downgradePlan(world: World, input: { user?: string | undefined }): void {
  const organization = setPlan(world, input.user, 'free');
  for (const record of liveSubscriptions(world)) {
    const { wire } = record;
    if (wire.organization !== organization || wire.state === 'disabled') continue;
    if (planRefusal(world, organization, wire.events) !== undefined) {
      disableSubscription(world, record);
    }
  }
}

/** The organization pays (again); what was disabled stays so. */
export function upgradePlan(world: World, input: { user?: string | undefined }): void {
  setPlan(world, input.user, 'paid');
}

function setPlan(world: World, user: string | undefined, tier: Tier): string {
  const { current_organization: uri } = findUser(world, user ?? 'host').wire;
  const organization = world.organizations.get(uri);
  if (organization !== undefined) {
    organization.stage = tier;
    organization.plan = tier === 'free' ? 'basic' : 'professional';
    organization.updated_at = stampNow(world);
  }
  for (const token of world.tokens.values()) {
    if (world.users.get(token.user)?.wire.current_organization === uri) token.tier = tier;
  }
  world.changed();
  return uri;
}
