/** What the control API says and does about webhook deliveries. */
import { z } from 'zod';
import { BEHAVIOUR } from '../webhooks/behaviour.ts';
import type { Running } from '../running.ts';
import { liveSubscriptions } from '../webhooks/subscriptions.ts';

/** Answers `what`, for example `GET /_control/deliveries`; `undefined` where it is about something else. */
export function controlDeliveries(running: Running, what: string, body: unknown): unknown {
  const { deliveries } = running;
  switch (what) {
    case 'GET /_control/deliveries':
      return describeDeliveries(running);
    case 'POST /_control/deliveries/behave': {
      const given = z.union([z.array(BEHAVIOUR), BEHAVIOUR]).parse(body);
      deliveries.behave(Array.isArray(given) ? given : [given]);
      return describeDeliveries(running);
    }
    case 'POST /_control/deliveries/pause':
      deliveries.pause();
      return describeDeliveries(running);
    case 'POST /_control/deliveries/release': {
      const place = z
        .int()
        .min(0)
        .max(deliveries.held().length - 1);
      const { order } = z.strictObject({ order: z.array(place).optional() }).parse(body ?? {});
      void deliveries.release(order);
      return describeDeliveries(running);
    }
    case 'POST /_control/deliveries/retry':
      deliveries.retryNow();
      return describeDeliveries(running);
    default:
      return undefined;
  }
}

/** Never a key. */
function describeDeliveries({ world, deliveries }: Running): Record<string, unknown> {
  return {
    subscriptions: liveSubscriptions(world).map(({ wire }) => wire),
    behaviours: deliveries.behaviours(),
    held: deliveries.held(),
    waiting: deliveries.waiting(),
    log: deliveries.log.slice(-1000),
  };
}
