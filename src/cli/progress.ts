/** Progress for a person at a terminal, for anything that takes longer than two seconds. */
import type { Clock } from '../base/time.ts';
import type { Io } from './command.ts';

const PATIENCE_MS = 2000;
const EVERY_MS = 1000;

/** Tells `say()` every second on `io.err`, from two seconds on, until it is stopped. */
export function watchProgress(io: Io, clock: Clock, say: () => Promise<string>): { stop(): void } {
  if (!io.interactive) return { stop: () => undefined };
  let told = false;
  let stopped = false;
  let cancel = clock.after(PATIENCE_MS, tell);
  return {
    stop() {
      stopped = true;
      cancel();
      if (told) io.err('\r\u001b[K');
    },
  };

  function tell(): void {
    say().then(
      (words) => {
        if (stopped) return;
        told = true;
        io.err(`\r\u001b[K… ${words}`);
        cancel = clock.after(EVERY_MS, tell);
      },
      // progress is a courtesy: the command itself reports what is wrong
      () => undefined,
    );
  }
}
