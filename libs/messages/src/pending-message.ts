import type { Statement } from '#common';

import type { WhatsAppMessage } from './entities/whatsapp-message.entity.ts';

/** Everything that is known of an outbound message when it is accepted. */
export type PendingMessage = Pick<
  WhatsAppMessage,
  | 'id'
  | 'tenantId'
  | 'messageType'
  | 'phoneNumberId'
  | 'fromPhone'
  | 'recipientPhone'
  | 'recipientUserId'
  | 'contactKey'
  | 'recipientName'
  | 'templateName'
  | 'templateLanguage'
  | 'templateParameters'
  | 'content'
  | 'notificationId'
  | 'batchId'
  | 'metadata'
  | 'priority'
  | 'sendAt'
  | 'expiresAt'
>;

/** $1: JSON list of `toPendingRow`. It stands in the queue from now, or from `send_at`, by the database's clock: the answer is when that was. */
export const INSERT_PENDING: Statement = {
  name: 'insert-pending',
  text: `
WITH stored AS (
  INSERT INTO whatsapp_messages (
    id, tenant_id, direction, status, pending_reason, message_type, phone_number_id, from_phone, recipient_phone,
    recipient_user_id, contact_key, recipient_name, template_name, template_language, template_parameters, content,
    notification_id, batch_id, metadata, priority, send_at, expires_at, next_attempt_at)
  SELECT
    id, tenant_id, 'outbound', 'PENDING', CASE WHEN send_at > now() THEN 'scheduled' ELSE 'queued' END, message_type,
    phone_number_id, from_phone, recipient_phone, recipient_user_id, contact_key, recipient_name, template_name,
    template_language, template_parameters, content, notification_id, batch_id, metadata, priority, send_at, expires_at,
    greatest(send_at, now())
  FROM jsonb_to_recordset($1::jsonb) AS r (
    id uuid, tenant_id uuid, message_type whatsapp_message_type, phone_number_id text, from_phone text,
    recipient_phone text, recipient_user_id text, contact_key text, recipient_name text, template_name text,
    template_language text, template_parameters jsonb, content jsonb, notification_id uuid, batch_id uuid,
    metadata jsonb, priority smallint, send_at timestamptz, expires_at timestamptz))
SELECT now() AS at`,
};

export function toPendingRow(message: PendingMessage) {
  return {
    id: message.id,
    tenant_id: message.tenantId,
    message_type: message.messageType,
    phone_number_id: message.phoneNumberId,
    from_phone: message.fromPhone,
    recipient_phone: message.recipientPhone,
    recipient_user_id: message.recipientUserId,
    contact_key: message.contactKey,
    recipient_name: message.recipientName,
    template_name: message.templateName,
    template_language: message.templateLanguage,
    template_parameters: message.templateParameters,
    content: message.content,
    notification_id: message.notificationId,
    batch_id: message.batchId,
    metadata: message.metadata,
    priority: message.priority,
    send_at: message.sendAt?.toISOString(),
    expires_at: message.expiresAt?.toISOString(),
  };
}

/**
 * The row as it was stored at `at`, without reading it again. Field by field, because it is made for every message:
 * put together from parts, it would be one of the largest things that accepting one allocates.
 */
export function toStored(message: PendingMessage, at: Date): WhatsAppMessage {
  const isForLater = message.sendAt !== null && message.sendAt > at;
  return {
    id: message.id,
    tenantId: message.tenantId,
    direction: 'outbound',
    status: 'PENDING',
    pendingReason: isForLater ? 'scheduled' : 'queued',
    messageType: message.messageType,
    phoneNumberId: message.phoneNumberId,
    fromPhone: message.fromPhone,
    recipientPhone: message.recipientPhone,
    recipientUserId: message.recipientUserId,
    waId: null,
    contactKey: message.contactKey,
    recipientName: message.recipientName,
    templateName: message.templateName,
    templateLanguage: message.templateLanguage,
    templateParameters: message.templateParameters,
    content: message.content,
    whatsappMessageId: null,
    notificationId: message.notificationId,
    batchId: message.batchId,
    metadata: message.metadata,
    priority: message.priority,
    attempts: 0,
    attemptedAt: null,
    failedAttempts: 0,
    errorCode: null,
    errorMessage: null,
    error: null,
    providerResponse: null,
    pricing: null,
    nextAttemptAt: isForLater ? message.sendAt : at,
    waitsFor: null,
    leaseToken: null,
    leaseExpiresAt: null,
    witnessedAt: null,
    sendAt: message.sendAt,
    expiresAt: message.expiresAt,
    createdAt: at,
    updatedAt: at,
    sentAt: null,
    deliveredAt: null,
    readAt: null,
    failedAt: null,
    contentRemovedAt: null,
  };
}
