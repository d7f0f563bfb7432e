import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { newId, queryRows } from '#common';

import { SetAsideItem, type SetAsideReason } from './entities/set-aside-item.entity.ts';
import { WebhookDelivery } from './entities/webhook-delivery.entity.ts';

export interface SetAside {
  deliveryId: string;
  itemIndex: number;
  reason: SetAsideReason;
  detail: string;
  whatsappMessageId: string | null;
  /** JSON text. */
  item: string;
}

@Injectable()
export class WebhookDeliveryRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Commits the raw bytes of one delivery; only then may it be answered 200. */
  async store(body: Buffer): Promise<string> {
    const id = newId();
    await this.dataSource.query('INSERT INTO webhook_deliveries (id, body) VALUES ($1, $2)', [id, body]);
    return id;
  }

  /**
   * Hands the oldest delivery that is due to `apply`, in one transaction with everything `apply` changes; false when
   * none is due. Other processes pass over a delivery that is being applied. A crash or an error leaves it due.
   */
  async applyNext(apply: (tx: EntityManager, delivery: WebhookDelivery) => Promise<void>): Promise<boolean> {
    let id: string | undefined;
    try {
      return await this.dataSource.transaction(async (tx) => {
        const [due] = await queryRows<{ id: string }>(
          tx,
          `SELECT id FROM webhook_deliveries WHERE applied_at IS NULL AND next_attempt_at <= now()
           ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`,
        );
        if (!due) return false;
        id = due.id;
        await apply(tx, await tx.findOneByOrFail(WebhookDelivery, { id }));
        await tx.query('UPDATE webhook_deliveries SET applied_at = now(), attempts = attempts + 1 WHERE id = $1', [id]);
        return true;
      });
    } catch (cause) {
      if (id) await this.postpone(id, cause);
      throw cause;
    }
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

  async resolve(tx: EntityManager, id: string): Promise<void> {
    await tx.query('UPDATE webhook_set_aside_items SET resolved_at = now() WHERE id = $1', [id]);
  }

  private async postpone(id: string, cause: unknown): Promise<void> {
    await this.dataSource.query(
      `UPDATE webhook_deliveries
       SET attempts = attempts + 1, last_error = $2,
           next_attempt_at = now() + power(2, least(attempts, 8)) * interval '1 second'
       WHERE id = $1 AND applied_at IS NULL`,
      [id, cause instanceof Error ? cause.message : String(cause)],
    );
  }
}
