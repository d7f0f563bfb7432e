import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { plainToInstance, Type } from 'class-transformer';
import { Allow, IsDate, IsIn, IsObject, IsOptional, IsString, IsUUID, MaxLength, validateSync } from 'class-validator';

import { type FieldError, PLATFORM_TENANT_ID, toFieldErrors, ValidationError } from '#common';
import { type Caller, tenantOf } from '#tenants';
import { PRIORITIES, type Priority, type SendRequest } from '#whatsapp';

/**
 * One message to send. `type` and the object named after it are Meta's own; they are checked against Meta's limits by the
 * payload files of the whatsapp lib, so here they only have to be let through.
 */
@ApiSchema({ name: 'SendMessage' })
export class SendMessageDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'Only with a platform key: the tenant to send for.' })
  @IsOptional()
  @IsUUID()
  tenant_id?: string;

  @ApiPropertyOptional({ example: '+34612345678', description: 'Recipient, E.164.' })
  @Allow()
  to?: string;

  @ApiPropertyOptional({ example: 'ES.13491208655302741918', description: 'Business-scoped user id, instead of `to`.' })
  @IsOptional()
  @IsString()
  recipient?: string;

  @ApiPropertyOptional({ maxLength: 255, description: 'Name of the recipient, for people who look for the message.' })
  @IsOptional()
  @IsString()
  @MaxLength(255)
  recipient_name?: string;

  @ApiProperty({ example: 'template', description: "Meta's message type." })
  @Allow()
  type?: unknown;

  @ApiPropertyOptional({ description: '`"text"`, or Meta\'s `{ body, preview_url }`.' })
  @Allow()
  text?: unknown;

  @Allow()
  image?: unknown;

  @Allow()
  audio?: unknown;

  @Allow()
  video?: unknown;

  @Allow()
  document?: unknown;

  @Allow()
  sticker?: unknown;

  @Allow()
  location?: unknown;

  @Allow()
  contacts?: unknown;

  @Allow()
  reaction?: unknown;

  @Allow()
  interactive?: unknown;

  @ApiPropertyOptional({
    description: "Meta's template object; shorthands: `language` as a string, `parameters` as an array or an object.",
    example: {
      name: 'po_notification',
      language: 'es',
      parameters: ['Proveedor ABC', 'PO-2024-001', '€1,250.00'],
    },
  })
  @Allow()
  template?: unknown;

  @ApiPropertyOptional({ description: 'Makes the message a reply.', example: { message_id: 'wamid.HBgL' } })
  @Allow()
  context?: unknown;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  notification_id?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'Yours; comes back with the message.',
  })
  @IsOptional()
  @IsObject()
  metadata?: Record<string, unknown>;

  @ApiPropertyOptional({ enum: PRIORITIES, default: 'normal' })
  @IsOptional()
  @IsIn(PRIORITIES, { message: `must be one of ${PRIORITIES.join(', ')}` })
  priority?: Priority;

  @ApiPropertyOptional({ format: 'date-time', description: 'Not before this time.' })
  @IsOptional()
  @Type(() => Date)
  @IsDate({ message: 'must be an ISO 8601 time such as 2026-11-21T09:00:00Z' })
  send_at?: Date;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'Not after this time; default 24 hours after acceptance or `send_at`.',
  })
  @IsOptional()
  @Type(() => Date)
  @IsDate({ message: 'must be an ISO 8601 time such as 2026-11-21T09:00:00Z' })
  expires_at?: Date;
}

/** The request as far as it can be read, with every field that is wrong so far; the message object itself is checked where it is sent. */
export function readSend(caller: Caller, body: unknown): { request: SendRequest; errors: FieldError[] } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ValidationError([{ field: 'body', message: 'must be a JSON object' }]);
  }
  const dto = plainToInstance(SendMessageDto, body);
  const errors = toFieldErrors(validateSync(dto, { whitelist: true, forbidNonWhitelisted: true }));
  const wrong = new Set(errors.map(({ field }) => field));
  const {
    tenant_id,
    to,
    recipient,
    recipient_name,
    notification_id,
    metadata,
    priority,
    send_at,
    expires_at,
    ...message
  } = Object.fromEntries(Object.entries(dto).filter(([field]) => !wrong.has(field))) as unknown as SendMessageDto;
  return {
    request: {
      tenantId: wrong.has('tenant_id') ? PLATFORM_TENANT_ID : readTenant(caller, tenant_id, errors),
      to,
      recipient,
      recipientName: recipient_name,
      message: { ...message },
      notificationId: notification_id,
      metadata,
      priority,
      sendAt: send_at,
      expiresAt: expires_at,
    },
    errors,
  };
}

function readTenant(caller: Caller, named: string | undefined, errors: FieldError[]): string {
  try {
    return tenantOf(caller, named);
  } catch (cause) {
    if (!(cause instanceof ValidationError)) throw cause;
    errors.push(...(cause.errors ?? []));
    return PLATFORM_TENANT_ID;
  }
}
