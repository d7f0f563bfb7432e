import { timingSafeEqual } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { Clock } from '#common';

import { type ApiKey, type Scope, SCOPES } from './api-key.entity.ts';
import { ApiKeyRepository, hashKey } from './api-key.repository.ts';
import { PlatformKey } from './platform-key.ts';

/** Who calls, and what they may do. */
export interface Caller {
  /** Null: a platform key, which names the tenant in each request. */
  tenantId: string | null;
  scopes: readonly Scope[];
}

const LAST_USED_GRAIN_MS = 60_000;

@Injectable()
export class ApiKeyService {
  private readonly platformKeyHash: Buffer;

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
    if (timingSafeEqual(Buffer.from(keyHash), this.platformKeyHash)) return { tenantId: null, scopes: SCOPES };

    const found = await this.keys.findByHash(keyHash);
    const now = this.clock.now();
    if (!found || found.revokedAt || (found.expiresAt && found.expiresAt <= now)) return undefined;
    await this.noteUse(found, now);
    return { tenantId: found.tenantId, scopes: found.scopes };
  }

  /** By the minute is enough, and keeps a busy key from writing its row with every request. */
  private async noteUse({ id, lastUsedAt }: ApiKey, now: Date): Promise<void> {
    if (lastUsedAt && now.getTime() - lastUsedAt.getTime() < LAST_USED_GRAIN_MS) return;
    await this.keys.noteUse(id, now);
  }
}
