import { hash, randomBytes } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull } from 'typeorm';

import { newId } from '#common';

import { ApiKey, type Scope } from './api-key.entity.ts';

export interface NewApiKey {
  name: string;
  /** Null: a platform key. */
  tenantId: string | null;
  scopes: Scope[];
  expiresAt: Date | null;
  /** Null: that of all keys; 0: no limit. */
  requestsPerMinute?: number | null;
}

/** Undefined means: not asked for. */
export interface ApiKeyFilter {
  tenantId?: string;
  /** Neither revoked nor expired at this time. */
  activeAt?: Date;
}

const PREFIX_LENGTH = 10;

@Injectable()
export class ApiKeyRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Makes a key and answers it in clear, the only time it is seen. */
  async create(given: NewApiKey): Promise<{ id: string; key: string }> {
    return create(this.dataSource.manager, given);
  }

  /** Newest first, older than `beforeId`. */
  async list({ tenantId, activeAt }: ApiKeyFilter = {}, limit?: number, beforeId?: string): Promise<ApiKey[]> {
    const query = this.dataSource.manager.createQueryBuilder(ApiKey, 'k').orderBy('k.id', 'DESC').limit(limit);
    if (tenantId) query.andWhere('k.tenantId = :tenantId', { tenantId });
    if (activeAt) {
      query.andWhere('k.revokedAt IS NULL AND (k.expiresAt IS NULL OR k.expiresAt > :activeAt)', { activeAt });
    }
    if (beforeId) query.andWhere('k.id < :beforeId', { beforeId });
    return query.getMany();
  }

  async findById(id: string): Promise<ApiKey | null> {
    return this.dataSource.manager.findOneBy(ApiKey, { id });
  }

  /**
   * Makes a key that is like another one, which works until `endsAt` at the latest. Answers nothing when that one is revoked,
   * or had expired by `now`.
   */
  async rotate(id: string, now: Date, endsAt: Date): Promise<{ id: string; key: string } | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const old = await tx.findOne(ApiKey, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!old || old.revokedAt || (old.expiresAt && old.expiresAt <= now)) return undefined;
      const { name, tenantId, scopes, expiresAt, requestsPerMinute } = old;
      const made = await create(tx, { name, tenantId, scopes, expiresAt, requestsPerMinute });
      if (!expiresAt || expiresAt > endsAt) await tx.update(ApiKey, id, { expiresAt: endsAt });
      return made;
    });
  }

  async limit(id: string, requestsPerMinute: number | null): Promise<void> {
    await this.dataSource.manager.update(ApiKey, id, { requestsPerMinute });
  }

  /** False when there is no such key, or it is revoked already. */
  async revoke(id: string): Promise<boolean> {
    const { affected } = await this.dataSource.manager.update(
      ApiKey,
      { id, revokedAt: IsNull() },
      { revokedAt: new Date() },
    );
    return affected === 1;
  }

  async findByHash(keyHash: string): Promise<ApiKey | null> {
    return this.dataSource.manager.findOneBy(ApiKey, { keyHash });
  }

  async noteUse(id: string, at: Date): Promise<void> {
    await this.dataSource.manager.update(ApiKey, id, { lastUsedAt: at });
  }
}

async function create(db: EntityManager, given: NewApiKey): Promise<{ id: string; key: string }> {
  const key = `pal_${randomBytes(32).toString('base64url')}`;
  const id = newId();
  await db.insert(ApiKey, { ...given, id, prefix: key.slice(0, PREFIX_LENGTH), keyHash: hashKey(key) });
  return { id, key };
}

export function hashKey(key: string): string {
  return hash('sha256', key);
}
