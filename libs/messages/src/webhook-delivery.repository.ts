import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource, type EntityManager } from 'typeorm';

import { GroupCommit, newId, preparedRows, queryRows, type Statement } from '#common';

import type { SetAsideItem, SetAsideReason } from './entities/set-aside-item.entity.ts';
import type { WebhookDelivery } from './entities/webhook-delivery.entity.ts';

export interface SetAside {
  deliveryId: string;
  itemIndex: number;
  reason: SetAsideReason;
  detail: string;
  whatsappMessageId: string | null;
  /** JSON text. */
  item: string;
}

/** A delivery as it was stored. */
export type StoredDelivery = Pick<WebhookDelivery, 'id' | 'body' | 'appId'>;
/** One as it comes in. */
export type NewDelivery = Omit<StoredDelivery, 'id'>;
type Apply = (tx: EntityManager, deliveries: StoredDelivery[]) => Promise<void>;

/** Deliveries applied in one transaction. */
const AT_ONCE = 200;
const INTAKE = { largest: 200, mostWaiting: 4_000, gapMs: 15 };
/** Deliveries kept at hand until they are applied, so that they need not be fetched again: bytes. */
const AT_HAND = 32 * 1024 * 1024;

@Injectable()
export class WebhookDeliveryRepository {
  private readonly intake = new GroupCommit((deliveries: NewDelivery[]) => this.storeAll(deliveries), INTAKE);

  private readonly atHand = new LRUCache<string, NewDelivery>({
    maxSize: AT_HAND,
    sizeCalculation: ({ body }) => body.length + 1,
  });

  constructor(private readonly dataSource: DataSource) {}

  /** Commits the raw bytes of one delivery, together with others that arrive now; only then may it be answered 200. */
  async store(delivery: NewDelivery): Promise<string> {
    return this.intake.add(delivery);
  }

  /**
   * Hands the oldest deliveries to `apply`, in one transaction with everything `apply` changes; false when none is due.
   * Other processes pass over them meanwhile. A crash leaves them due; those of a round that failed are left to
   * `applyFailed`.
   */
  async applyNext(apply: Apply): Promise<boolean> {
    return this.applyDue(LOCK_FRESH, AT_ONCE, apply);
  }

  /** The same for one delivery that failed before, so that it cannot hold up the others. */
  async applyFailed(apply: Apply): Promise<boolean> {
    return this.applyDue(LOCK_FAILED, 1, apply);
  }

  /** Keeps items that were not applied, each once. */
  async setAside(tx: EntityManager, items: SetAside[]): Promise<void> {
    if (items.length === 0) return;
    const column = <T>(read: (item: SetAside) => T): T[] => items.map(read);
    await preparedRows(tx, SET_ASIDE, [
      column(() => newId()),
      column(({ deliveryId }) => deliveryId),
      column(({ itemIndex }) => itemIndex),
      column(({ reason }) => reason),
      column(({ detail }) => detail),
      column(({ whatsappMessageId }) => whatsappMessageId),
      column(({ item }) => item),
    ]);
  }

  /** Statuses that were set aside because their message was unknown, and whose wamid is known by now. */
  async takeJoinable(tx: EntityManager, limit: number): Promise<SetAsideItem[]> {
    return queryRows<SetAsideItem>(
      tx,
      `SELECT s.id, s.item FROM webhook_set_aside_items s
       WHERE s.reason = 'unknown-message' AND s.resolved_at IS NULL
         AND EXISTS (SELECT FROM whatsapp_messages m WHERE m.whatsapp_message_id = s.whatsapp_message_id)
       ORDER BY s.id LIMIT $1 FOR UPDATE OF s SKIP LOCKED`,
      [limit],
    );
  }

  /** Settles statuses whose wamid nobody stored within `waitedMs`: another tool on the number sent the message. */
  async settleSentElsewhere(waitedMs: number, limit: number): Promise<number> {
    const rows = await preparedRows(this.dataSource, SETTLE_SENT_ELSEWHERE, [waitedMs, limit]);
    return rows.length;
  }

  async resolve(tx: EntityManager, ids: string[]): Promise<void> {
    await tx.query('UPDATE webhook_set_aside_items SET resolved_at = now() WHERE id = ANY ($1)', [ids]);
  }

