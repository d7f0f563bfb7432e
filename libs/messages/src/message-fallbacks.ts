import type { EntityManager } from 'typeorm';

import { queryRows, storableJson } from '#common';

import type { MessageFallback } from './entities/message-fallback.entity.ts';

/** What takes the place of a message's content. */
export type Fallback = Pick<MessageFallback, 'templateName' | 'templateLanguage' | 'templateParameters' | 'content'>;

/** Meta's code for a free-form message outside of its window. */
export const WINDOW_CLOSED = '131047';

/** Stores the templates of messages that are accepted in the same transaction. */
export async function storeFallbacks(
  tx: EntityManager,
  fallbacks: ({ messageId: string } & Fallback)[],
): Promise<void> {
  if (fallbacks.length === 0) return;
  await tx.query(
    `INSERT INTO message_fallbacks (message_id, template_name, template_language, template_parameters, content)
       SELECT "messageId", "templateName", "templateLanguage", "templateParameters", content
       FROM jsonb_to_recordset($1::jsonb) AS r (
         "messageId" uuid, "templateName" text, "templateLanguage" text, "templateParameters" jsonb, content jsonb)`,
    [storableJson(fallbacks)],
  );
}

/**
 * Lets those of these messages that failed because their window is closed go on as their template, if they have one;
 * answers how many do. The failed attempt stays on the timeline, and no late report of it counts any more.
 */
export async function useFallbacks(tx: EntityManager, messageIds: string[]): Promise<number> {
  if (messageIds.length === 0) return 0;
  const rows = await queryRows(
    tx,
    `WITH fallback AS (
         DELETE FROM message_fallbacks f USING whatsapp_messages m
         WHERE f.message_id = ANY ($1) AND m.id = f.message_id AND m.status = 'FAILED' AND m.error_code = $2
         RETURNING f.*),
       replaced AS (
         UPDATE whatsapp_messages m
         SET status = 'PENDING', pending_reason = 'queued', next_attempt_at = now(), failed_attempts = m.attempts,
             failed_at = NULL, message_type = 'TEMPLATE', template_name = f.template_name,
             template_language = f.template_language, template_parameters = f.template_parameters, content = f.content,
             expires_at = greatest(m.expires_at, now() + interval '1 hour'), updated_at = now()
         FROM fallback f WHERE m.id = f.message_id
         RETURNING m.id, m.attempts, m.template_name)
       INSERT INTO message_events (message_id, type, source, occurred_at, details)
       SELECT id, 'fallback', 'dispatcher', clock_timestamp(),
              jsonb_build_object('after_attempt', attempts, 'template', template_name)
       FROM replaced RETURNING message_id`,
    [messageIds, WINDOW_CLOSED],
  );
  return rows.length;
}
