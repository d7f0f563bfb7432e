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
  const deliveredAt = follow(sentAt, message.deliveredAt, delivered ? at : null);
  const readAt = follow(deliveredAt, message.readAt, report.status === 'READ' ? at : null);
  const { failedAt, error } = failureOf(message, status, failed ? { at, error: report.error } : undefined);
  // Written out: this runs for each status, and spreading the message costs more than all the rest of it.
  return { status, createdAt: message.createdAt, sentAt, deliveredAt, readAt, failedAt, error };
}

function failureOf(
  known: Pick<DeliveryProgress, 'failedAt' | 'error'>,
  status: DeliveryStatus,
  told: { at: Date; error: MessageError | null } | undefined,
): Pick<DeliveryProgress, 'failedAt' | 'error'> {
  if (status !== 'FAILED') return NO_FAILURE;
  if (!told || (known.failedAt && known.failedAt <= told.at)) return known;
  return { failedAt: told.at, error: told.error };
}

const NO_FAILURE = { failedAt: null, error: null };

/** Meta's clock ticks in whole seconds: within one, the time we know already is the better one. */
function earliest(known: Date | null, reported: Date): Date {
  if (!known) return reported;
  return reported < wholeSecond(known) ? reported : known;
}

/**
 * The time of a step, never before the one it follows. What it was lifted by is taken off again first: the step before may
 * turn out to be earlier.
 */
function follow(before: Date | null, known: Date | null, reported: Date | null): Date | null {
  const own = known && wholeSecond(known);
  const at = own && reported ? earliest(own, reported) : (own ?? reported);
  return at && notBefore(before, at);
}

function wholeSecond(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1_000) * 1_000);
}

/** For the same reason a step may seem to come before the one it follows. */
function notBefore(step: Date | null, at: Date): Date {
  return step && at < step ? step : at;
}
