import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { Clock } from '#common';

import { ApiKeyQuotaRepository } from './api-key-quota.repository.ts';
import { type Quota, WINDOW_MS } from './quota.ts';

/**
 * A limit is drawn from PostgreSQL in so many parts: all replicas together never let more through than the limit, and what a
 * part holds can lie idle in each of them but one. A key costs a query for each part, not for each request.
 */
const PARTS = 20;
const KEYS_AT_HAND = 10_000;

/** What this process holds of a key's window. */
interface Share {
  limit: number;
  /** Drawn and not used yet. */
  stock: number;
  /** Not drawn by any process, as far as known. */
  undrawn: number;
  endsAt: number;
  drawing: Promise<void> | undefined;
}

/** Counts the requests of each API key, for all replicas together. */
@Injectable()
export class RequestQuotas {
  private readonly shares = new LRUCache<string, Share>({ max: KEYS_AT_HAND });

  constructor(
    private readonly quotas: ApiKeyQuotaRepository,
    private readonly clock: Clock,
  ) {}

  /** Takes one request out of the key's minute, if there is one left. */
  async take(apiKeyId: string, limit: number): Promise<Quota & { granted: boolean }> {
    const share = this.shareOf(apiKeyId, limit);
    while (share.stock === 0 && share.undrawn > 0) {
      share.drawing ??= this.draw(apiKeyId, share);
      await share.drawing;
    }
    const granted = share.stock > 0;
    if (granted) share.stock -= 1;
    const { stock, undrawn, endsAt } = share;
    return { policy: 'key', limit, remaining: stock + undrawn, resetMs: endsAt - this.now(), granted };
  }

  private shareOf(apiKeyId: string, limit: number): Share {
    const now = this.now();
    const known = this.shares.get(apiKeyId);
    // A clock that was set back must not make a window longer.
    if (known?.limit === limit && now < known.endsAt && known.endsAt <= now + WINDOW_MS) return known;
    const share = { limit, stock: 0, undrawn: limit, endsAt: now + WINDOW_MS, drawing: undefined };
    this.shares.set(apiKeyId, share);
    return share;
  }

  private async draw(apiKeyId: string, share: Share): Promise<void> {
    const part = Math.ceil(share.limit / PARTS);
    try {
      const { total, endsInMs } = await this.quotas.draw(apiKeyId, part);
      const before = total - part;
      share.stock = Math.max(0, Math.min(part, share.limit - before));
      share.undrawn = Math.max(0, share.limit - total);
      share.endsAt = this.now() + endsInMs;
    } finally {
      share.drawing = undefined;
    }
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}
