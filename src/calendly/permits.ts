/** Permits drawn from the shared ledger in small batches, so that a request costs no question of its own. */
import type { Clock } from '../base/time.ts';
import {
  type Heard,
  type Ledger,
  type LedgerAnswer,
  type LedgerWords,
  PERMIT_MS,
  type Settlement,
  type ShareRule,
} from './ledger.ts';

export interface Permits {
  /**
   * Takes one: 0. None at hand: in how many milliseconds it is worth asking again, or `asking` where
   * the ledger is being asked and `ready` will be called.
   */
  take(now: number, waiting: number): number | 'asking';
  /** What an answer said; `isUrgent` where the other processes have to know at once. */
  heard(said: Omit<Heard, 'agoMs'>, now: number, isUrgent: boolean): void;
  /** The gate itself lets nobody pass for now: others need not wait for what is at hand. */
  pause(): void;
  /** Gives back what was not used and tells what was heard. Never rejects. */
  settle(): Promise<void>;
  /** The clock was set back: what was timed by it is void. */
  forget(): void;
}

export interface PermitsOptions {
  clock: Clock;
  ledger: Ledger;
  rule: ShareRule;
  /** The gate's own count of the last 60 s, and for how long it is shut. */
  used(now: number): number;
  shutMs(now: number): number;
  /** Another process has heard Calendly's limit. */
  learned(limit: number): void;
  /** Something has changed: waiting requests may ask again. */
  ready(): void;
}

interface Batch {
  number: number;
  taken: number;
  used: number;
  askedAt: number;
  usedAt: number;
}

/** A database that answers later than this is away, for so long at least. */
const LONGEST_ANSWER_MS = 2000;
const AWAY_MS = 10_000;
/** Others may have given something back, or stopped using more than their part. */
const LONGEST_WAIT_MS = 10_000;
const SHORTEST_WAIT_MS = 20;

/** Permits for one gate. While the ledger fails, every one that is asked for is granted: the gate's own count stays. */
export function createPermits(options: PermitsOptions): Permits {
  const { clock, ledger, rule } = options;
  let batch: Batch | undefined;
  let appetite = 1;
  let askAgainAt = 0;
  let awayUntil = 0;
  /** Sent while the ledger was away. */
  let unasked = 0;
  let lastHeard: (Omit<Heard, 'agoMs'> & { at: number }) | undefined;
  let exchanging: Promise<void> | undefined;
  let isUrgent = false;

  return {
    take(now, waiting) {
      if (isAway(now)) {
        unasked += 1;
        return 0;
      }
      if (batch !== undefined && batch.used < batch.taken && isGood(batch, now)) {
        batch.used += 1;
        batch.usedAt = now;
        return 0;
      }
      if (exchanging !== undefined) return 'asking';
      if (askAgainAt > now) return askAgainAt - now;
      // Twice as many each time while they are used up quickly: a look costs one, a first sync a tenth.
      const isHungry = batch !== undefined && batch.used === batch.taken && isGood(batch, now);
      if (batch !== undefined) appetite = isHungry ? Math.min(ledger.batch, appetite * 2) : 1;
      exchange(Math.min(ledger.batch, Math.max(appetite, waiting)));
      return 'asking';
    },
    heard(said, now, urgent) {
      lastHeard = { ...said, at: now };
      if (!urgent) return;
      isUrgent = true;
      if (exchanging === undefined && !isAway(now)) exchange(0);
    },
    pause() {
      if (batch !== undefined && exchanging === undefined && !isAway(clock.now())) exchange(0);
    },
    async settle() {
      await exchanging;
      appetite = 1;
      const hasWords = batch !== undefined || lastHeard !== undefined || unasked > 0;
      if (exchanging === undefined && hasWords && !isAway(clock.now())) exchange(0);
      await exchanging;
    },
    forget() {
      batch = undefined;
      lastHeard = undefined;
      askAgainAt = 0;
      awayUntil = 0;
    },
  };

  function exchange(wanted: number): void {
    exchanging = ask(wanted).then(() => {
      exchanging = undefined;
      if (isUrgent && !isAway(clock.now())) exchange(0);
      options.ready();
    });
  }

  async function ask(wanted: number): Promise<void> {
    const askedAt = clock.now();
    const words = wordsAt(askedAt, wanted);
    const withoutPermits = unasked;
    [batch, lastHeard, unasked, isUrgent] = [undefined, undefined, 0, false];
    try {
      const answer = await inTime(words);
      if (answer.limit !== null) options.learned(answer.limit);
      if (wanted === 0) return;
      if (answer.granted > 0) {
        const { granted: taken, batch: number } = answer;
        batch = { number, taken, used: 0, askedAt, usedAt: askedAt };
        askAgainAt = 0;
      } else {
        const waitMs = Math.max(SHORTEST_WAIT_MS, Math.min(answer.waitMs, LONGEST_WAIT_MS));
        askAgainAt = clock.now() + waitMs;
      }
    } catch {
      // @NOTE Calendly is read on our own share alone; whoever made the ledger logs its faults. Batches are not
      // settled again: whether the ledger took the words is not known, and too much counted is the safe side.
      awayUntil = clock.now() + AWAY_MS;
      unasked += withoutPermits;
    }
  }

  function wordsAt(now: number, wanted: number): LedgerWords {
    const settled: Settlement[] = [];
    if (batch !== undefined) {
      const { number, taken, used, usedAt } = batch;
      const ago = now - usedAt;
      const isSure = used > 0 && ago >= 0 && ago <= PERMIT_MS;
      settled.push({ batch: number, taken, used, agoMs: isSure ? ago : null });
    }
    const sent = Math.min(unasked, options.used(now));
    if (sent > 0) settled.push({ batch: null, taken: 0, used: sent, agoMs: null });
    return { wanted, rule, settled, heard: heardAt(now), shutMs: options.shutMs(now) };
  }

  function heardAt(now: number): Heard | null {
    if (lastHeard === undefined) return null;
    const { at, ...said } = lastHeard;
    return { ...said, agoMs: Math.max(0, now - at) };
  }

  function inTime(words: LedgerWords): Promise<LedgerAnswer> {
    return new Promise((resolve, reject) => {
      const stop = clock.after(LONGEST_ANSWER_MS, () => reject(new Error('The ledger is late')));
      const asked = Promise.resolve().then(() => ledger.exchange(words));
      void asked.then(resolve, reject).finally(stop);
    });
  }

  function isAway(now: number): boolean {
    return awayUntil > now;
  }

  function isGood({ askedAt }: Batch, now: number): boolean {
    return now >= askedAt && now < askedAt + PERMIT_MS;
  }
}
