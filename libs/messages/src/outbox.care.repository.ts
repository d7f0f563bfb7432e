import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { queryRows } from '#common';

import type { PendingReason } from './delivery-status.ts';
import type { MessageError } from './entities/whatsapp-message.entity.ts';

/** Messages healed by one statement; what is left is for the next. */
const AT_ONCE = 5_000;

/** What keeps the outbox in order behind the senders' backs: dead processes, messages that are too late, lost answers. */
@Injectable()
export class OutboxCareRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Heals what a dead process left: it may have been sent, so it becomes `unconfirmed` (with `error`, which says what to
   * do) and is never queued again by that fact.
   */
  async sweepLeases(error: MessageError): Promise<number> {
    const rows = await queryRows(
      this.dataSource,
      `WITH swept AS (
         UPDATE whatsapp_messages m
         SET lease_token = NULL, lease_expires_at = NULL, updated_at = now(), pending_reason = 'unconfirmed',
             error = $1, error_code = $2, error_message = $3
         WHERE lease_token IS NOT NULL AND lease_expires_at <= now() AND status = 'PENDING'
         RETURNING m.id, m.attempts, m.attempted_at)
       INSERT INTO message_events (message_id, type, source, occurred_at, details)
       SELECT id, 'unconfirmed', 'dispatcher', clock_timestamp(),
              jsonb_build_object('attempt', attempts, 'started_at', attempted_at,
                'reason', 'the sending process went away')
       FROM swept RETURNING message_id`,
      [JSON.stringify(error), error.code, error.details ?? error.title],
    );
    return rows.length;
  }

  /** How many messages wait, and for what. */
  async countPending(): Promise<Map<PendingReason, number>> {
    const rows = await queryRows<{ reason: PendingReason; count: number }>(
      this.dataSource,
      `SELECT pending_reason AS reason, count(*)::int AS count FROM whatsapp_messages
       WHERE pending_reason IS NOT NULL GROUP BY pending_reason`,
    );
    return new Map(rows.map(({ reason, count }) => [reason, count]));
  }

  /** What could not be sent by its `expires_at` fails, so that an outage never flushes stale orders. */
  async expireOverdue(error: MessageError): Promise<number> {
    const rows = await queryRows(
      this.dataSource,
      `WITH overdue AS (
         SELECT id FROM whatsapp_messages
         WHERE pending_reason IS NOT NULL AND expires_at <= now() AND lease_token IS NULL
           AND pending_reason <> 'unconfirmed'
         ORDER BY id LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED),
       expired AS (
         UPDATE whatsapp_messages m
         SET status = 'FAILED', pending_reason = NULL, next_attempt_at = NULL, waits_for = NULL, failed_at = now(),
             updated_at = now(), error = $1, error_code = $2, error_message = $3
         FROM overdue WHERE m.id = overdue.id
         RETURNING m.id)
       INSERT INTO message_events (message_id, type, source, occurred_at)
       SELECT id, 'expired', 'dispatcher', clock_timestamp() FROM expired RETURNING message_id`,
      [JSON.stringify(error), error.code, error.details ?? error.title],
    );
    return rows.length;
  }

  /** Forgets templates that can no longer be needed instead of a message: Meta reports on one within days. */
  async removeOldFallbacks(): Promise<void> {
    await this.dataSource.query(`DELETE FROM message_fallbacks WHERE created_at < now() - interval '30 days'`);
  }

  /**
   * Notes which unconfirmed messages have a witness: an attempt made later from the same number whose status came. It
   * counts only for attempts since which every process that takes Meta's deliveries listened without interruption: a status
   * that found nobody listening comes again when Meta pleases, long after those of later messages.
   */
  async noteWitnesses(): Promise<void> {
    await this.dataSource.query(
      `UPDATE whatsapp_messages m SET witnessed_at = now()
       FROM webhook_witnesses w
       WHERE m.pending_reason = 'unconfirmed' AND m.witnessed_at IS NULL
         AND w.phone_number_id = m.phone_number_id AND w.attempted_at > m.attempted_at
         AND m.attempted_at > ${UNINTERRUPTED_SINCE}`,
    );
  }

  /**
   * Queues unconfirmed messages again whose grace is over since the attempt; where `witnessed`, also since the witness, and
   * only while nothing that came in waits to be applied.
   */
  async requeueUnconfirmed(graceMs: number, witnessed: boolean): Promise<number> {
    const rows = await queryRows(
      this.dataSource,
      `WITH requeued AS (
         UPDATE whatsapp_messages m
         SET pending_reason = 'retrying', next_attempt_at = now(), witnessed_at = NULL, updated_at = now()
         WHERE m.pending_reason = 'unconfirmed' AND m.expires_at > now()
           AND m.attempted_at < now() - $1 * interval '1 millisecond'
           AND (NOT $2 OR m.witnessed_at < now() - $1 * interval '1 millisecond'
                AND m.attempted_at > ${UNINTERRUPTED_SINCE})
           AND NOT EXISTS (SELECT FROM webhook_queue)
         RETURNING m.id, m.attempts)
       INSERT INTO message_events (message_id, type, source, occurred_at, details)
       SELECT id, 'resent', 'dispatcher', clock_timestamp(),
              jsonb_build_object('after_attempt', attempts, 'note', 'no status came for the last attempt; a duplicate is possible')
       FROM requeued RETURNING message_id`,
      [graceMs, witnessed],
    );
    return rows.length;
  }
}

/** A listener that was not seen for this long is taken for gone, and its deliveries for lost until then. */
const GONE_AFTER = `interval '10 seconds'`;

/** The last moment at which a process that takes deliveries began to, or went away. Null, and so never, without any. */
const UNINTERRUPTED_SINCE = `(
  SELECT max(CASE WHEN seen_at < now() - ${GONE_AFTER} THEN seen_at + ${GONE_AFTER} ELSE listening_since END)
  FROM webhook_listeners)`;
