import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { isUuid, jsonSafe } from '#common';

import { advance, type DeliveryReport } from './delivery-progress.ts';
import { MessageAttempt } from './entities/message-attempt.entity.ts';
import { WhatsAppMessage } from './entities/whatsapp-message.entity.ts';

/** One status of one message, as Meta reports it. */
export interface StatusEvent extends DeliveryReport {
  whatsappMessageId: string;
  phoneNumberId: string;
  /** Our attempt id, echoed in `biz_opaque_callback_data`. */
  attemptId: string | null;
  /** Pricing, conversation, errors…: kept on the timeline. */
  details: Record<string, unknown>;
}

@Injectable()
export class DeliveryStatusService {
  /**
   * Applies one status to its message and timeline, inside the caller's transaction; false when the message is unknown.
   * It is found by the attempt id first, because the attempt is older than the send: a status that overtakes the send's
   * own answer is no race. A repetition changes nothing.
   */
  async apply(tx: EntityManager, event: StatusEvent): Promise<boolean> {
    const found = await this.lockMessage(tx, event);
    if (!found) return false;
    const { message, isCurrentAttempt } = found;

    await this.addToTimeline(tx, message.id, event);
    // An old attempt's failure says nothing about the attempt that followed it; proof of its delivery does.
    if (event.status === 'FAILED' && !isCurrentAttempt) return true;

    const next = advance(message, event);
    await tx.update(WhatsAppMessage, message.id, {
      status: next.status,
      sentAt: next.sentAt,
      deliveredAt: next.deliveredAt,
      readAt: next.readAt,
      failedAt: next.failedAt,
      error: next.error,
      errorCode: next.error?.code ?? null,
      errorMessage: next.error ? (next.error.details ?? next.error.title) : null,
      whatsappMessageId: isCurrentAttempt ? event.whatsappMessageId : message.whatsappMessageId,
      ...(next.status !== 'PENDING' && {
        pendingReason: null,
        nextAttemptAt: null,
        leaseToken: null,
        leaseExpiresAt: null,
      }),
    });
    return true;
  }

  private async lockMessage(
    tx: EntityManager,
    event: StatusEvent,
  ): Promise<{ message: WhatsAppMessage; isCurrentAttempt: boolean } | undefined> {
    const { attemptId, whatsappMessageId, phoneNumberId } = event;
    const id =
      (await this.findByAttempt(tx, attemptId)) ?? (await this.findByWamid(tx, whatsappMessageId, phoneNumberId));
    if (!id) return undefined;

    const message = await tx.findOne(WhatsAppMessage, {
      where: { id, phoneNumberId, direction: 'outbound' },
      lock: { mode: 'pessimistic_write' },
    });
    if (!message) return undefined;
    const isCurrentAttempt = message.currentAttemptId === attemptId || message.whatsappMessageId === whatsappMessageId;
    return { message, isCurrentAttempt };
  }

  private async findByAttempt(tx: EntityManager, attemptId: string | null): Promise<string | undefined> {
    // Other tools on the same number put words of their own into the opaque field.
    if (!isUuid(attemptId)) return undefined;
    const attempt = await tx.findOneBy(MessageAttempt, { id: attemptId });
    return attempt?.messageId;
  }

  private async findByWamid(tx: EntityManager, wamid: string, phoneNumberId: string): Promise<string | undefined> {
    const message = await tx.findOne(WhatsAppMessage, {
      select: { id: true },
      where: { whatsappMessageId: wamid, phoneNumberId },
    });
    return message?.id;
  }

  private async addToTimeline(tx: EntityManager, messageId: string, event: StatusEvent): Promise<void> {
    await tx.query(
      `INSERT INTO message_events (message_id, type, source, occurred_at, details)
       VALUES ($1, $2, 'webhook', $3, $4) ON CONFLICT DO NOTHING`,
      [messageId, event.status.toLowerCase(), event.occurredAt, JSON.stringify(jsonSafe(event.details))],
    );
  }
}
