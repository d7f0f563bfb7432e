import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { newId } from '#common';

import { ApiKey, type Scope, SCOPES } from './api-key.entity.ts';
import { PlatformKey } from './platform-key.ts';

/** Who calls, and what they may do. */
export interface Caller {
  /** Null: a platform key, which names the tenant in each request. */
  tenantId: string | null;
  scopes: readonly Scope[];
}

export interface NewApiKey {
  name: string;
  tenantId: string | null;
  scopes: Scope[];
  expiresAt: Date | null;
}

const LAST_USED_GRAIN_MS = 60_000;

@Injectable()
export class ApiKeyService {
  private readonly platformKeyHash: string;

  constructor(
    private readonly dataSource: DataSource,
    platformKey: PlatformKey,
  ) {
    this.platformKeyHash = hash(platformKey.value);
  }

  /** Makes a key and answers it in clear, the only time it is seen. */
  async create({ name, tenantId, scopes, expiresAt }: NewApiKey): Promise<{ id: string; key: string }> {
    const key = `pal_${randomBytes(32).toString('base64url')}`;
    const id = newId();
    await this.dataSource.manager.insert(ApiKey, {
      id,
      tenantId,
      name,
      prefix: key.slice(0, 10),
      keyHash: hash(key),
      scopes,
      expiresAt,
    });
    return { id, key };
  }

  /** The caller a key stands for; undefined when it is unknown, revoked or expired. */
  async identify(key: string): Promise<Caller | undefined> {
    const keyHash = hash(key);
    if (timingSafeEqual(Buffer.from(keyHash), Buffer.from(this.platformKeyHash)))
      return { tenantId: null, scopes: SCOPES };

    const found = await this.dataSource.manager.findOneBy(ApiKey, { keyHash });
    const now = new Date();
    if (!found || found.revokedAt || (found.expiresAt && found.expiresAt <= now)) return undefined;
    await this.noteUse(found, now);
    return { tenantId: found.tenantId, scopes: found.scopes };
  }

  /** By the minute is enough, and keeps a busy key from writing its row with every request. */
  private async noteUse(key: ApiKey, now: Date): Promise<void> {
    if (key.lastUsedAt && now.getTime() - key.lastUsedAt.getTime() < LAST_USED_GRAIN_MS) return;
    await this.dataSource.manager.update(ApiKey, key.id, { lastUsedAt: now });
  }
}

function hash(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
