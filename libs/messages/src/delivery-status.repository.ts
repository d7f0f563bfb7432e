import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { preparedRows, queryRows, type Statement, storableJson } from '#common';

import type { DeliveryProgress } from './delivery-progress.ts';

/** A message as far as statuses look at it and change it. */
export interface TrackedMessage extends DeliveryProgress {
  id: string;
  phoneNumberId: string;
  contactKey: string;
  whatsappMessageId: string | null;
  attempts: number;
  attemptedAt: Date | null;
  failedAttempts: number;
}

export interface WebhookLine {
  messageId: string;
  type: string;
  occurredAt: Date;
  details: Record<string, unknown>;
}

/** Reads and writes of many messages at once, for the statuses of one round; always in the caller's transaction. */
@Injectable()
export class DeliveryStatusRepository {
  /** Locks messages of ours by id or wamid. In the order of ids, as whoever else locks several of them. */
  async lock(tx: EntityManager, ids: string[], wamids: string[]): Promise<TrackedMessage[]> {
    const byWamid =
      wamids.length === 0
        ? []
        : await queryRows<{ id: string }>(tx, `SELECT id FROM whatsapp_messages WHERE whatsapp_message_id = ANY ($1)`, [
            wamids,
          ]);
    return preparedRows<TrackedMessage>(tx, LOCK, [[...ids, ...byWamid.map(({ id }) => id)]]);
  }

  /** A repeated status is one line. */
  async addToTimelines(tx: EntityManager, lines: WebhookLine[]): Promise<void> {
    if (lines.length === 0) return;
    await preparedRows(tx, ADD_LINES, [storableJson(lines)]);
  }

  /** Who is no longer PENDING leaves the queue with it. */
  async update(tx: EntityManager, messages: TrackedMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await preparedRows(tx, UPDATE, [storableJson(messages)]);
  }

  /** Remembers, for each number, the latest attempt that a status came for. */
  async noteWitnesses(tx: EntityManager, messages: TrackedMessage[]): Promise<void> {
    const latest = new Map<string, Date>();
    for (const { phoneNumberId, attemptedAt } of messages) {
      const known = latest.get(phoneNumberId);
      if (attemptedAt && (!known || known < attemptedAt)) latest.set(phoneNumberId, attemptedAt);
    }
    if (latest.size === 0) return;
    await preparedRows(tx, NOTE_WITNESSES, [[...latest.keys()], [...latest.values()]]);
  }
}

const LOCK: Statement = {
  name: 'lock-tracked-messages',
  text: `
SELECT id, phone_number_id AS "phoneNumberId", contact_key AS "contactKey", status, attempts, error,
       whatsapp_message_id AS "whatsappMessageId", attempted_at AS "attemptedAt",
       failed_attempts AS "failedAttempts", created_at AS "createdAt", sent_at AS "sentAt",
       delivered_at AS "deliveredAt", read_at AS "readAt", failed_at AS "failedAt"
FROM whatsapp_messages WHERE id = ANY ($1::uuid[]) AND direction = 'outbound' ORDER BY id FOR NO KEY UPDATE`,
};

const ADD_LINES: Statement = {
  name: 'add-webhook-lines',
  text: `
INSERT INTO message_events (message_id, type, source, occurred_at, details)
SELECT "messageId", type, 'webhook', "occurredAt", details
FROM jsonb_to_recordset($1::jsonb) AS r ("messageId" uuid, type text, "occurredAt" timestamptz, details jsonb)
ON CONFLICT DO NOTHING`,
};

const UPDATE: Statement = {
  name: 'update-tracked-messages',
  text: `
UPDATE whatsapp_messages m
SET status = r.status, sent_at = r."sentAt", delivered_at = r."deliveredAt", read_at = r."readAt",
    failed_at = r."failedAt", error = r.error, error_code = r.error ->> 'code',
    error_message = coalesce(r.error ->> 'details', r.error ->> 'title'),
    whatsapp_message_id = r."whatsappMessageId", updated_at = now(),
    pending_reason = CASE WHEN r.status = 'PENDING' THEN m.pending_reason END,
    next_attempt_at = CASE WHEN r.status = 'PENDING' THEN m.next_attempt_at END,
    waits_for = CASE WHEN r.status = 'PENDING' THEN m.waits_for END,
    lease_token = CASE WHEN r.status = 'PENDING' THEN m.lease_token END,
    lease_expires_at = CASE WHEN r.status = 'PENDING' THEN m.lease_expires_at END
FROM jsonb_to_recordset($1::jsonb) AS r (
  id uuid, status whatsapp_message_status, "sentAt" timestamptz, "deliveredAt" timestamptz,
  "readAt" timestamptz, "failedAt" timestamptz, error jsonb, "whatsappMessageId" text)
WHERE m.id = r.id`,
};

const NOTE_WITNESSES: Statement = {
  name: 'note-witnesses',
  text: `
INSERT INTO webhook_witnesses AS w (phone_number_id, attempted_at)
SELECT * FROM unnest($1::text[], $2::timestamptz[])
ON CONFLICT (phone_number_id) DO UPDATE SET attempted_at = excluded.attempted_at
WHERE w.attempted_at < excluded.attempted_at`,
};
