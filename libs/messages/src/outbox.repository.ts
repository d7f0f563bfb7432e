import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { jsonSafe, newId, queryRows } from '#common';

import type { PendingReason } from './delivery-status.ts';
import type { AttemptOutcome } from './entities/message-attempt.entity.ts';
import type { MessageError, WhatsAppMessage } from './entities/whatsapp-message.entity.ts';

/** A claimed message, as much of it as sending needs. */
export type OutboxMessage = Pick<
  WhatsAppMessage,
  'id' | 'tenantId' | 'phoneNumberId' | 'recipientPhone' | 'recipientUserId' | 'content' | 'attempts'
>;

/** What became of one attempt, and so of its message. */
export interface AttemptResult {
  messageId: string;
  attemptId: string;
  outcome: AttemptOutcome;
  status: 'SENT' | 'FAILED' | 'PENDING';
  /** PENDING only. */
  pendingReason: PendingReason | null;
  /** PENDING only: the pause before the next attempt; null when none follows by itself. */
  retryInMs: number | null;
  whatsappMessageId: string | null;
  waId: string | null;
  error: MessageError | null;
  /** Meta's answer, as it came. */
  response: unknown;
}

/**
 * The queue side of `whatsapp_messages`. Every change is one guarded statement over many rows: a worker that comes late
 * (its lease ran out, its attempt is no longer the current one) changes nothing. All times are the database's.
 */
