/** Notices that deliveries were stored: the first at once, those of the next moments together. */
import type { Clock } from '../base/time.ts';

export interface DeliveryNotices {
  /** Asks for a notice that begins after now, and soon. */
  tell(): void;
  /** Resolves once none is under way. */
  idle(): Promise<void>;
}

/** A burst needs no more: each notice is a statement, and wakes every process. */
const APART_MS = 20;

export function createDeliveryNotices(
  clock: Pick<Clock, 'sleep'>,
  notify: () => Promise<void>,
): DeliveryNotices {
  let underWay: Promise<void> | undefined;
  let isAsked = false;

  async function run(): Promise<void> {
    while (isAsked) {
      isAsked = false;
      // @NOTE one that is lost costs seconds: the workers look by themselves too
      await notify().catch(() => undefined);
      await clock.sleep(APART_MS);
    }
    underWay = undefined;
  }

  return {
    tell() {
      isAsked = true;
      underWay ??= run();
    },
    idle: () => underWay ?? Promise.resolve(),
  };
}
