import { ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsDate, IsIn, IsOptional, IsString, IsUUID, Matches, MaxLength, MinLength } from 'class-validator';

import { IsE164, phoneSpellings } from '#common';
import {
  DELIVERY_STATUSES,
  type DeliveryStatus,
  MESSAGE_TYPES,
  type MessageDirection,
  type MessageFilter,
  type WhatsAppMessageType,
} from '#messages';

import { PageDto } from './page.dto.ts';
import { phone } from './phone.ts';

/** PostgreSQL takes none in its text. */
const NO_NUL = /^[^\0]*$/;

const upperCase = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.toUpperCase() : value);

/** What messages can be narrowed down by. */
export class MessageFiltersDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'With a platform key.' })
  @IsOptional()
  @IsUUID()
  tenant_id?: string;

  @ApiPropertyOptional({ enum: DELIVERY_STATUSES })
  @IsOptional()
  @Transform(upperCase)
  @IsIn(DELIVERY_STATUSES, { message: `must be one of ${DELIVERY_STATUSES.join(', ')}` })
  status?: DeliveryStatus;

  @ApiPropertyOptional({ enum: ['outbound', 'inbound'] })
  @IsOptional()
  @IsIn(['outbound', 'inbound'], { message: 'must be outbound or inbound' })
  direction?: MessageDirection;

  @ApiPropertyOptional({ example: 'template' })
  @IsOptional()
  @Transform(upperCase)
  @IsIn(MESSAGE_TYPES, { message: `must be one of ${MESSAGE_TYPES.join(', ').toLowerCase()}` })
  type?: WhatsAppMessageType;

  @ApiPropertyOptional({ example: '+34612345678' })
  @IsOptional()
  @Transform(phone)
  @IsE164()
  to?: string;

  @ApiPropertyOptional({ example: '+34612345678' })
  @IsOptional()
  @Transform(phone)
  @IsE164()
  from_phone?: string;

  @ApiPropertyOptional({ example: 'po_notification' })
  @IsOptional()
  @IsString()
  @Matches(NO_NUL, { message: 'must not contain NUL' })
  template_name?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  notification_id?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  batch_id?: string;

  @ApiPropertyOptional({ example: '131026' })
  @IsOptional()
  @IsString()
  @Matches(NO_NUL, { message: 'must not contain NUL' })
  error_code?: string;

  @ApiPropertyOptional({ format: 'date-time' })
  @IsOptional()
  @Type(() => Date)
  @IsDate({ message: 'must be an ISO 8601 time such as 2026-11-21T09:00:00Z' })
  created_from?: Date;

  @ApiPropertyOptional({ format: 'date-time', description: 'Exclusive.' })
  @IsOptional()
  @Type(() => Date)
  @IsDate({ message: 'must be an ISO 8601 time such as 2026-11-21T09:00:00Z' })
  created_to?: Date;

  @ApiPropertyOptional({ description: 'Anywhere in the text, the parameters, the name or the number.' })
  @IsOptional()
  @IsString()
  @Matches(NO_NUL, { message: 'must not contain NUL' })
  @MinLength(1)
  @MaxLength(200)
  q?: string;
}

export class ListMessagesDto extends IntersectionType(PageDto, MessageFiltersDto) {}

export function toMessageFilter(tenantId: string | undefined, dto: MessageFiltersDto): MessageFilter {
  return {
    equal: {
      tenantId,
      status: dto.status,
      direction: dto.direction,
      messageType: dto.type,
      templateName: dto.template_name,
      notificationId: dto.notification_id,
      batchId: dto.batch_id,
      errorCode: dto.error_code,
    },
    ...(dto.to && { recipientPhones: phoneSpellings(dto.to) }),
    ...(dto.from_phone && { fromPhones: phoneSpellings(dto.from_phone) }),
    createdFrom: dto.created_from,
    createdTo: dto.created_to,
    text: dto.q,
  };
}
