import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { preparedRows, queryRows, type Statement, storableJson } from '#common';

import type { PendingReason } from './delivery-status.ts';
import type { TemplateUse } from './entities/template-use.entity.ts';
import type { MessageError, WhatsAppMessage } from './entities/whatsapp-message.entity.ts';
import { useFallbacks, WINDOW_CLOSED } from './message-fallbacks.ts';
import { BLOCKED, CLAIM } from './outbox.claim.sql.ts';
import type { Permits } from './sender-pace.repository.ts';

/** A claimed message, as much of it as sending needs. `attempts` counts the attempt that was claimed with it. */
export type OutboxMessage = Pick<
  WhatsAppMessage,
  | 'id'
  | 'tenantId'
  | 'phoneNumberId'
  | 'recipientPhone'
  | 'recipientUserId'
  | 'contactKey'
  | 'templateName'
  | 'templateLanguage'
  | 'content'
  | 'attempts'
> & { attemptedAt: Date };

export type AttemptOutcome = 'accepted' | 'refused' | 'not-sent' | 'unknown';

/** What became of one attempt, and so of its message. */
export interface AttemptResult {
  message: OutboxMessage;
  /** From the claim to the answer. */
  elapsedMs: number;
  outcome: AttemptOutcome;
  status: 'SENT' | 'FAILED' | 'PENDING';
  /** PENDING only. */
  pendingReason: PendingReason | null;
  /** PENDING only: the pause before the next attempt; null when none follows by itself. */
  retryInMs: number | null;
  /** Parked until this template goes again. */
  waitsForTemplate: boolean;
  whatsappMessageId: string | null;
  waId: string | null;
  error: MessageError | null;
  /** Meta's answer, as it came. */
  response: unknown;
}

/** Whose messages are claimed, and for whom. */
export interface ClaimRequest {
  /** Of the number that sends; each claimed message takes one. */
  permits: Permits;
  /** At most so many. */
  limit: number;
  /** So many more are looked at, because some may have to be parked. */
  lookAhead: number;
  leaseToken: string;
  leaseMs: number;
  /** Among messages of one priority, tenants take turns: this one was the last to have its turn. */
  afterTenant: string;
  /** `name/language` of templates that are stopped; their messages are parked. */
  stoppedTemplates: string[];
  /** Messages that go all the same, to see whether their template goes again. */
  probes: string[];
  /** Their messages are parked. */
  suspendedTenants: string[];
}

/** A number of ours and the person it writes to. */
export type Contact = Pick<WhatsAppMessage, 'phoneNumberId' | 'contactKey'>;

export interface Claimed {
  messages: OutboxMessage[];
  /** To whom messages were met that cannot go yet. */
  parked: Contact[];
}

/**
 * The queue side of `whatsapp_messages`. Every change is one guarded statement over many rows: a worker that comes late
 * (its attempt is no longer the current one) changes nothing. All times are the database's.
 */