  private async storeAll(deliveries: NewDelivery[]): Promise<string[]> {
    const ids = deliveries.map(() => newId());
    const bodies = deliveries.map(({ body }) => body);
    const appIds = deliveries.map(({ appId }) => appId);
    await preparedRows(this.dataSource, STORE, [ids, bodies, appIds]);
    ids.forEach((id, index) => this.atHand.set(id, deliveries[index]));
    return ids;
  }

  private async applyDue(which: Statement, limit: number, apply: Apply): Promise<boolean> {
    let due: string[] = [];
    try {
      return await this.dataSource.transaction(async (tx) => {
        due = await this.lockDue(tx, which, limit);
        if (due.length === 0) return false;
        await apply(tx, await this.read(tx, due));
        await preparedRows(tx, DONE, [due]);
        return true;
      });
    } catch (cause) {
      await this.postpone(due, cause);
      throw cause;
    } finally {
      for (const id of due) this.atHand.delete(id);
    }
  }

  private async lockDue(tx: EntityManager, which: Statement, limit: number): Promise<string[]> {
    const rows = await preparedRows<{ delivery_id: string }>(tx, which, [limit]);
    return rows.map(({ delivery_id }) => delivery_id);
  }

  private async read(tx: EntityManager, ids: string[]): Promise<StoredDelivery[]> {
    const missing = ids.filter((id) => !this.atHand.has(id));
    const fetched =
      missing.length === 0
        ? []
        : await queryRows<StoredDelivery>(
            tx,
            'SELECT id, body, app_id AS "appId" FROM webhook_deliveries WHERE id = ANY ($1)',
            [missing],
          );
    const stored = new Map(fetched.map((delivery) => [delivery.id, delivery]));
    return ids.map((id) => ({ id, ...(this.atHand.get(id) ?? stored.get(id)!) }));
  }

  private async postpone(ids: string[], cause: unknown): Promise<void> {
    if (ids.length === 0) return;
    await this.dataSource.query(
      `UPDATE webhook_queue
       SET attempts = attempts + 1, last_error = $2,
           next_attempt_at = now() + (power(2, least(attempts, 8)) - 1) * interval '1 second'
       WHERE delivery_id = ANY ($1)`,
      [ids, cause instanceof Error ? cause.message : String(cause)],
    );
  }
}

const STORE: Statement = {
  name: 'store-deliveries',
  text: `
WITH stored AS (
  INSERT INTO webhook_deliveries (id, body, app_id) SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::uuid[]) RETURNING id)
INSERT INTO webhook_queue (delivery_id) SELECT id FROM stored`,
};
const SET_ASIDE: Statement = {
  name: 'set-aside-items',
  text: `
INSERT INTO webhook_set_aside_items (id, delivery_id, item_index, reason, detail, whatsapp_message_id, item)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[])
ON CONFLICT DO NOTHING`,
};
/** $1: milliseconds; $2: how many at most. One whose wamid is known by now is joined instead. */
const SETTLE_SENT_ELSEWHERE: Statement = {
  name: 'settle-sent-elsewhere',
  text: `
UPDATE webhook_set_aside_items
SET reason = 'sent-elsewhere', detail = 'another tool on this number sent the message', resolved_at = now()
WHERE id IN (
  SELECT s.id FROM webhook_set_aside_items s
  WHERE s.reason = 'unknown-message' AND s.resolved_at IS NULL AND s.created_at < now() - $1 * interval '1 millisecond'
    AND NOT EXISTS (SELECT FROM whatsapp_messages m WHERE m.whatsapp_message_id = s.whatsapp_message_id)
  ORDER BY s.id LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING id`,
};
const LOCK_FRESH: Statement = { name: 'lock-fresh-deliveries', text: lockDue('attempts = 0') };
const LOCK_FAILED: Statement = { name: 'lock-failed-deliveries', text: lockDue('attempts > 0') };
const DONE: Statement = {
  name: 'deliveries-done',
  text: 'DELETE FROM webhook_queue WHERE delivery_id = ANY ($1::uuid[])',
};

function lockDue(which: string): string {
  return `SELECT delivery_id FROM webhook_queue WHERE next_attempt_at <= now() AND ${which}
          ORDER BY delivery_id LIMIT $1 FOR UPDATE SKIP LOCKED`;
}
