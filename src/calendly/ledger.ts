/** The request budget that all processes of an installation share, as a gate needs it. */

export interface Ledger {
  /** Most permits that are worth taking at once: more cost fewer questions, fewer leave more to the others. */
  readonly batch: number;
  /**
   * Tells what was heard and sent, and takes as many of the `wanted` permits as the share leaves.
   * May fail or take long: the gate then keeps to its own share.
   */
  exchange(words: LedgerWords): Promise<LedgerAnswer>;
}

export interface LedgerWords {
  /** Permits asked for; 0: nothing but the rest of the words. */
  wanted: number;
  rule: ShareRule;
  /** What became of permits taken before, and of requests sent without any. */
  settled: readonly Settlement[];
  heard: Heard | null;
  /** For how long from now nobody may send, in milliseconds; 0 where that is not so. */
  shutMs: number;
}

export interface LedgerAnswer {
  /** Permits taken; each is good for `PERMIT_MS` from the moment of asking. */
  granted: number;
  /** Names these permits when they are settled. */
  batch: number;
  /** Where none was granted: when it is worth asking again, in milliseconds. */
  waitMs: number;
  /** Calendly's limit a minute, as far as anybody has heard it. */
  limit: number | null;
}

export interface Settlement {
  /** Null: sent without permits, while the ledger could not be asked. */
  batch: number | null;
  taken: number;
  used: number;
  /** How long ago the last one was sent; null where that is not known for sure. */
  agoMs: number | null;
}

/** What the headers of an answer said, and how long ago that was. */
export interface Heard {
  limit: number | null;
  left: number | null;
  resetMs: number;
  agoMs: number;
}

export interface ShareRule {
  /** SYNC_RATE_SHARE, in (0, 1]. */
  share: number;
  /** Requests a minute that are ours whatever others use, on paid and on free plans. */
  floor: number;
  freeFloor: number;
  /** The limit of free plans, and what is taken until the first answer. */
  freeLimit: number;
}

/** A permit that was not used by then is void, so that no process keeps what others wait for. */
export const PERMIT_MS = 5000;
