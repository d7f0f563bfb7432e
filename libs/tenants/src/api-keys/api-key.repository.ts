import { hash, randomBytes } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';

import { newId } from '#common';

import { ApiKey, type Scope } from './api-key.entity.ts';

export interface NewApiKey {
  name: string;
  /** Null: a platform key. */
  tenantId: string | null;
  scopes: Scope[];
  expiresAt: Date | null;
}

const PREFIX_LENGTH = 10;

@Injectable()
export class ApiKeyRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Makes a key and answers it in clear, the only time it is seen. */
  async create({ name, tenantId, scopes, expiresAt }: NewApiKey): Promise<{ id: string; key: string }> {
    const key = `pal_${randomBytes(32).toString('base64url')}`;
    const id = newId();
    const prefix = key.slice(0, PREFIX_LENGTH);
    await this.dataSource.manager.insert(ApiKey, {
      id,
      tenantId,
      name,
      prefix,
      keyHash: hashKey(key),
      scopes,
      expiresAt,
    });
    return { id, key };
  }

  /** Newest first. */
  async list(): Promise<ApiKey[]> {
    return this.dataSource.manager.find(ApiKey, { order: { id: 'DESC' } });
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

export function hashKey(key: string): string {
  return hash('sha256', key);
}
