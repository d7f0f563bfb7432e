import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { leastIdAt } from '#common';

import { AuditEntry } from './audit-entry.entity.ts';

type Filtered = 'tenantId' | 'actorId' | 'actorKind' | 'action' | 'objectKind' | 'objectId' | 'outcome';

/** Undefined means: not asked for. */
export interface AuditFilter {
  equal: Partial<Pick<AuditEntry, Filtered>>;
  from?: Date;
  /** Excluded. */
  to?: Date;
  text?: string;
}

@Injectable()
export class AuditEntryRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first, older than `beforeId`. */
  async list({ equal, from, to, text }: AuditFilter, limit: number, beforeId?: string): Promise<AuditEntry[]> {
    const query = this.dataSource.manager.createQueryBuilder(AuditEntry, 'e').orderBy('e.id', 'DESC').limit(limit);
    query.where(Object.fromEntries(Object.entries(equal).filter(([, value]) => value !== undefined)));
    if (from) query.andWhere('e.id >= :from', { from: leastIdAt(from) });
    if (to) query.andWhere('e.id < :to', { to: leastIdAt(to) });
    if (text)
      query.andWhere(`(${SEARCHED.map((column) => `${column} ILIKE :text`).join(' OR ')})`, { text: contains(text) });
    if (beforeId) query.andWhere('e.id < :beforeId', { beforeId });
    return query.getMany();
  }

  /** All that a list would show, page after page. */
  async *all(filter: AuditFilter): AsyncGenerator<AuditEntry> {
    let page = await this.list(filter, EXPORTED_AT_ONCE);
    while (page.length > 0) {
      yield* page;
      page = await this.list(filter, EXPORTED_AT_ONCE, page.at(-1)!.id);
    }
  }
}

const EXPORTED_AT_ONCE = 1_000;
const SEARCHED = [
  'e.actorName',
  'e.action',
  'e.objectId',
  'e.code',
  'e.address',
  'e.requestId',
  'CAST(e.before AS text)',
  'CAST(e.after AS text)',
];

/** A LIKE pattern in which the caller's `%` and `_` are letters like any other. */
function contains(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
