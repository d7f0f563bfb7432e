import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { preparedRows, type Statement, storableJson } from '#common';

import type { WhatsAppMessage } from './entities/whatsapp-message.entity.ts';

/** A message that Meta tells us of: somebody's to us, or one of ours that was sent outside Palomar. */
export type ToldMessage = Pick<
  WhatsAppMessage,
  | 'id'
  | 'tenantId'
  | 'direction'
  | 'status'
  | 'messageType'
  | 'phoneNumberId'
  | 'fromPhone'
  | 'recipientPhone'
  | 'recipientUserId'
  | 'waId'
  | 'contactKey'
  | 'recipientName'
  | 'content'
  | 'whatsappMessageId'
  | 'metadata'
  | 'sentAt'
> & {
  /** Null: now. */
  createdAt: Date | null;
};

/** Who may have been written to: every address that could be theirs, in the form of `contactKey`. */
export interface Counterpart {
  phoneNumberId: string;
  addresses: string[];
}

/** Whose an answer is: the tenant that wrote last to this person from this number. */
export interface InTouch {
  tenantId: string;
  /** Where the person was written to; undefined when they have left that address since. */
  contactKey: string | undefined;
}

/** A stored message, as far as edits look at it. */
export type Original = Pick<WhatsAppMessage, 'id' | 'phoneNumberId' | 'content'> & { whatsappMessageId: string };

/** Messages that come from Meta, many at once, always in the caller's transaction. */
@Injectable()
export class ToldMessageRepository {
  /**
   * A message that was stored before stays as it is; answers the ids of those that are new. An id with characters that
   * PostgreSQL refuses is a fault: altered, it would be another one.
   */
  async store(tx: EntityManager, messages: ToldMessage[]): Promise<string[]> {
    if (messages.length === 0) return [];
    const rows = await preparedRows<{ id: string }>(tx, STORE, [JSON.stringify(messages)]);
    return rows.map(({ id }) => id);
  }

  /** For each of them in its place. */
  async findInTouch(tx: EntityManager, counterparts: Counterpart[]): Promise<(InTouch | undefined)[]> {
    if (counterparts.length === 0) return [];
    const rows = await preparedRows<InTouchRow>(tx, FIND_IN_TOUCH, [JSON.stringify(counterparts)]);
    return counterparts.map((_, index) => {
      const found = rows.filter(({ place }) => Number(place) === index + 1);
      const last = found[0];
      const there = found.find(({ tenantId, left }) => tenantId === last?.tenantId && !left);
      return last && { tenantId: last.tenantId, contactKey: there?.contactKey };
    });
  }

  /** Locks messages by wamid, in the order of ids as whoever else locks several. */
  async lockOriginals(tx: EntityManager, wamids: string[]): Promise<Original[]> {
    return preparedRows<Original>(tx, LOCK_ORIGINALS, [wamids]);
  }

  async writeContents(tx: EntityManager, messages: Pick<Original, 'id' | 'content'>[], lines: AmendmentLine[]) {
    await preparedRows(tx, WRITE_CONTENTS, [storableJson(messages), storableJson(lines)]);
  }
}

/** A line of the timeline about an edit or a revocation. */
export interface AmendmentLine {
  messageId: string;
  type: 'edited' | 'revoked';
  occurredAt: Date;
  details: Record<string, unknown>;
}

interface InTouchRow {
  place: string;
  tenantId: string;
  contactKey: string;
  left: boolean;
}

/** $1: JSON list of messages. */
const STORE: Statement = {
  name: 'store-told-messages',
  text: `
INSERT INTO whatsapp_messages (
  id, tenant_id, direction, status, message_type, phone_number_id, from_phone, recipient_phone, recipient_user_id, wa_id,
  contact_key, recipient_name, content, whatsapp_message_id, metadata, sent_at, created_at)
SELECT
  id, "tenantId", direction, status, "messageType", "phoneNumberId", "fromPhone", "recipientPhone", "recipientUserId",
  "waId", "contactKey", "recipientName", content, "whatsappMessageId", metadata, "sentAt", coalesce("createdAt", now())
FROM jsonb_to_recordset($1::jsonb) AS r (
  id uuid, "tenantId" uuid, direction text, status whatsapp_message_status, "messageType" whatsapp_message_type,
  "phoneNumberId" text, "fromPhone" text, "recipientPhone" text, "recipientUserId" text, "waId" text, "contactKey" text,
  "recipientName" text, content jsonb, "whatsappMessageId" text, metadata jsonb, "sentAt" timestamptz,
  "createdAt" timestamptz)
ON CONFLICT DO NOTHING
RETURNING id`,
};

/**
 * $1: JSON list of counterparts. The last message to each address a person may have, latest first: those given, and, for
 * each tenant, those of the contact that has one of them.
 */
const FIND_IN_TOUCH: Statement = {
  name: 'find-in-touch',
  text: `
WITH asked AS (
  SELECT place, one ->> 'phoneNumberId' AS number, address
  FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS r (one, place), jsonb_array_elements_text(one -> 'addresses') AS address),
candidate AS (
  SELECT place, number, address, NULL::uuid AS tenant, false AS "left" FROM asked
  UNION
  SELECT a.place, a.number, theirs.address, theirs.tenant_id, coalesce(theirs.left_at >= theirs.seen_at, false)
  FROM asked a
  JOIN contact_addresses given ON given.address = a.address
  JOIN contact_addresses theirs ON theirs.contact_id = given.contact_id)
SELECT c.place, m.tenant_id AS "tenantId", m.contact_key AS "contactKey", c."left"
FROM candidate c CROSS JOIN LATERAL (
  SELECT id, tenant_id, contact_key FROM whatsapp_messages
  WHERE contact_key = c.address AND phone_number_id = c.number AND direction = 'outbound'
    AND (c.tenant IS NULL OR tenant_id = c.tenant)
  ORDER BY id DESC LIMIT 1) m
ORDER BY m.id DESC, c."left"`,
};

const LOCK_ORIGINALS: Statement = {
  name: 'lock-originals',
  text: `
SELECT id, phone_number_id AS "phoneNumberId", content, whatsapp_message_id AS "whatsappMessageId"
FROM whatsapp_messages WHERE whatsapp_message_id = ANY ($1::text[]) ORDER BY id FOR NO KEY UPDATE`,
};

/** $1, $2: JSON lists of messages and lines. */
const WRITE_CONTENTS: Statement = {
  name: 'write-amended-contents',
  text: `
WITH line AS (
  INSERT INTO message_events (message_id, type, source, occurred_at, details)
  SELECT "messageId", type, 'webhook', "occurredAt", details
  FROM jsonb_to_recordset($2::jsonb) AS r ("messageId" uuid, type text, "occurredAt" timestamptz, details jsonb)
  ON CONFLICT DO NOTHING)
UPDATE whatsapp_messages m SET content = r.content, updated_at = now()
FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, content jsonb) WHERE m.id = r.id`,
};
