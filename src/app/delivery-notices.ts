/** Notices that deliveries were stored: those that are stored while one is under way share the next. */

export interface DeliveryNotices {
  /** Asks for a notice that begins after now. */
  tell(): void;
  /** Resolves once none is under way. */
  idle(): Promise<void>;
}

export function createDeliveryNotices(notify: () => Promise<void>): DeliveryNotices {
  let underWay: Promise<void> | undefined;
  let isAsked = false;

  async function run(): Promise<void> {
    while (isAsked) {
      isAsked = false;
      // @NOTE one that is lost costs seconds: the workers look by themselves too
      await notify().catch(() => undefined);
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
