import { isDeepStrictEqual } from 'node:util';

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

    const { status, sentAt, deliveredAt, readAt, failedAt, ...reported } = advance(message, event);
    const error = jsonSafe(reported.error);
    const changes: Partial<WhatsAppMessage> = {
      status,
      sentAt,
      deliveredAt,
      readAt,
      failedAt,
      error,
      errorCode: error?.code ?? null,
      errorMessage: error ? (error.details ?? error.title) : null,
      // Until the attempt that follows has its own, the wamid of an old one is how later statuses find the message.
      whatsappMessageId: isCurrentAttempt
        ? event.whatsappMessageId
        : (message.whatsappMessageId ?? event.whatsappMessageId),
      ...(status !== 'PENDING' && { pendingReason: null, nextAttemptAt: null, leaseToken: null, leaseExpiresAt: null }),
    };
    if (!isPartOf(message, changes)) await tx.update(WhatsAppMessage, message.id, changes as object);
    return true;
  }

  private async lockMessage(
    tx: EntityManager,
    event: StatusEvent,
  ): Promise<{ message: WhatsAppMessage; isCurrentAttempt: boolean } | undefined> {
    const { attemptId, whatsappMessageId, phoneNumberId } = event;
    const byAttempt = await this.findByAttempt(tx, attemptId);
    const id = byAttempt ?? (await this.findByWamid(tx, whatsappMessageId, phoneNumberId));
    if (!id) return undefined;

    const message = await tx.findOne(WhatsAppMessage, {
      where: { id, phoneNumberId, direction: 'outbound' },
      lock: { mode: 'pessimistic_write' },
    });
    if (!message) return undefined;
    return { message, isCurrentAttempt: !byAttempt || message.currentAttemptId === attemptId };
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

/** A redelivery leaves the row as it is, `updated_at` too. */
function isPartOf<T extends object>(whole: T, part: Partial<T>): boolean {
  return Object.entries(part).every(([key, value]) => isDeepStrictEqual(whole[key as keyof T], value));
}
