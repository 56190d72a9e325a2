/** The moves that webhooks are about beside bookings: what can be booked, forms, subscriptions, the plan. */
import { z } from 'zod';
import { createEventType, deleteEventType, renameEventType } from './event-type.ts';
import { move } from './move.ts';
import { downgradePlan, upgradePlan } from './plan.ts';
import { submitRoutingForm } from './routing-form.ts';
import {
  changeSubscriptionUrl,
  deleteSubscription,
  disableSubscription,
  doubleSubscription,
  foreignSubscription,
} from './subscription.ts';

const text = z.string().min(1);
const aSubscription = z.strictObject({ subscription: text });
const anybody = z.strictObject({ user: text.optional() });

export const WEBHOOK_MOVES = {
  createEventType: move(
    z.strictObject({
      name: text,
      host: text.optional(),
      slug: text.optional(),
      minutes: z.int().min(1).optional(),
      limit: z.int().min(1).optional(),
      location: text.optional(),
    }),
    createEventType,
  ),
  renameEventType: move(z.strictObject({ eventType: text, name: text }), renameEventType),
  deleteEventType: move(z.strictObject({ eventType: text }), deleteEventType),
  submitRoutingForm: move(
    z.strictObject({
      user: text.optional(),
      form: text.optional(),
      answers: z.record(z.string(), z.string()).optional(),
      eventType: text.optional(),
      invitee: text.optional(),
    }),
    submitRoutingForm,
  ),
  disableSubscription: move(aSubscription, disableSubscription),
  deleteSubscription: move(aSubscription, deleteSubscription),
  changeSubscriptionUrl: move(
    z.strictObject({ subscription: text, url: text }),
    changeSubscriptionUrl,
  ),
  doubleSubscription: move(
    z.strictObject({ subscription: text, url: text.optional() }),
    doubleSubscription,
  ),
  foreignSubscription: move(
    z.strictObject({
      user: text.optional(),
      scope: z.enum(['organization', 'user']).optional(),
      url: text.optional(),
      events: z.array(text).min(1).optional(),
    }),
    foreignSubscription,
  ),
  downgradePlan: move(anybody, downgradePlan),
  upgradePlan: move(anybody, upgradePlan),
};
