import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { AppConfig, Clock } from '#common';

import { type Quota, WINDOW_MS } from './quota.ts';

const ADDRESSES_AT_HAND = 10_000;

/**
 * Counts, by the address they come from, requests that showed no valid key. In this process alone, and of the latest addresses
 * only: it keeps guesses away from the database and needs to be no more exact than that.
 */
@Injectable()
export class Strangers {
  private readonly limit: number;
  private readonly counts = new LRUCache<string, { failures: number; endsAt: number }>({ max: ADDRESSES_AT_HAND });

  constructor(
    { requestLimits }: AppConfig,
    private readonly clock: Clock,
  ) {
    this.limit = requestLimits.perStranger;
  }

  /** What is left to an address; undefined where nothing is limited. */
  quotaOf(address: string): Quota | undefined {
    if (this.limit === 0) return undefined;
    const now = this.clock.now().getTime();
    const { failures, endsAt } = this.current(address, now);
    return {
      policy: 'address',
      limit: this.limit,
      remaining: Math.max(0, this.limit - failures),
      resetMs: endsAt - now,
    };
  }

  /** A request from there had no valid key. */
  note(address: string): void {
    const count = this.current(address, this.clock.now().getTime());
    this.counts.set(address, { ...count, failures: count.failures + 1 });
  }

  private current(address: string, now: number): { failures: number; endsAt: number } {
    const count = this.counts.get(address);
    const isCurrent = count && now < count.endsAt && count.endsAt <= now + WINDOW_MS;
    return isCurrent ? count : { failures: 0, endsAt: now + WINDOW_MS };
  }
}
