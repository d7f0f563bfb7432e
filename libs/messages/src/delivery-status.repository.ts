import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { preparedRows, type Statement, storableJson } from '#common';

import type { DeliveryProgress } from './delivery-progress.ts';
import type { MessagePricing } from './entities/whatsapp-message.entity.ts';

/** A message as far as statuses look at it and change it. */
export interface TrackedMessage extends DeliveryProgress {
  id: string;
  tenantId: string;
  phoneNumberId: string;
  contactKey: string;
  whatsappMessageId: string | null;
  attempts: number;
  attemptedAt: Date | null;
  failedAttempts: number;
  pricing: MessagePricing | null;
}

export interface WebhookLine {
  messageId: string;
  type: string;
  /** Of a group; undefined elsewhere, and then it costs nothing. */
  participant: string | undefined;
  /** ISO 8601. */
  occurredAt: string;
  details: Record<string, unknown>;
}

/** What one round of statuses changes. */
export interface StatusChanges {
  lines: WebhookLine[];
  messages: TrackedMessage[];
  /** By number: the latest attempt that a status came for. */
  witnesses: { phoneNumberId: string; attemptedAt: Date }[];
}

/** Reads and writes of many messages at once, for the statuses of one round; always in the caller's transaction. */
@Injectable()
export class DeliveryStatusRepository {
  /** Locks messages of ours by id or wamid. In the order of ids, as whoever else locks several of them. */
  async lock(tx: EntityManager, ids: string[], wamids: string[]): Promise<TrackedMessage[]> {
    const byWamid = wamids.length === 0 ? [] : await preparedRows<{ id: string }>(tx, FIND_BY_WAMID, [wamids]);
    return preparedRows<TrackedMessage>(tx, LOCK, [[...ids, ...byWamid.map(({ id }) => id)]]);
  }

  /** A repeated status is one line; who is no longer PENDING leaves the queue with it. */
  async write(tx: EntityManager, { lines, messages, witnesses }: StatusChanges): Promise<void> {
    if (lines.length === 0) return;
    await preparedRows(tx, WRITE, [storableJson(lines), storableJson(messages.map(toRow)), storableJson(witnesses)]);
  }
}

/** What `WRITE` reads of a message. */
function toRow(message: TrackedMessage) {
  const { id, status, sentAt, deliveredAt, readAt, failedAt, error, pricing, whatsappMessageId } = message;
  return {
    id,
    status,
    sentAt: sentAt?.toISOString(),
    deliveredAt: deliveredAt?.toISOString(),
    readAt: readAt?.toISOString(),
    failedAt: failedAt?.toISOString(),
    error,
    pricing,
    whatsappMessageId,
  };
}

const FIND_BY_WAMID: Statement = {
  name: 'find-by-wamid',
  text: 'SELECT id FROM whatsapp_messages WHERE whatsapp_message_id = ANY ($1::text[])',
};

const LOCK: Statement = {
  name: 'lock-tracked-messages',
  text: `
SELECT id, tenant_id AS "tenantId", phone_number_id AS "phoneNumberId", contact_key AS "contactKey", status, attempts, error, whatsapp_message_id AS "whatsappMessageId",
       attempted_at AS "attemptedAt", failed_attempts AS "failedAttempts", created_at AS "createdAt",
       pricing, sent_at AS "sentAt", delivered_at AS "deliveredAt", read_at AS "readAt", failed_at AS "failedAt"
FROM whatsapp_messages WHERE id = ANY ($1::uuid[]) AND direction = 'outbound' ORDER BY id FOR NO KEY UPDATE`,
};

/** $1, $2, $3: JSON lists of lines, messages and witnesses. */
const WRITE: Statement = {
  name: 'write-statuses',
  text: `
WITH line AS (
  INSERT INTO message_events (message_id, type, source, occurred_at, details)
  SELECT "messageId", type, coalesce('webhook/' || participant, 'webhook'), "occurredAt", details
  FROM jsonb_to_recordset($1::jsonb) AS r (
    "messageId" uuid, type text, participant text, "occurredAt" timestamptz, details jsonb)
  ON CONFLICT DO NOTHING),
witness AS (
  INSERT INTO webhook_witnesses AS w (phone_number_id, attempted_at)
  SELECT "phoneNumberId", "attemptedAt"
  FROM jsonb_to_recordset($3::jsonb) AS r ("phoneNumberId" text, "attemptedAt" timestamptz)
  ON CONFLICT (phone_number_id) DO UPDATE SET attempted_at = excluded.attempted_at
  WHERE w.attempted_at < excluded.attempted_at)
UPDATE whatsapp_messages m
SET status = r.status, sent_at = r."sentAt", delivered_at = r."deliveredAt", read_at = r."readAt",
    failed_at = r."failedAt", error = r.error, error_code = r.error ->> 'code',
    error_message = coalesce(r.error ->> 'details', r.error ->> 'title'),
    whatsapp_message_id = r."whatsappMessageId", pricing = r.pricing, updated_at = now(),
    pending_reason = CASE WHEN r.status = 'PENDING' THEN m.pending_reason END,
    next_attempt_at = CASE WHEN r.status = 'PENDING' THEN m.next_attempt_at END,
    waits_for = CASE WHEN r.status = 'PENDING' THEN m.waits_for END,
    lease_token = CASE WHEN r.status = 'PENDING' THEN m.lease_token END,
    lease_expires_at = CASE WHEN r.status = 'PENDING' THEN m.lease_expires_at END
FROM jsonb_to_recordset($2::jsonb) AS r (
  id uuid, status whatsapp_message_status, "sentAt" timestamptz, "deliveredAt" timestamptz,
  "readAt" timestamptz, "failedAt" timestamptz, error jsonb, pricing jsonb, "whatsappMessageId" text)
WHERE m.id = r.id`,
};