@Injectable()
export class OutboxRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Takes due messages of one sending number for `leaseMs` and counts the attempt: when `tx` is committed, so is the fence,
   * and the first byte may leave. By priority; within one, tenants in turns; within a tenant, what was due first. To one
   * person one message at a time, in the order they were accepted: those behind it are parked until their turn.
   *
   * The caller's transaction holds the row lock of the number's pace, so claims of one number never run at the same time,
   * and the permits are taken with the messages.
   */
  async claim(tx: EntityManager, request: ClaimRequest): Promise<Claimed> {
    const { permits, limit, lookAhead, leaseToken, leaseMs, afterTenant, stoppedTemplates, probes, suspendedTenants } =
      request;
    const rows = await preparedRows<ClaimRow>(tx, CLAIM, [
      permits.phoneNumberId,
      limit,
      leaseToken,
      leaseMs,
      afterTenant,
      stoppedTemplates,
      probes,
      permits.counted.permits,
      permits.counted.at,
      lookAhead,
      suspendedTenants,
    ]);
    const messages = rows.filter(({ id }) => id !== null).map(toOutboxMessage);
    const parked = rows.filter(({ id }) => id === null);
    return {
      messages,
      parked: parked.map((row) => ({ phoneNumberId: row.phone_number_id, contactKey: row.contact_key })),
    };
  }

  /**
   * Records what became of attempts. SENT is also taken when a status webhook was faster, and then only adds what it
   * does not know. A result of an attempt that is no longer the current one is a line of the timeline and moves nothing.
   */
  async recordResults(results: AttemptResult[]): Promise<void> {
    const parameters = [storableJson(results.map(toResultRow)), JSON.stringify(usesIn(results))];
    const outOfWindow = results.filter(({ error }) => error?.code === WINDOW_CLOSED).map(({ message }) => message.id);
    if (outOfWindow.length === 0) {
      await preparedRows(this.dataSource, RECORD, parameters);
      return;
    }
    await this.dataSource.transaction(async (tx) => {
      await preparedRows(tx, RECORD, parameters);
      await useFallbacks(tx, outOfWindow);
    });
  }

  /** Lets those go on whose turn it is: parked messages that nothing to the same person comes before any more. */
  async giveTurns(contacts: Contact[]): Promise<number> {
    if (contacts.length === 0) return 0;
    const rows = await preparedRows(this.dataSource, GIVE_TURNS, [
      contacts.map(({ phoneNumberId }) => phoneNumberId),
      contacts.map(({ contactKey }) => contactKey),
    ]);
    return rows.length;
  }

  /** The same for everybody: heals what a process that died in between left parked. */
  async giveLostTurns(): Promise<number> {
    const rows = await queryRows(
      this.dataSource,
      unpark(`SELECT DISTINCT phone_number_id, contact_key FROM whatsapp_messages WHERE waits_for = 'turn'`),
    );
    return rows.length;
  }

  /** Puts messages into the queue again that are parked for a tenant other than these, where they stood. */
  async unparkTenants(suspended: string[]): Promise<number> {
    const rows = await queryRows(
      this.dataSource,
      `UPDATE whatsapp_messages SET waits_for = NULL, next_attempt_at = coalesce(send_at, created_at)
       WHERE waits_for = 'tenant' AND tenant_id <> ALL ($1::uuid[]) RETURNING id`,
      [suspended],
    );
    return rows.length;
  }

  /** Keeps messages that are on the wire for another `leaseMs`. */
  async heartbeat(messageIds: string[], leaseToken: string, leaseMs: number): Promise<void> {
    if (messageIds.length === 0) return;
    await queryRows(
      this.dataSource,
      // What somebody else holds locked is being settled.
      `UPDATE whatsapp_messages SET lease_expires_at = now() + $3 * interval '1 millisecond'
       WHERE id IN (
         SELECT id FROM whatsapp_messages WHERE id = ANY ($1) AND lease_token = $2 ORDER BY id
         FOR NO KEY UPDATE SKIP LOCKED)`,
      [messageIds, leaseToken, leaseMs],
    );
  }
}

function unpark(contacts: string): string {
  return `
    WITH contact AS MATERIALIZED (${contacts}),
    first AS (
      SELECT m.id FROM contact c CROSS JOIN LATERAL (
        SELECT w.* FROM whatsapp_messages w
        WHERE w.waits_for = 'turn' AND w.phone_number_id = c.phone_number_id AND w.contact_key = c.contact_key
        ORDER BY w.priority, w.id LIMIT 1) m
      WHERE NOT ${BLOCKED})
    UPDATE whatsapp_messages m SET waits_for = NULL, next_attempt_at = now()
    FROM first WHERE m.id = first.id AND m.waits_for IS NOT DISTINCT FROM 'turn' RETURNING m.id`;
}

/** $1, $2: numbers and contacts, side by side. */
const GIVE_TURNS: Statement = {
  name: 'give-turns',
  text: unpark('SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS c (phone_number_id, contact_key)'),
};

