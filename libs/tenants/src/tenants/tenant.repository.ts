import { Injectable } from '@nestjs/common';
import { DataSource, IsNull, Not } from 'typeorm';

import { newId, queryRows } from '#common';

import { ApiKey } from '../api-keys/api-key.entity.ts';
import { SendingNumber } from '../senders/sending-number.entity.ts';
import { Tenant } from './tenant.entity.ts';

export type NewTenant = Pick<Tenant, 'id' | 'name' | 'defaultCountry'>;
export type TenantChange = Partial<Pick<Tenant, 'name' | 'defaultCountry' | 'suspendedAt'>>;

/** Undefined means: not asked for. */
export interface TenantFilter {
  suspended?: boolean;
}

@Injectable()
export class TenantRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first, registered before `beforeListId`. */
  async list({ suspended }: TenantFilter, limit: number, beforeListId?: string): Promise<Tenant[]> {
    const query = this.dataSource.manager.createQueryBuilder(Tenant, 't').orderBy('t.listId', 'DESC').limit(limit);
    if (suspended !== undefined) query.andWhere({ suspendedAt: suspended ? Not(IsNull()) : IsNull() });
    if (beforeListId) query.andWhere('t.listId < :beforeListId', { beforeListId });
    return query.getMany();
  }

  /** Those whose configuration differs from the platform's. */
  async listConfigured(): Promise<Tenant[]> {
    return this.dataSource.manager.findBy(Tenant, [{ suspendedAt: Not(IsNull()) }, { defaultCountry: Not(IsNull()) }]);
  }

  async findById(id: string): Promise<Tenant | null> {
    return this.dataSource.manager.findOneBy(Tenant, { id });
  }

  /** Null when it is registered already. */
  async create({ id, name, defaultCountry }: NewTenant): Promise<Tenant | null> {
    const rows = await queryRows(
      this.dataSource,
      `INSERT INTO tenants (id, list_id, name, default_country) VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO NOTHING RETURNING id`,
      [id, newId(), name, defaultCountry],
    );
    return rows.length === 0 ? null : this.findById(id);
  }

  /** Null when there is no such tenant. */
  async change(id: string, change: TenantChange): Promise<Tenant | null> {
    return this.dataSource.transaction(async (tx) => {
      const tenant = await tx.findOne(Tenant, { where: { id }, lock: { mode: 'pessimistic_write' } });
      return tenant && tx.save(Object.assign(tenant, change));
    });
  }

  /** Forgets a tenant and its numbers, and revokes its keys: they would go on as those of a tenant that never was here. */
  async remove(id: string, at: Date): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      await tx.update(ApiKey, { tenantId: id, revokedAt: IsNull() }, { revokedAt: at });
      await tx.delete(SendingNumber, { tenantId: id });
      await tx.delete(Tenant, { id });
    });
  }
}
