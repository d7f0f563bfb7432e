import { timingSafeEqual } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { afterCommit, Clock, forEverybody } from '#common';

import type { Caller } from '../auth/caller.ts';
import { type ApiKey, SCOPES } from './api-key.entity.ts';
import { ApiKeyRepository, hashKey } from './api-key.repository.ts';
import { PlatformKey } from './platform-key.ts';

const LAST_USED_GRAIN_MS = 60_000;
/** A busy caller's key is looked up once a second, and a revoked one works no longer than that. */
const REMEMBERED_MS = 1_000;
const KEYS_REMEMBERED = 10_000;
const NOBODY = Symbol('no such key');
const PLATFORM: Caller = {
  tenantId: null,
  scopes: SCOPES,
  actor: { kind: 'environment', id: null, name: 'ADMIN_API_KEY' },
};

@Injectable()
export class ApiKeyService {
  private readonly platformKeyHash: Buffer;
  private readonly remembered = new LRUCache<string, ApiKey | typeof NOBODY>({
    max: KEYS_REMEMBERED,
    ttl: REMEMBERED_MS,
    // Forgetting must not fail who is being looked up; what is found then is not remembered.
    ignoreFetchAbort: true,
    fetchMethod: async (keyHash) => (await forEverybody(() => this.keys.findByHash(keyHash))) ?? NOBODY,
  });

  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly clock: Clock,
    platformKey: PlatformKey,
  ) {
    this.platformKeyHash = Buffer.from(hashKey(platformKey.value));
  }

  /** The caller a key stands for; undefined when it is unknown, revoked or expired. */
  async identify(key: string): Promise<Caller | undefined> {
    const keyHash = hashKey(key);
    if (this.isPlatformKey(keyHash)) return PLATFORM;

    const found = await this.remembered.fetch(keyHash);
    const now = this.clock.now();
    if (!isGood(found, now)) return undefined;
    if (!isUseNoted(found, now)) await this.noteUse(found, now);
    return callerOf(found);
  }

  /** The same for a key that was looked up a moment ago; undefined also where somebody has to be asked or told. */
  recall(key: string): Caller | undefined {
    const keyHash = hashKey(key);
    if (this.isPlatformKey(keyHash)) return PLATFORM;
    const found = this.remembered.get(keyHash);
    const now = this.clock.now();
    return isGood(found, now) && isUseNoted(found, now) ? callerOf(found) : undefined;
  }

  /** Whether a key was good when it was last looked up, if that was lately; asks nobody. */
  isKnown(key: string): boolean {
    const keyHash = hashKey(key);
    const found = this.remembered.peek(keyHash, { allowStale: true });
    return this.isPlatformKey(keyHash) || (found !== undefined && found !== NOBODY);
  }

  /** A key was revoked, replaced or changed: what is remembered of keys may be old. */
  forget(): void {
    void afterCommit(() => this.remembered.clear());
  }

  private isPlatformKey(keyHash: string): boolean {
    return timingSafeEqual(Buffer.from(keyHash), this.platformKeyHash);
  }

  private async noteUse(key: ApiKey, now: Date): Promise<void> {
    key.lastUsedAt = now;
    await forEverybody(() => this.keys.noteUse(key.id, now));
  }
}

function isGood(found: ApiKey | typeof NOBODY | undefined, now: Date): found is ApiKey {
  return found !== undefined && found !== NOBODY && !found.revokedAt && !(found.expiresAt && found.expiresAt <= now);
}

/** By the minute is enough, and keeps a busy key from writing its row with every request. */
function isUseNoted({ lastUsedAt }: ApiKey, now: Date): boolean {
  return lastUsedAt !== null && now.getTime() - lastUsedAt.getTime() < LAST_USED_GRAIN_MS;
}

function callerOf({ id, name, tenantId, scopes, requestsPerMinute }: ApiKey): Caller {
  const actor = { kind: 'api-key', id, name } as const;
  return { tenantId, scopes, actor, ...(requestsPerMinute !== null && { requestsPerMinute }) };
}
