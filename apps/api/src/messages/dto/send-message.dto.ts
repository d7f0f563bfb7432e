import { ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';

import { MESSAGE_TYPES, PRIORITIES, type Priority } from '#whatsapp';

import { MESSAGE_OBJECTS } from './message-objects.schema.ts';
import { SendTemplateDto } from './template-filling.dto.ts';

/**
 * One message to send, as the documentation shows it; `send-message.reader.ts` reads it. `type` and the object named after
 * it are Meta's own.
 */
@ApiSchema({ name: 'SendMessage' })
export class SendMessageDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'Only with a platform key: the tenant to send for.' })
  tenant_id?: string;

  @ApiPropertyOptional({ example: '+34612345678', description: 'Recipient, E.164.' })
  to?: string;

  @ApiPropertyOptional({ example: 'ES.13491208655302741918', description: 'Business-scoped user id, instead of `to`.' })
  recipient?: string;

  @ApiPropertyOptional({ maxLength: 255, description: 'Name of the recipient, for people who look for the message.' })
  recipient_name?: string;

  @ApiPropertyOptional({
    description:
      'Of a free-form message: the template that goes instead when the 24-hour window is closed, at once or when Meta says so.',
    type: 'object',
    properties: { template: { type: 'object', additionalProperties: true } },
    required: ['template'],
    example: { template: { name: 'po_notification', language: 'es', parameters: ['Proveedor ABC', 'PO-1', '€1.00'] } },
  })
  fallback?: unknown;

  @ApiPropertyOptional({
    enum: MESSAGE_TYPES,
    description: "Meta's message type; left out, the object that is there says it.",
  })
  type?: unknown;

  @ApiPropertyOptional(MESSAGE_OBJECTS.text) text?: unknown;
  @ApiPropertyOptional(MESSAGE_OBJECTS.image) image?: unknown;
  @ApiPropertyOptional(MESSAGE_OBJECTS.audio) audio?: unknown;
  @ApiPropertyOptional(MESSAGE_OBJECTS.video) video?: unknown;
  @ApiPropertyOptional(MESSAGE_OBJECTS.document) document?: unknown;
  @ApiPropertyOptional(MESSAGE_OBJECTS.sticker) sticker?: unknown;
  @ApiPropertyOptional(MESSAGE_OBJECTS.location) location?: unknown;
  @ApiPropertyOptional(MESSAGE_OBJECTS.contacts) contacts?: unknown;
  @ApiPropertyOptional(MESSAGE_OBJECTS.reaction) reaction?: unknown;
  @ApiPropertyOptional(MESSAGE_OBJECTS.interactive) interactive?: unknown;

  @ApiPropertyOptional({
    type: SendTemplateDto,
    description: "Meta's template object, by Meta's `name` or by our `key`, or shorthands for its parts.",
    example: {
      name: 'po_notification',
      language: 'es',
      parameters: ['Proveedor ABC', 'PO-2024-001', '€1,250.00'],
    },
  })
  template?: unknown;

  @ApiPropertyOptional(MESSAGE_OBJECTS.context) context?: unknown;

  @ApiPropertyOptional({ format: 'uuid' })
  notification_id?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'Yours; comes back with the message.',
  })
  metadata?: Record<string, unknown>;

  @ApiPropertyOptional({ enum: PRIORITIES, default: 'normal' })
  priority?: Priority;

  @ApiPropertyOptional({ format: 'date-time', description: 'Not before this time.' })
  send_at?: Date;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'Not after this time; default 24 hours after acceptance or `send_at`.',
  })
  expires_at?: Date;
}
