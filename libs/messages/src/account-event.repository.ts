import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { queryRows, storableJson } from '#common';

import { AccountEvent } from './entities/account-event.entity.ts';

export type NewAccountEvent = Omit<AccountEvent, 'createdAt' | 'applied'>;

export interface AccountEventFilter {
  field?: string | undefined;
  known?: boolean | undefined;
  /** By Meta's time; `to` is exclusive. */
  from?: Date | undefined;
  to?: Date | undefined;
}

/** An event of the list; its value may be as large as a whole delivery. */
export type ListedAccountEvent = Omit<AccountEvent, 'value'>;

@Injectable()
export class AccountEventRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Stores events in the caller's transaction and answers the ids of those that were not there yet. */
  async store(tx: EntityManager, events: NewAccountEvent[]): Promise<Set<string>> {
    if (events.length === 0) return new Set();
    const rows = await queryRows<{ id: string }>(tx, STORE, [storableJson(events)]);
    return new Set(rows.map(({ id }) => id));
  }

  /** Notes, in words, what events changed. */
  async noteApplied(tx: EntityManager, applied: { id: string; applied: string }[]): Promise<void> {
    if (applied.length === 0) return;
    await tx.query(
      `UPDATE account_events e SET applied = r.applied
       FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, applied text) WHERE e.id = r.id`,
      [storableJson(applied)],
    );
  }

  /** Newest first, those before the event `beforeId`. */
  async list(filter: AccountEventFilter, limit: number, beforeId?: string): Promise<ListedAccountEvent[]> {
    const { field, known, from, to } = filter;
    const query = this.dataSource.manager
      .createQueryBuilder(AccountEvent, 'e')
      .select(LISTED.map((column) => `e.${column}`))
      .orderBy('e.id', 'DESC')
      .limit(limit);
    if (field !== undefined) query.andWhere('e.field = :field', { field });
    if (known !== undefined) query.andWhere('e.known = :known', { known });
    if (from) query.andWhere('e.occurredAt >= :from', { from });
    if (to) query.andWhere('e.occurredAt < :to', { to });
    if (beforeId) query.andWhere('e.id < :beforeId', { beforeId });
    return query.getMany();
  }

  async findById(id: string): Promise<AccountEvent | null> {
    return this.dataSource.manager.findOneBy(AccountEvent, { id });
  }

  /** How many events of each field this code does not know, the field that was seen first in front. */
  async countUnknown(): Promise<{ field: string; count: number }[]> {
    return queryRows<{ field: string; count: number }>(
      this.dataSource,
      `SELECT field, count(*)::int AS count FROM account_events WHERE NOT known GROUP BY field ORDER BY min(created_at), field`,
    );
  }
}

const LISTED: (keyof ListedAccountEvent)[] = [
  'id',
  'businessAccountId',
  'field',
  'event',
  'known',
  'phoneNumber',
  'templateName',
  'templateLanguage',
  'occurredAt',
  'summary',
  'applied',
  'fingerprint',
  'deliveryId',
  'createdAt',
];

/** $1: a JSON list. In the order of the unique key, as whoever else stores several of them. */
const STORE = `
INSERT INTO account_events (
  id, business_account_id, field, event, known, phone_number, template_name, template_language, occurred_at, summary,
  value, fingerprint, delivery_id)
SELECT id, "businessAccountId", field, event, known, "phoneNumber", "templateName", "templateLanguage", "occurredAt", summary,
       value, fingerprint, "deliveryId"
FROM jsonb_to_recordset($1::jsonb) AS r (
  id uuid, "businessAccountId" text, field text, event text, known boolean, "phoneNumber" text, "templateName" text,
  "templateLanguage" text, "occurredAt" timestamptz, summary text, value text, fingerprint text, "deliveryId" uuid)
ORDER BY fingerprint
ON CONFLICT (fingerprint) DO NOTHING RETURNING id`;
