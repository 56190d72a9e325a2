/** A bucket of mistakes for each address: who makes too many is told to wait, whoever makes none never feels it. */
import type { Clock } from '../base/time.ts';

export interface PenaltyLimits {
  /** Mistakes that are free at once. */
  burst: number;
  /** Mistakes that are free in each second from then on. */
  perSecond: number;
  /** Addresses that are remembered at most. */
  addresses: number;
}

interface Bucket {
  left: number;
  at: number;
}

export class Penalties {
  private readonly clock: Pick<Clock, 'now'>;
  private readonly limits: PenaltyLimits;
  /** In order of their last mistake, the oldest first. */
  private readonly buckets = new Map<string, Bucket>();

  constructor(clock: Pick<Clock, 'now'>, limits: PenaltyLimits) {
    this.clock = clock;
    this.limits = limits;
  }

  /** Counts one mistake; answers the whole seconds to wait, 0 where it was free. */
  count(address: string): number {
    const { burst, perSecond } = this.limits;
    const now = this.clock.now();
    const before = this.buckets.get(address) ?? { left: burst, at: now };
    const refill = (Math.max(now - before.at, 0) / 1000) * perSecond;
    const left = Math.min(burst, before.left + refill);
    const isFree = left >= 1;
    this.buckets.delete(address);
    this.buckets.set(address, { left: isFree ? left - 1 : left, at: now });
    this.forgetOldest();
    return isFree ? 0 : Math.max(1, Math.ceil((1 - left) / perSecond));
  }

  private forgetOldest(): void {
    const [oldest] = this.buckets.keys();
    if (oldest !== undefined && this.buckets.size > this.limits.addresses) {
      this.buckets.delete(oldest);
    }
  }
}
