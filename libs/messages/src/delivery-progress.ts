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
  const at = notBefore(message.createdAt, report.occurredAt);
  const status = canMove(message.status, report.status) ? report.status : message.status;
  const failed = report.status === 'FAILED';
  const delivered = report.status === 'DELIVERED' || report.status === 'READ';
  const sentAt = failed ? message.sentAt : earliest(message.sentAt, at);
  const deliveredAt = delivered ? notBefore(sentAt, earliest(message.deliveredAt, at)) : message.deliveredAt;
  const readAt = report.status === 'READ' ? notBefore(deliveredAt, earliest(message.readAt, at)) : message.readAt;
  const progress = { ...message, status, sentAt, deliveredAt, readAt };
  if (status !== 'FAILED') return { ...progress, failedAt: null, error: null };
  if (!failed || (message.failedAt && message.failedAt <= at)) return progress;
  return { ...progress, failedAt: at, error: report.error };
}

/** Meta's clock ticks in whole seconds: within one, the time we know already is the better one. */
function earliest(known: Date | null, reported: Date): Date {
  if (!known) return reported;
  return reported.getTime() < Math.floor(known.getTime() / 1_000) * 1_000 ? reported : known;
}

/** For the same reason a step may seem to come before the one it follows. */
function notBefore(step: Date | null, at: Date): Date {
  return step && at < step ? step : at;
}
