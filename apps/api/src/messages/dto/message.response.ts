import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';

import { MEDIA_STATES, type MessageMedia } from '#media';
import {
  DELIVERY_STATUSES,
  type DeliveryStatus,
  type MessageError,
  type MessageEvent,
  PENDING_REASONS,
  type PendingReason,
  type WhatsAppMessage,
} from '#messages';

/** Positional ones, or by name. */
const VALUES = {
  oneOf: [
    { type: 'array', items: {} },
    { type: 'object', additionalProperties: true },
  ],
};

@ApiSchema({ name: 'MessageEvent' })
export class MessageEventResponse {
  @ApiProperty({ example: 'delivered' }) type: string;
  @ApiProperty({ enum: ['api', 'dispatcher', 'webhook'] }) source: string;
  @ApiProperty({ format: 'date-time', description: "Meta's time for what Meta reports." }) occurred_at: string;
  @ApiProperty({ format: 'date-time' }) created_at: string;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true }) details: unknown;
}

@ApiSchema({ name: 'MessageMedia' })
export class MessageMediaResponse {
  @ApiProperty({ format: 'uuid', description: 'The bytes: `GET /api/v1/whatsapp/media/{id}/content`.' }) id: string;
  @ApiProperty({ enum: MEDIA_STATES }) state: string;
  @ApiProperty({ example: 'image/jpeg' }) mime_type: string;
  @ApiProperty({ type: Number, nullable: true, description: 'Bytes.' }) size: number | null;
}

@ApiSchema({ name: 'MessageError' })
export class MessageErrorResponse implements MessageError {
  @ApiProperty({ example: '131026', description: "Meta's code, or a slug of ours such as `expired`." }) code: string;
  @ApiProperty() title: string;
  @ApiProperty({ type: String, nullable: true }) details: string | null;
  @ApiProperty() class: string;
  @ApiProperty() retryable: boolean;
  @ApiProperty({ description: 'What to do next, in a sentence.' }) action: string;
}

@ApiSchema({ name: 'Message' })
export class MessageResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ format: 'uuid' }) tenant_id: string;
  @ApiProperty({ enum: ['outbound', 'inbound'] }) direction: string;
  @ApiProperty({ enum: DELIVERY_STATUSES }) status: DeliveryStatus;
  @ApiProperty({ enum: PENDING_REASONS, nullable: true, description: 'PENDING only.' })
  pending_reason: PendingReason | null;
  @ApiProperty({ example: 'template' }) type: string;
  @ApiProperty({ type: String, nullable: true }) to: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Business-scoped user id.' }) recipient: string | null;
  @ApiProperty({ type: String, nullable: true }) from_phone: string | null;
  @ApiProperty({ type: String, nullable: true }) recipient_name: string | null;
  @ApiProperty({ type: String, nullable: true }) template_name: string | null;
  @ApiProperty({ type: String, nullable: true }) template_language: string | null;
  @ApiProperty({ ...VALUES, nullable: true, example: ['Proveedor ABC', 'PO-2024-001'] }) template_parameters: unknown;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'Null once it is removed.' })
  content: Record<string, unknown> | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when content, parameters and metadata are gone: past their time, or the person was erased.',
  })
  content_removed_at: string | null;
  @ApiProperty({ type: String, nullable: true }) whatsapp_message_id: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) notification_id: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) batch_id: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true }) metadata: Record<string, unknown>;
  @ApiProperty() attempts: number;
  @ApiProperty({ type: String, nullable: true }) error_code: string | null;
  @ApiProperty({ type: String, nullable: true }) error_message: string | null;
  @ApiProperty({ type: MessageErrorResponse, nullable: true, description: "FAILED, or the last attempt's." })
  error: MessageError | null;
  @ApiProperty({ format: 'date-time' }) created_at: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) send_at: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) expires_at: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) sent_at: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) delivered_at: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) read_at: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) failed_at: string | null;
  @ApiProperty({ format: 'date-time' }) updated_at: string;
  @ApiPropertyOptional({
    type: [MessageMediaResponse],
    description: 'Its files that we keep; where messages are read.',
  })
  media?: MessageMediaResponse[];
  @ApiPropertyOptional({
    type: [MessageEventResponse],
    description: 'The whole timeline; only where one message is asked for.',
  })
  events?: MessageEventResponse[];
}

/** Field by field, so that a new column never leaks. */
export function toMessageResponse(message: WhatsAppMessage): MessageResponse {
  return {
    id: message.id,
    tenant_id: message.tenantId,
    direction: message.direction,
    status: message.status,
    pending_reason: message.status === 'PENDING' ? message.pendingReason : null,
    type: message.messageType.toLowerCase(),
    to: message.recipientPhone,
    recipient: message.recipientUserId,
    from_phone: message.fromPhone,
    recipient_name: message.recipientName,
    template_name: message.templateName,
    template_language: message.templateLanguage,
    template_parameters: message.templateParameters,
    content: message.contentRemovedAt ? null : message.content,
    content_removed_at: time(message.contentRemovedAt),
    whatsapp_message_id: message.whatsappMessageId,
    notification_id: message.notificationId,
    batch_id: message.batchId,
    metadata: message.metadata,
    attempts: message.attempts,
    error_code: message.errorCode,
    error_message: message.errorMessage,
    error: message.error,
    created_at: message.createdAt.toISOString(),
    send_at: time(message.sendAt),
    expires_at: time(message.expiresAt),
    sent_at: time(message.sentAt),
    delivered_at: time(message.deliveredAt),
    read_at: time(message.readAt),
    failed_at: time(message.failedAt),
    updated_at: message.updatedAt.toISOString(),
  };
}

export function toMessageMedia(media: MessageMedia[] = []): MessageMediaResponse[] {
  return media.map(({ id, state, mimeType, size }) => ({ id, state, mime_type: mimeType, size }));
}

/** The whole timeline: what was written, and what the message itself tells. */
export function toTimeline(message: WhatsAppMessage, events: MessageEvent[]): MessageEventResponse[] {
  const inbound = message.direction === 'inbound';
  return [
    toEvent(inbound ? 'received' : 'accepted', inbound ? 'webhook' : 'api', message.createdAt),
    ...events.map(({ type, source, occurredAt, createdAt, details }) =>
      toEvent(type, source, occurredAt, createdAt, details),
    ),
    ...(message.pendingReason === 'sending' && message.attemptedAt
      ? [toEvent('sending', 'dispatcher', message.attemptedAt, message.attemptedAt, { attempt: message.attempts })]
      : []),
  ];
}

function toEvent(
  type: MessageEvent['type'],
  source: MessageEvent['source'],
  occurredAt: Date,
  createdAt = occurredAt,
  details: MessageEvent['details'] = null,
): MessageEventResponse {
  // Which participant of a group it was stands in the details.
  const door = source.split('/', 1)[0]!;
  return { type, source: door, occurred_at: occurredAt.toISOString(), created_at: createdAt.toISOString(), details };
}

function time(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
