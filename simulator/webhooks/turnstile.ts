/** Counts what is under way, holds what shall be overtaken, and tells who waits for quiet. */

export interface Turnstile {
  /** Does `work` and counts it until it ends. */
  track(work: () => Promise<void>): Promise<void>;
  /** Ends when another delivery on `lane` has passed, or when somebody waits for quiet and nothing else moves. */
  letOvertake(lane: string): Promise<void>;
  /** Somebody on `lane` has arrived: those whom it overtook may go. */
  pass(lane: string): void;
  /** Ends when nothing is under way and `isQuiet` agrees. */
  quiet(isQuiet: () => boolean): Promise<void>;
  /** To be called when `isQuiet` of somebody may have changed. */
  look(): void;
  /** Lets everybody go. */
  open(): void;
}

export function createTurnstile(): Turnstile {
  let moving = 0;
  let isOpen = false;
  const standing: { lane: string; go: () => void }[] = [];
  let waiting: { isQuiet: () => boolean; go: () => void }[] = [];

  function look(): void {
    if (waiting.length > 0 && moving === standing.length) {
      for (const { go } of standing.splice(0)) go();
    }
    if (moving > 0 && !isOpen) return;
    const ready = waiting.filter((one) => isOpen || one.isQuiet());
    waiting = waiting.filter((one) => !ready.includes(one));
    for (const { go } of ready) go();
  }

  return {
    async track(work) {
      moving += 1;
      try {
        await work();
      } finally {
        moving -= 1;
        look();
      }
    },
    letOvertake: (lane) =>
      isOpen
        ? Promise.resolve()
        : new Promise((go) => {
            standing.push({ lane, go });
            look();
          }),
    pass(lane) {
      const passed = standing.filter((one) => one.lane === lane);
      for (const one of passed) {
        standing.splice(standing.indexOf(one), 1);
        one.go();
      }
    },
    quiet: (isQuiet) =>
      new Promise((go) => {
        waiting.push({ isQuiet, go });
        look();
      }),
    look,
    open() {
      isOpen = true;
      for (const { go } of standing.splice(0)) go();
      look();
    },
  };
}
