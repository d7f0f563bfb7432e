import { canMove, type DeliveryStatus, type ReportedStatus } from './delivery-status.ts';
import type { MessageError } from './entities/whatsapp-message.entity.ts';

/** The part of a message that its delivery changes. */
export interface DeliveryProgress {
  status: DeliveryStatus;
  createdAt: Date;
  sentAt: Date | null;
  deliveredAt: Date | null;
  readAt: Date | null;
  failedAt: Date | null;
  error: MessageError | null;
}

/** One status as Meta reports it. */
export interface DeliveryReport {
  status: ReportedStatus;
  occurredAt: Date;
  /** FAILED only. */
  error: MessageError | null;
}

/**
 * The message after one report. Any order and any repetition of the same reports gives the same result: statuses only
 * move forward, times are the earliest that were reported, a later step proves the earlier ones (Meta may leave out
 * `delivered`), and FAILED stands only while nothing proves a delivery.
 */
export function advance(message: DeliveryProgress, report: DeliveryReport): DeliveryProgress {
  // Meta's clock ticks in whole seconds: without this a message could be sent before it was accepted.
  const at = report.occurredAt < message.createdAt ? message.createdAt : report.occurredAt;
  const status = canMove(message.status, report.status) ? report.status : message.status;
  const failed = report.status === 'FAILED';
  const delivered = report.status === 'DELIVERED' || report.status === 'READ';
  const progress = {
    ...message,
    status,
    sentAt: failed ? message.sentAt : earliest(message.sentAt, at),
    deliveredAt: delivered ? earliest(message.deliveredAt, at) : message.deliveredAt,
    readAt: report.status === 'READ' ? earliest(message.readAt, at) : message.readAt,
  };
  if (status !== 'FAILED') return { ...progress, failedAt: null, error: null };
  if (!failed || (message.failedAt && message.failedAt <= at)) return progress;
  return { ...progress, failedAt: at, error: report.error };
}

function earliest(one: Date | null, other: Date | null): Date | null {
  if (!one || !other) return one ?? other;
  return one <= other ? one : other;
}
