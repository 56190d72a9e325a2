/** Whether every slot had its one run: told from when runs began and when any process was able to work. */
import type { Stretch } from './fleet.ts';

export const SLOT_MS = 15 * 60_000;
/** By then a process that is awake must have seen a slot: its longest sleep, and the first run after a start. */
const NOTICE_MS = 36_000;

export interface Verdict {
  slots: number;
  /** Slots with exactly one run. */
  served: number;
  /** Slots that nobody was awake for, or too briefly to see them. */
  missed: number;
  /** Of those served: the first after slots that nobody served. */
  caughtUp: number;
  /** What must not be, in words. */
  faults: string[];
}

export function judge(
  span: { from: number; to: number },
  runs: readonly number[],
  awake: readonly Stretch[],
): Verdict {
  const slots = (span.to - span.from) / SLOT_MS;
  const slotOf = (ms: number): number => Math.floor((ms - span.from) / SLOT_MS);
  const begun = Array.from({ length: slots }, () => 0);
  for (const run of runs) begun[slotOf(run)] = (begun[slotOf(run)] ?? 0) + 1;
  const longest = Array.from({ length: slots }, () => -1);
  for (const { from, to } of awake) {
    for (let slot = slotOf(from); slot <= slotOf(to) && slot < slots; slot += 1) {
      const start = span.from + slot * SLOT_MS;
      const length = Math.min(to, start + SLOT_MS) - Math.max(from, start);
      longest[slot] = Math.max(longest[slot] ?? -1, length);
    }
  }
  const verdict: Verdict = { slots, served: 0, missed: 0, caughtUp: 0, faults: [] };
  for (const [slot, count] of begun.entries()) {
    const couldSee = longest[slot] ?? -1;
    const name = new Date(span.from + slot * SLOT_MS).toISOString();
    if (count > 1) verdict.faults.push(`${name}: ${count} runs`);
    if (count === 0 && couldSee >= NOTICE_MS) verdict.faults.push(`${name}: no run`);
    if (count > 0 && couldSee < 0) verdict.faults.push(`${name}: a run of nobody`);
    if (count === 1) {
      verdict.served += 1;
      if (slot > 0 && begun[slot - 1] === 0) verdict.caughtUp += 1;
    }
    if (count === 0) verdict.missed += 1;
  }
  return verdict;
}
