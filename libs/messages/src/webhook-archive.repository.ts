import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';

import { leastIdAt, queryRows, type Removal } from '#common';

import { SetAsideItem, type SetAsideReason } from './entities/set-aside-item.entity.ts';

/**
 * `waiting`: not applied yet. `failing`: applying failed and is tried again. `set-aside`: applied, but for items with a reason.
 * `applied`: all of it.
 */
export const DELIVERY_STATES = ['waiting', 'failing', 'set-aside', 'applied'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** What lists of deliveries can be narrowed by. */
export interface ArchiveFilter {
  state?: DeliveryState;
  /** Of an item that was set aside. */
  reason?: SetAsideReason;
  from?: Date;
  /** Excluded. */
  to?: Date;
}

export interface ArchivedDelivery {
  id: string;
  receivedAt: Date;
  appId: string | null;
  /** Size of the body. */
  bytes: number;
  state: DeliveryState;
  /** Rounds that failed. */
  attempts: number;
  lastError: string | null;
  /** Items set aside and not resolved since. */
  setAside: number;
}

/** Deliveries replayed or removed by one statement. */
const AT_ONCE = 1_000;

/** What came in through Meta's door, to look at, to apply again, and to remove when it is old. */
@Injectable()
export class WebhookArchiveRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first, older than `beforeId`. */
  async list(filter: ArchiveFilter, limit: number, beforeId?: string): Promise<ArchivedDelivery[]> {
    const { where, values } = conditions(filter);
    if (beforeId) where.push(`d.id < $${values.push(beforeId)}`);
    return queryRows<ArchivedDelivery>(
      this.dataSource,
      `${SELECT} WHERE ${where.join(' AND ')} ORDER BY d.id DESC LIMIT $${values.push(limit)}`,
      values,
    );
  }

  async find(id: string): Promise<ArchivedDelivery | undefined> {
    const [delivery] = await queryRows<ArchivedDelivery>(this.dataSource, `${SELECT} WHERE d.id = $1`, [id]);
    return delivery;
  }

  async readBody(id: string): Promise<Buffer | undefined> {
    const rows = await queryRows<{ body: Buffer }>(
      this.dataSource,
      'SELECT body FROM webhook_deliveries WHERE id = $1',
      [id],
    );
    return rows[0]?.body;
  }

  /** Items of a delivery that were set aside and not resolved since, in their order. */
  async setAsideOf(deliveryId: string): Promise<SetAsideItem[]> {
    return this.dataSource.manager.find(SetAsideItem, {
      where: { deliveryId, resolvedAt: IsNull() },
      order: { itemIndex: 'ASC' },
    });
  }

  /** Has deliveries applied again. What they said already changes nothing; what was set aside is judged anew. */
  async replay(ids: string[]): Promise<number> {
    const rows = await queryRows(
      this.dataSource,
      `WITH judged_anew AS (
         DELETE FROM webhook_set_aside_items WHERE delivery_id = ANY ($1) AND resolved_at IS NULL)
       INSERT INTO webhook_queue (id, delivery_ids, bytes)
       SELECT id, ARRAY[id], octet_length(body) FROM webhook_deliveries WHERE id = ANY ($1)
       ON CONFLICT (id) DO UPDATE SET attempts = 0, next_attempt_at = now() RETURNING id`,
      [ids],
    );
    return rows.length;
  }

  /** The same for every delivery that the filter names; answers how many there were. */
  async replayAll(filter: ArchiveFilter): Promise<number> {
    const { where, values } = conditions(filter);
    let replayed = 0;
    for (let after = leastIdAt(new Date(0)); ;) {
      const ids = await queryRows<{ id: string }>(
        this.dataSource,
        `SELECT d.id FROM webhook_deliveries d LEFT JOIN ${QUEUED} ON q.delivery_id = d.id
         WHERE ${where.join(' AND ')} AND d.id > $${values.length + 1} ORDER BY d.id LIMIT ${AT_ONCE}`,
        [...values, after],
      );
      const last = ids.at(-1);
      if (!last) return replayed;
      replayed += await this.replay(ids.map(({ id }) => id));
      after = last.id;
    }
  }

  /** Removes deliveries from before `time` that are applied, and what was set aside of them. */
  async removeBefore(time: Date): Promise<Removal> {
    const rows = await queryRows(
      this.dataSource,
      `WITH old AS (
         SELECT d.id FROM webhook_deliveries d
         WHERE d.id < $1 AND d.id NOT IN (SELECT unnest(delivery_ids) FROM webhook_queue)
         ORDER BY d.id LIMIT ${AT_ONCE} FOR UPDATE OF d SKIP LOCKED),
       items AS (DELETE FROM webhook_set_aside_items s USING old WHERE s.delivery_id = old.id)
       DELETE FROM webhook_deliveries d USING old WHERE d.id = old.id RETURNING d.id`,
      [leastIdAt(time)],
    );
    return { removed: rows.length, more: rows.length === AT_ONCE };
  }
}

/** One that is replayed while it waits with others waits twice. */
const QUEUED = `(
  SELECT DISTINCT ON (delivery_id) delivery_id, attempts, last_error
  FROM webhook_queue CROSS JOIN unnest(delivery_ids) AS delivery_id ORDER BY delivery_id, attempts DESC) q`;

const SET_ASIDE = `(
  SELECT count(*)::int FROM webhook_set_aside_items s WHERE s.delivery_id = d.id AND s.resolved_at IS NULL)`;

const SELECT = `
  SELECT d.id, d.received_at AS "receivedAt", d.app_id AS "appId", octet_length(d.body) AS bytes,
         CASE WHEN q.attempts > 0 THEN 'failing' WHEN q.attempts = 0 THEN 'waiting'
              WHEN ${SET_ASIDE} > 0 THEN 'set-aside' ELSE 'applied' END AS state,
         coalesce(q.attempts, 0) AS attempts, q.last_error AS "lastError", ${SET_ASIDE} AS "setAside"
  FROM webhook_deliveries d LEFT JOIN ${QUEUED} ON q.delivery_id = d.id`;

const WITH_ITEMS = 'SELECT delivery_id FROM webhook_set_aside_items WHERE resolved_at IS NULL';

const IN_STATE: Record<DeliveryState, string> = {
  waiting: 'q.attempts = 0',
  failing: 'q.attempts > 0',
  'set-aside': `q.delivery_id IS NULL AND d.id IN (${WITH_ITEMS})`,
  applied: `q.delivery_id IS NULL AND ${SET_ASIDE} = 0`,
};

function conditions({ state, reason, from, to }: ArchiveFilter): { where: string[]; values: unknown[] } {
  const [where, values]: [string[], unknown[]] = [['true'], []];
  if (state) where.push(IN_STATE[state]);
  if (reason) where.push(`d.id IN (${WITH_ITEMS} AND reason = $${values.push(reason)})`);
  if (from) where.push(`d.id >= $${values.push(leastIdAt(from))}`);
  if (to) where.push(`d.id < $${values.push(leastIdAt(to))}`);
  return { where, values };
}
