import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource, type EntityManager } from 'typeorm';

import { GroupCommit, newId, preparedRows, queryRows, type Statement } from '#common';

import type { SetAsideItem, SetAsideReason } from './entities/set-aside-item.entity.ts';
import type { QueuedDelivery, WebhookDelivery } from './entities/webhook-delivery.entity.ts';

export interface SetAside {
  deliveryId: string;
  itemIndex: number;
  reason: SetAsideReason;
  detail: string;
  whatsappMessageId: string | null;
  /** JSON text. */
  item: string;
}

/** A delivery as it comes in. */
export interface NewDelivery extends Pick<WebhookDelivery, 'body' | 'appId'> {
  /** What the body says, where somebody parsed it already. */
  envelope?: unknown;
}

/** A delivery as it was stored. */
export type StoredDelivery = NewDelivery & Pick<WebhookDelivery, 'id'>;
type Apply = (tx: EntityManager, deliveries: StoredDelivery[]) => Promise<void>;

/** Applied in one transaction: deliveries, and bytes of their bodies. */
const AT_ONCE = 1_000;
const BYTES_AT_ONCE = 2 * 1024 * 1024;
/** In bytes: about what a delivery takes of memory while it waits. */
const INTAKE = {
  largest: 4 * 1024 * 1024,
  mostWaiting: 64 * 1024 * 1024,
  gapMs: 25,
  sizeOf: ({ body }: NewDelivery) => body.length + 16_384,
};
/** Deliveries kept at hand until they are applied, so that they need not be fetched and parsed again: bytes of their bodies. */
const AT_HAND = 8 * 1024 * 1024;

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

  /** What is to be kept of a delivery that spoke of somebody who was erased; undefined: nothing. */
  async rewrite(tx: EntityManager, id: string, envelope: unknown): Promise<void> {
    await rewriteDelivery(tx, id, envelope);
  }

  private async storeAll(deliveries: NewDelivery[]): Promise<string[]> {
    const ids = deliveries.map(() => newId());
    const bodies = deliveries.map(({ body }) => body);
    const lengths = bodies.map(({ length }) => length);
    const appIds = deliveries.map(({ appId }) => appId);
    await preparedRows(this.dataSource, STORE, [Buffer.concat(bodies), ids, startsOf(lengths), lengths, appIds]);
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
    const rows = await preparedRows<Pick<QueuedDelivery, 'bytes'> & { id: string }>(tx, which, [limit]);
    let bytes = 0;
    // The rest stays for the next round. One that is too large by itself goes alone.
    const fitting = rows.filter((row, index) => (bytes += row.bytes) <= BYTES_AT_ONCE || index === 0);
    return fitting.map(({ id }) => id);
  }

  /** Without those that were removed, as erasing a person does, at the moment they were queued again. */
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
    return ids.flatMap((id) => {
      const delivery = this.atHand.get(id) ?? stored.get(id);
      return delivery ? [{ id, ...delivery }] : [];
    });
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

export async function rewriteDelivery(tx: EntityManager, id: string, envelope: unknown): Promise<void> {
  if (envelope === undefined) await tx.query('DELETE FROM webhook_deliveries WHERE id = $1', [id]);
  else
    await tx.query('UPDATE webhook_deliveries SET body = $2 WHERE id = $1', [
      id,
      Buffer.from(JSON.stringify(envelope)),
    ]);
}

/** Counted from 1: where each of several values that stand one after the other begins. */
function startsOf(lengths: number[]): number[] {
  let end = 1;
  return lengths.map((length) => (end += length) - length);
}

/** $1: all bodies in one value, because an array of them would travel in hexadecimal; $3, $4: where each begins, its length. */
const STORE: Statement = {
  name: 'store-deliveries',
  text: `
WITH taken AS (
  SELECT * FROM unnest($2::uuid[], $3::int[], $4::int[], $5::uuid[]) AS d (id, start, length, app_id)),
queued AS (
  INSERT INTO webhook_queue (delivery_id, bytes) SELECT id, length FROM taken)
INSERT INTO webhook_deliveries (id, body, app_id) SELECT id, substring($1::bytea FROM start FOR length), app_id FROM taken`,
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
  return `SELECT delivery_id AS id, bytes FROM webhook_queue WHERE next_attempt_at <= now() AND ${which}
          ORDER BY delivery_id LIMIT $1 FOR UPDATE SKIP LOCKED`;
}
