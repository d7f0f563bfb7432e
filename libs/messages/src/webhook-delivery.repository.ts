import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource, type EntityManager } from 'typeorm';

import { GroupCommit, newId, plainArray, preparedRows, queryRows, type Statement } from '#common';

import type { SetAsideItem, SetAsideReason } from './entities/set-aside-item.entity.ts';
import type { QueuedDeliveries, WebhookDelivery } from './entities/webhook-delivery.entity.ts';

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

/** A row of the queue that a round holds: its id, and what it stands for. */
type DueGroup = Pick<QueuedDeliveries, 'id' | 'bytes'> & { deliveries: number };

/** Applied in one transaction: rows of the queue, their deliveries, and bytes of the bodies. */
const GROUPS_AT_ONCE = 200;
const AT_ONCE = 1_000;
const BYTES_AT_ONCE = 2 * 1024 * 1024;
/** In bytes: about what a delivery takes of memory while it waits. What is stored together has to fit into one round. */
const INTAKE = {
  largest: BYTES_AT_ONCE,
  mostWaiting: 64 * 1024 * 1024,
  gapMs: 25,
  sizeOf: ({ body }: NewDelivery) => body.length + 16_384,
};
/** Deliveries kept at hand until they are applied, so that they need not be fetched and parsed again: bytes of their bodies. */
const AT_HAND = 8 * 1024 * 1024;

@Injectable()
export class WebhookDeliveryRepository {
  private readonly intake = new GroupCommit((deliveries: NewDelivery[]) => this.storeAll(deliveries), INTAKE);

  /** By the id of their row in the queue. */
  private readonly atHand = new LRUCache<string, StoredDelivery[]>({
    maxSize: AT_HAND,
    sizeCalculation: (deliveries) => deliveries.reduce((size, { body }) => size + body.length, 1),
  });

  constructor(private readonly dataSource: DataSource) {}

  /** Commits the raw bytes of one delivery, together with others that arrive now; only then may it be answered 200. */
  store(delivery: NewDelivery): Promise<string> {
    return this.intake.add(delivery);
  }

  /**
   * Hands the oldest deliveries to `apply`, in one transaction with everything `apply` changes; false when none is due.
   * Other processes pass over them meanwhile. A crash leaves them due; those of a round that failed are left to
   * `applyFailed`.
   */
  async applyNext(apply: Apply): Promise<boolean> {
    return this.applyDue(LOCK_FRESH, GROUPS_AT_ONCE, apply);
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
    const stored = deliveries.map(({ body, appId, envelope }) => ({ id: newId(), body, appId, envelope }));
    const ids = stored.map(({ id }) => id);
    const lengths = stored.map(({ body }) => body.length);
    await preparedRows(this.dataSource, STORE, [
      Buffer.concat(stored.map(({ body }) => body)),
      plainArray(ids),
      plainArray(startsOf(lengths)),
      plainArray(lengths),
      plainArray(stored.map(({ appId }) => appId)),
    ]);
    this.atHand.set(ids[0]!, stored);
    return ids;
  }

  private async applyDue(which: Statement, limit: number, apply: Apply): Promise<boolean> {
    let due: DueGroup[] = [];
    try {
      return await this.dataSource.transaction(async (tx) => {
        due = await this.lockDue(tx, which, limit);
        if (due.length === 0) return false;
        await apply(tx, await this.read(tx, due));
        await preparedRows(tx, DONE, [due.map(({ id }) => id)]);
        return true;
      });
    } catch (cause) {
      await this.postpone(due, cause);
      throw cause;
    } finally {
      for (const { id } of due) this.atHand.delete(id);
    }
  }

  private async lockDue(tx: EntityManager, which: Statement, limit: number): Promise<DueGroup[]> {
    const rows = await preparedRows<DueGroup>(tx, which, [limit]);
    let [deliveries, bytes] = [0, 0];
    // The rest stays for the next round. One that is too large by itself goes alone.
    return rows.filter((row, index) => {
      deliveries += row.deliveries;
      bytes += row.bytes;
      return index === 0 || (deliveries <= AT_ONCE && bytes <= BYTES_AT_ONCE);
    });
  }

  /** Without those that were removed, as erasing a person does, at the moment they were queued again. */
  private async read(tx: EntityManager, due: DueGroup[]): Promise<StoredDelivery[]> {
    // A row may stand for fewer than at first: what failed together is tried again one by one.
    const missing = due.filter((group) => this.atHand.peek(group.id)?.length !== group.deliveries).map(({ id }) => id);
    const fetched = new Map(missing.map((id) => [id, [] as StoredDelivery[]]));
    if (missing.length > 0) {
      const rows = await preparedRows<StoredDelivery & { groupId: string }>(tx, READ, [missing]);
      for (const { groupId, ...delivery } of rows) fetched.get(groupId)!.push(delivery);
    }
    return due.flatMap(({ id }) => fetched.get(id) ?? this.atHand.peek(id) ?? []);
  }

  private async postpone(due: DueGroup[], cause: unknown): Promise<void> {
    if (due.length === 0) return;
    await preparedRows(this.dataSource, POSTPONE, [
      due.map(({ id }) => id),
      cause instanceof Error ? cause.message : String(cause),
    ]);
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
  INSERT INTO webhook_queue (id, delivery_ids, bytes) VALUES (($2::uuid[])[1], $2, length($1::bytea)))
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
/** $1: ids of rows of the queue. */
const READ: Statement = {
  name: 'read-deliveries',
  text: `
SELECT q.id AS "groupId", d.id, d.body, d.app_id AS "appId"
FROM webhook_queue q CROSS JOIN unnest(q.delivery_ids) WITH ORDINALITY AS one (id, place)
JOIN webhook_deliveries d ON d.id = one.id
WHERE q.id = ANY ($1::uuid[]) ORDER BY q.id, one.place`,
};
const DONE: Statement = {
  name: 'deliveries-done',
  text: 'DELETE FROM webhook_queue WHERE id = ANY ($1::uuid[])',
};
/** $1: ids of rows of the queue; $2: the fault. One by one from now on, so that one cannot hold up the others. */
const POSTPONE: Statement = {
  name: 'postpone-deliveries',
  text: `
WITH failed AS (DELETE FROM webhook_queue WHERE id = ANY ($1::uuid[]) RETURNING delivery_ids, attempts)
INSERT INTO webhook_queue (id, delivery_ids, bytes, attempts, next_attempt_at, last_error)
SELECT one, ARRAY[one], coalesce(octet_length(d.body), 0), f.attempts + 1,
       now() + (power(2, least(f.attempts, 8)) - 1) * interval '1 second', $2
FROM failed f CROSS JOIN unnest(f.delivery_ids) AS one LEFT JOIN webhook_deliveries d ON d.id = one
ON CONFLICT DO NOTHING`,
};

function lockDue(which: string): string {
  return `SELECT id, cardinality(delivery_ids) AS deliveries, bytes FROM webhook_queue
          WHERE next_attempt_at <= now() AND ${which} ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED`;
}