@Injectable()
export class OutboxRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Takes due messages of one sending number for `leaseMs`. Messages to one contact are taken one at a time: by
   * priority, and within it in the order they were accepted.
   */
  async claimDue(phoneNumberId: string, limit: number, leaseToken: string, leaseMs: number): Promise<OutboxMessage[]> {
    // What the admin must settle (unconfirmed) or Meta stopped (held) does not block the contact's later messages.
    const rows = await queryRows<OutboxRow>(
      this.dataSource,
      `WITH due AS (
         SELECT m.id FROM whatsapp_messages m
         WHERE m.phone_number_id = $1 AND m.status = 'PENDING' AND m.lease_token IS NULL
           AND m.pending_reason <> 'unconfirmed' AND m.next_attempt_at <= now() AND m.expires_at > now()
           AND NOT EXISTS (
             SELECT FROM whatsapp_messages e
             WHERE e.phone_number_id = m.phone_number_id AND e.contact_key = m.contact_key AND e.status = 'PENDING'
               AND e.id <> m.id
               AND (e.lease_token IS NOT NULL
                    OR ((e.priority, e.id) < (m.priority, m.id) AND e.pending_reason NOT IN ('unconfirmed', 'held')
                        AND e.expires_at > now() AND (e.send_at IS NULL OR e.send_at <= now()))))
         ORDER BY m.priority, m.next_attempt_at
         LIMIT $2
         FOR UPDATE SKIP LOCKED)
       UPDATE whatsapp_messages m
       SET lease_token = $3, lease_expires_at = now() + $4 * interval '1 millisecond'
       FROM due WHERE m.id = due.id
       RETURNING m.id, m.tenant_id, m.phone_number_id, m.recipient_phone, m.recipient_user_id, m.content, m.attempts`,
      [phoneNumberId, limit, leaseToken, leaseMs],
    );
    return rows.map(toOutboxMessage);
  }

  /**
   * Commits an attempt for each claimed message, before its first byte can leave. Answers message id → attempt id for
   * those that may be sent now; a message that is missing was lost to another worker, cancelled or expired.
   */
  async fence(messageIds: string[], leaseToken: string): Promise<Map<string, string>> {
    const attemptIds = messageIds.map(() => newId());
    const rows = await queryRows<{ id: string; current_attempt_id: string }>(
      this.dataSource,
      `WITH fenced AS (
         UPDATE whatsapp_messages m
         SET current_attempt_id = t.attempt_id, attempts = m.attempts + 1, pending_reason = 'sending', updated_at = now()
         FROM unnest($1::uuid[], $2::uuid[]) AS t (message_id, attempt_id)
         WHERE m.id = t.message_id AND m.status = 'PENDING' AND m.lease_token = $3
           AND m.lease_expires_at > now() AND m.expires_at > now()
         RETURNING m.id, m.current_attempt_id, m.attempts),
       attempt AS (
         INSERT INTO message_attempts (id, message_id, attempt_number)
         SELECT current_attempt_id, id, attempts FROM fenced),
       event AS (
         INSERT INTO message_events (message_id, type, source, occurred_at, details)
         SELECT id, 'sending', 'dispatcher', clock_timestamp(), jsonb_build_object('attempt', attempts) FROM fenced)
       SELECT id, current_attempt_id FROM fenced`,
      [messageIds, attemptIds, leaseToken],
    );
    return new Map(rows.map(({ id, current_attempt_id }) => [id, current_attempt_id]));
  }

  /**
   * Records what became of attempts. SENT is also taken when a status webhook was faster, and then only adds what it
   * does not know. A result of an attempt that is no longer the current one is kept on the attempt and moves nothing.
   */
  async recordResults(results: AttemptResult[]): Promise<void> {
    await queryRows(
      this.dataSource,
      `WITH result AS (
         SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (
           message_id uuid, attempt_id uuid, outcome text, status whatsapp_message_status, pending_reason text,
           retry_in_ms float, whatsapp_message_id text, wa_id text, error jsonb, response jsonb)),
       attempt AS (
         UPDATE message_attempts a
         SET outcome = r.outcome, finished_at = clock_timestamp(), whatsapp_message_id = r.whatsapp_message_id,
             error_code = r.error ->> 'code', error_message = coalesce(r.error ->> 'details', r.error ->> 'title')
         FROM result r WHERE a.id = r.attempt_id),
       moved AS (
         UPDATE whatsapp_messages m
         SET status = CASE WHEN m.status IN ('PENDING', 'CANCELLED') THEN r.status ELSE m.status END,
             pending_reason = CASE WHEN m.status = 'PENDING' THEN r.pending_reason END,
             next_attempt_at = now() + r.retry_in_ms * interval '1 millisecond',
             lease_token = NULL, lease_expires_at = NULL,
             whatsapp_message_id = coalesce(r.whatsapp_message_id, m.whatsapp_message_id),
             wa_id = coalesce(r.wa_id, m.wa_id),
             error = CASE WHEN m.status IN ('PENDING', 'CANCELLED') THEN r.error ELSE m.error END,
             error_code = CASE WHEN m.status IN ('PENDING', 'CANCELLED') THEN r.error ->> 'code' ELSE m.error_code END,
             error_message = CASE WHEN m.status IN ('PENDING', 'CANCELLED')
               THEN coalesce(r.error ->> 'details', r.error ->> 'title') ELSE m.error_message END,
             provider_response = coalesce(r.response, m.provider_response),
             sent_at = CASE WHEN r.status = 'SENT' THEN least(m.sent_at, clock_timestamp()) ELSE m.sent_at END,
             failed_at = CASE WHEN m.status = 'PENDING' AND r.status = 'FAILED' THEN clock_timestamp() ELSE m.failed_at END,
             updated_at = now()
         FROM result r
         WHERE m.id = r.message_id AND m.current_attempt_id = r.attempt_id
           AND (m.status = 'PENDING' OR (r.status = 'SENT' AND m.direction = 'outbound'))
         RETURNING m.id, m.attempts, r.status, r.pending_reason, r.error, r.whatsapp_message_id, m.next_attempt_at)
       INSERT INTO message_events (message_id, type, source, occurred_at, details)
       SELECT id, coalesce(pending_reason, lower(status::text)), 'dispatcher', clock_timestamp(),
              jsonb_strip_nulls(jsonb_build_object('attempt', attempts, 'whatsapp_message_id', whatsapp_message_id,
                'error', error, 'next_attempt_at', next_attempt_at))
       FROM moved`,
      [JSON.stringify(jsonSafe(results.map(toResultRow)))],
    );
  }

  /** Keeps messages that are on the wire for another `leaseMs`. */
  async heartbeat(messageIds: string[], leaseToken: string, leaseMs: number): Promise<void> {
    if (messageIds.length === 0) return;
    await queryRows(
      this.dataSource,
      `UPDATE whatsapp_messages SET lease_expires_at = now() + $3 * interval '1 millisecond'
       WHERE id = ANY ($1) AND lease_token = $2`,
      [messageIds, leaseToken, leaseMs],
    );
  }

  /** Gives claimed messages back that no attempt was committed for. */
  async release(leaseToken: string): Promise<void> {
    await queryRows(
      this.dataSource,
      `UPDATE whatsapp_messages SET lease_token = NULL, lease_expires_at = NULL
       WHERE lease_token = $1 AND pending_reason <> 'sending'`,
      [leaseToken],
    );
  }

  /**
   * Heals what a dead process left: without a committed attempt the message is due again; with one it may have been
   * sent, so it becomes `unconfirmed` (with `error`, which says what to do) and is never queued again by that fact.
   */
  async sweepLeases(error: MessageError): Promise<{ released: number; unconfirmed: number }> {
    const rows = await queryRows<{ pending_reason: PendingReason }>(
      this.dataSource,
      `WITH swept AS (
         UPDATE whatsapp_messages m
         SET lease_token = NULL, lease_expires_at = NULL, updated_at = now(),
             pending_reason = CASE WHEN pending_reason = 'sending' THEN 'unconfirmed' ELSE pending_reason END,
             error = CASE WHEN pending_reason = 'sending' THEN $1 ELSE error END,
             error_code = CASE WHEN pending_reason = 'sending' THEN $2 ELSE error_code END,
             error_message = CASE WHEN pending_reason = 'sending' THEN $3 ELSE error_message END
         WHERE lease_token IS NOT NULL AND lease_expires_at <= now()
         RETURNING m.id, m.status, m.pending_reason, m.attempts),
       event AS (
         INSERT INTO message_events (message_id, type, source, occurred_at, details)
         SELECT id, CASE WHEN pending_reason = 'unconfirmed' THEN 'unconfirmed' ELSE 'released' END, 'dispatcher',
                clock_timestamp(), jsonb_build_object('attempt', attempts, 'reason', 'the sending process went away')
         FROM swept WHERE status = 'PENDING')
       SELECT pending_reason FROM swept WHERE status = 'PENDING'`,
      [JSON.stringify(error), error.code, error.details ?? error.title],
    );
    const unconfirmed = rows.filter(({ pending_reason }) => pending_reason === 'unconfirmed').length;
    return { released: rows.length - unconfirmed, unconfirmed };
  }

  /** What could not be sent by its `expires_at` fails, so that an outage never flushes stale orders. */
  async expireOverdue(error: MessageError): Promise<number> {
    const rows = await queryRows(
      this.dataSource,
      `WITH expired AS (
         UPDATE whatsapp_messages m
         SET status = 'FAILED', pending_reason = NULL, failed_at = now(), updated_at = now(),
             error = $1, error_code = $2, error_message = $3
         WHERE status = 'PENDING' AND lease_token IS NULL AND pending_reason <> 'unconfirmed' AND expires_at <= now()
         RETURNING m.id)
       INSERT INTO message_events (message_id, type, source, occurred_at)
       SELECT id, 'expired', 'dispatcher', clock_timestamp() FROM expired RETURNING id`,
      [JSON.stringify(error), error.code, error.details ?? error.title],
    );
    return rows.length;
  }

  /** The database's clock. */
  async now(): Promise<Date> {
    const [row] = await queryRows<{ now: Date }>(this.dataSource, 'SELECT now()');
    return row?.now as Date;
  }

  /**
   * Queues unconfirmed messages again whose grace is over. With `listeningSince`, only where a witness proves that
   * statuses flow: another message, sent later from the same number, already had one, so ours would have had its own.
   * That holds for attempts made since then; a status that found nobody listening comes again when Meta pleases, long
   * after those of later messages.
   */
  async requeueUnconfirmed(graceMs: number, listeningSince: Date | null): Promise<number> {
    const rows = await queryRows(
      this.dataSource,
      `WITH requeued AS (
         UPDATE whatsapp_messages m
         SET pending_reason = 'retrying', next_attempt_at = now(), updated_at = now()
         FROM message_attempts a
         WHERE m.status = 'PENDING' AND m.pending_reason = 'unconfirmed' AND a.id = m.current_attempt_id
           AND a.started_at < now() - $1 * interval '1 millisecond' AND m.expires_at > now()
           AND ($2::timestamptz IS NULL OR a.started_at > $2 AND EXISTS (
             SELECT FROM message_attempts later
             JOIN whatsapp_messages witness ON witness.id = later.message_id AND witness.phone_number_id = m.phone_number_id
             JOIN message_events seen ON seen.message_id = witness.id AND seen.source = 'webhook'
             WHERE later.started_at > a.started_at AND seen.created_at > later.started_at
               AND seen.created_at < now() - $1 * interval '1 millisecond'))
           AND NOT EXISTS (SELECT FROM webhook_deliveries WHERE applied_at IS NULL)
         RETURNING m.id, m.attempts)
       INSERT INTO message_events (message_id, type, source, occurred_at, details)
       SELECT id, 'resent', 'dispatcher', clock_timestamp(),
              jsonb_build_object('after_attempt', attempts, 'note', 'no status came for the last attempt; a duplicate is possible')
       FROM requeued RETURNING id`,
      [graceMs, listeningSince],
    );
    return rows.length;
  }
}

interface OutboxRow {
  id: string;
  tenant_id: string;
  phone_number_id: string;
  recipient_phone: string | null;
  recipient_user_id: string | null;
  content: Record<string, unknown>;
  attempts: number;
}

function toOutboxMessage(row: OutboxRow): OutboxMessage {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    phoneNumberId: row.phone_number_id,
    recipientPhone: row.recipient_phone,
    recipientUserId: row.recipient_user_id,
    content: row.content,
    attempts: row.attempts,
  };
}

function toResultRow(result: AttemptResult) {
  return {
    message_id: result.messageId,
    attempt_id: result.attemptId,
    outcome: result.outcome,
    status: result.status,
    pending_reason: result.pendingReason,
    retry_in_ms: result.retryInMs,
    whatsapp_message_id: result.whatsappMessageId,
    wa_id: result.waId,
    error: result.error,
    response: result.response,
  };
}
