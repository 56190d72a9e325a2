/** Bad deliveries as data: which go wrong, how often, and in which ways at once. */
import { z } from 'zod';

const yes = z.literal(true);

export const BEHAVIOUR = z.strictObject({
  /** Only deliveries of this event, or to this subscription's URI. */
  event: z.string().min(1).optional(),
  subscription: z.string().min(1).optional(),
  /** How many matching attempts go well first; retries are attempts too. */
  after: z.int().min(0).optional(),
  /** How many go wrong then; left out: all. */
  times: z.int().min(1).optional(),
  /** Never sent, and never tried again. */
  drop: yes.optional(),
  /** Sent twice at once, the same bytes. */
  double: yes.optional(),
  /** Sent so many milliseconds later. */
  delayMs: z.int().min(0).optional(),
  /** Sent after the next delivery to the same subscription. */
  reorder: yes.optional(),
  /** Signed with the key of the subscription before, or with one that never was where there was none. */
  oldKey: yes.optional(),
  badSignature: yes.optional(),
  /** Only so many bytes of the body arrive; the announced length is the whole one. */
  cut: z.int().min(0).optional(),
  /** Genuinely signed, with a time so many seconds ago. */
  staleT: z.int().min(0).optional(),
});

export type Behaviour = z.infer<typeof BEHAVIOUR>;

export interface Behaviours {
  /** Replaces the list. Throws a ZodError for what is none. */
  set(list: readonly Behaviour[]): void;
  /** The list with how often each was met and how often it struck. */
  list(): { behaviour: Behaviour; met: number; struck: number }[];
  /** How this attempt shall go wrong; counts it. The first in the list that strikes wins. */
  strike(event: string, subscription: string): Behaviour;
}

/** An empty list: every delivery is well. */
export function createBehaviours(): Behaviours {
  let entries: { behaviour: Behaviour; met: number; struck: number }[] = [];
  return {
    set(list) {
      entries = list.map((one) => ({ behaviour: BEHAVIOUR.parse(one), met: 0, struck: 0 }));
    },
    list: () => structuredClone(entries),
    strike(event, subscription) {
      let struck: Behaviour = {};
      let isFound = false;
      for (const entry of entries) {
        const { behaviour: one } = entry;
        if (one.event !== undefined && one.event !== event) continue;
        if (one.subscription !== undefined && one.subscription !== subscription) continue;
        entry.met += 1;
        const isDue = entry.met > (one.after ?? 0) && entry.struck < (one.times ?? Infinity);
        if (!isDue || isFound) continue;
        entry.struck += 1;
        struck = one;
        isFound = true;
      }
      return struck;
    },
  };
}
