import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { GroupCommit, newId, queryRows } from '#common';

import { SetAsideItem, type SetAsideReason } from './entities/set-aside-item.entity.ts';
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

type StoredDelivery = Pick<WebhookDelivery, 'id' | 'body'>;
type Apply = (tx: EntityManager, deliveries: StoredDelivery[]) => Promise<void>;

/** Deliveries applied in one transaction. */
const AT_ONCE = 200;
const INTAKE = { largest: 200, mostWaiting: 4_000, gapMs: 4 };

@Injectable()
export class WebhookDeliveryRepository {
  private readonly intake = new GroupCommit((bodies: Buffer[]) => this.storeAll(bodies), INTAKE);

  constructor(private readonly dataSource: DataSource) {}

  /** Commits the raw bytes of one delivery, together with others that arrive now; only then may it be answered 200. */
  async store(body: Buffer): Promise<string> {
    return this.intake.add(body);
  }

  /**
   * Hands the oldest deliveries to `apply`, in one transaction with everything `apply` changes; false when none is due.
   * Other processes pass over them meanwhile. A crash leaves them due; those of a round that failed are tried again one by
   * one, so that one cannot hold up the others.
   */
  async applyNext(apply: Apply): Promise<boolean> {
    const fresh = await this.applyDue('attempts = 0', AT_ONCE, apply);
    const failed = await this.applyDue('attempts > 0', 1, apply);
    return fresh || failed;
  }

  async setAside(tx: EntityManager, item: SetAside): Promise<void> {
    await tx
      .createQueryBuilder()
      .insert()
      .into(SetAsideItem)
      .values({ id: newId(), ...item })
      .orIgnore()
      .execute();
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

  async resolve(tx: EntityManager, ids: string[]): Promise<void> {
    await tx.query('UPDATE webhook_set_aside_items SET resolved_at = now() WHERE id = ANY ($1)', [ids]);
  }

  private async storeAll(bodies: Buffer[]): Promise<string[]> {
    const ids = bodies.map(() => newId());
    await this.dataSource.query(
      `WITH stored AS (
         INSERT INTO webhook_deliveries (id, body) SELECT * FROM unnest($1::uuid[], $2::bytea[]) RETURNING id)
       INSERT INTO webhook_queue (delivery_id) SELECT id FROM stored`,
      [ids, bodies],
    );
    return ids;
  }

  private async applyDue(which: string, limit: number, apply: Apply): Promise<boolean> {
    let due: StoredDelivery[] = [];
    try {
      return await this.dataSource.transaction(async (tx) => {
        due = await queryRows<StoredDelivery>(
          tx,
          `SELECT d.id, d.body FROM webhook_queue q JOIN webhook_deliveries d ON d.id = q.delivery_id
           WHERE q.next_attempt_at <= now() AND q.${which}
           ORDER BY q.delivery_id LIMIT $1 FOR UPDATE OF q SKIP LOCKED`,
          [limit],
        );
        if (due.length === 0) return false;
        await apply(tx, due);
        await tx.query('DELETE FROM webhook_queue WHERE delivery_id = ANY ($1)', [due.map(({ id }) => id)]);
        return true;
      });
    } catch (cause) {
      await this.postpone(due, cause);
      throw cause;
    }
  }

  private async postpone(deliveries: StoredDelivery[], cause: unknown): Promise<void> {
    if (deliveries.length === 0) return;
    await this.dataSource.query(
      `UPDATE webhook_queue
       SET attempts = attempts + 1, last_error = $2,
           next_attempt_at = now() + (power(2, least(attempts, 8)) - 1) * interval '1 second'
       WHERE delivery_id = ANY ($1)`,
      [deliveries.map(({ id }) => id), cause instanceof Error ? cause.message : String(cause)],
    );
  }
}