/** $1: JSON list of `toResultRow`; $2: of uses. */
const RECORD: Statement = {
  name: 'record-results',
  text: `
WITH result AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (
    message_id uuid, attempt integer, attempted_at timestamptz, elapsed_ms float, status whatsapp_message_status,
    pending_reason text, retry_in_ms float, waits_for text, whatsapp_message_id text, wa_id text, error jsonb,
    response jsonb, details jsonb)),
event AS (
  INSERT INTO message_events (message_id, type, source, occurred_at, details)
  -- A time that is the same however often this is repeated: the line is written once.
  SELECT message_id, coalesce(pending_reason, lower(status::text)), 'dispatcher',
         attempted_at + elapsed_ms * interval '1 millisecond', details
  FROM result
  ON CONFLICT DO NOTHING RETURNING true),
used AS (
  INSERT INTO template_uses (phone_number_id, template_name, template_language, sent)
  SELECT "phoneNumberId", "templateName", "templateLanguage", sent
  FROM jsonb_to_recordset($2::jsonb) AS u (
    "phoneNumberId" text, "templateName" text, "templateLanguage" text, sent integer)
  -- Results that are recorded again come as they came before: then no line is new, and nothing is counted again.
  WHERE EXISTS (SELECT FROM event)),
current AS MATERIALIZED (
  -- In the order of ids, as whoever applies statuses: they would wait for each other in a circle.
  SELECT m.id FROM whatsapp_messages m JOIN result r ON m.id = r.message_id AND m.attempts = r.attempt
  WHERE m.direction = 'outbound' ORDER BY m.id FOR NO KEY UPDATE OF m)
UPDATE whatsapp_messages m
SET status = CASE WHEN m.status IN ('PENDING', 'CANCELLED') THEN r.status ELSE m.status END,
    pending_reason = CASE WHEN m.status = 'PENDING' THEN r.pending_reason END,
    next_attempt_at = CASE WHEN m.status = 'PENDING' THEN now() + r.retry_in_ms * interval '1 millisecond' END,
    waits_for = CASE WHEN m.status = 'PENDING' THEN r.waits_for END,
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
FROM result r JOIN current c ON c.id = r.message_id
WHERE m.id = c.id AND m.attempts = r.attempt AND (m.status = 'PENDING' OR r.status = 'SENT')`,
};

/** A row without id stands for a message that was parked. */
interface ClaimRow {
  id: string | null;
  tenant_id: string;
  phone_number_id: string;
  recipient_phone: string | null;
  recipient_user_id: string | null;
  contact_key: string;
  template_name: string | null;
  template_language: string | null;
  content: Record<string, unknown>;
  attempts: number;
  attempted_at: Date;
}

function toOutboxMessage(row: ClaimRow): OutboxMessage {
  return {
    id: row.id as string,
    tenantId: row.tenant_id,
    phoneNumberId: row.phone_number_id,
    recipientPhone: row.recipient_phone,
    recipientUserId: row.recipient_user_id,
    contactKey: row.contact_key,
    templateName: row.template_name,
    templateLanguage: row.template_language,
    content: row.content,
    attempts: row.attempts,
    attemptedAt: row.attempted_at,
  };
}

/** How many messages of each template Meta took. */
function usesIn(results: AttemptResult[]): Omit<TemplateUse, 'id' | 'lastAt'>[] {
  const uses = new Map<string, Omit<TemplateUse, 'id' | 'lastAt'>>();
  for (const { status, message } of results) {
    const { phoneNumberId, templateName, templateLanguage } = message;
    if (status !== 'SENT' || !templateName || !templateLanguage) continue;
    const key = `${phoneNumberId} ${templateName} ${templateLanguage}`;
    const use = uses.get(key);
    if (use) use.sent += 1;
    else uses.set(key, { phoneNumberId, templateName, templateLanguage, sent: 1 });
  }
  return [...uses.values()];
}

function toResultRow(result: AttemptResult) {
  const startedAt = result.message.attemptedAt.toISOString();
  return {
    message_id: result.message.id,
    attempt: result.message.attempts,
    attempted_at: startedAt,
    elapsed_ms: result.elapsedMs,
    status: result.status,
    pending_reason: result.pendingReason,
    retry_in_ms: result.retryInMs,
    waits_for: result.waitsForTemplate ? 'template' : null,
    whatsapp_message_id: result.whatsappMessageId,
    wa_id: result.waId,
    error: result.error,
    response: result.response,
    details: {
      attempt: result.message.attempts,
      started_at: startedAt,
      outcome: result.outcome,
      whatsapp_message_id: result.whatsappMessageId ?? undefined,
      error: result.error ?? undefined,
      retry_in_ms: result.retryInMs ?? undefined,
    },
  };
}
