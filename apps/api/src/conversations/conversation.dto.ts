import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, IsUUID, Matches, MaxLength } from 'class-validator';

import type { Conversation, ConversationWindow } from '#messages';

import { PageDto } from '../messages/dto/page.dto.ts';
import { phone } from '../messages/dto/phone.ts';

const flag = ({ value }: { value: unknown }): unknown => (value === 'true' ? true : value === 'false' ? false : value);

export class ListConversationsDto extends PageDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'With a platform key.' })
  @IsOptional()
  @IsUUID()
  tenant_id?: string;

  @ApiPropertyOptional({ description: "Meta's id of the number of ours." })
  @IsOptional()
  @Matches(/^\d{5,30}$/, { message: "must be Meta's id of a number, digits such as 106540352242922" })
  phone_number_id?: string;

  @ApiPropertyOptional({ example: '+34612345678', description: 'Phone number, or user id of a person without one.' })
  @IsOptional()
  @Transform(phone)
  @Matches(/^[\w.+]+$/, { message: 'must be a phone number such as +34612345678, or a user id' })
  @MaxLength(140)
  contact?: string;

  @ApiPropertyOptional({ enum: ['open', 'closed'] })
  @IsOptional()
  @IsIn(['open', 'closed'], { message: 'must be open or closed' })
  window?: 'open' | 'closed';

  @ApiPropertyOptional()
  @IsOptional()
  @Transform(flag)
  @IsBoolean({ message: 'must be true or false' })
  unread?: boolean;
}

export class MarkReadDto {
  @ApiPropertyOptional({
    description: 'true: the person also sees that an answer is being written, for up to 25 seconds.',
  })
  @IsOptional()
  @IsBoolean()
  typing?: boolean;
}

@ApiSchema({ name: 'ConversationWindow' })
export class ConversationWindowResponse {
  @ApiProperty({ enum: ['open', 'closed', 'unknown'] }) state: ConversationWindow['state'];
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Until when free-form messages are allowed, or were.',
  })
  open_until: string | null;
}

@ApiSchema({ name: 'Conversation' })
export class ConversationResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ format: 'uuid' }) tenant_id: string;
  @ApiProperty({ description: 'The number of ours.' }) phone_number_id: string;
  @ApiProperty({ example: '+34612345678', description: 'Phone number, or user id of a person without one.' })
  contact: string;
  @ApiProperty({ type: String, nullable: true }) contact_name: string | null;
  @ApiProperty({ type: ConversationWindowResponse }) window: ConversationWindowResponse;
  @ApiProperty({ description: 'Messages since it was last marked as read.' }) unread: number;
  @ApiProperty({ format: 'date-time' }) last_inbound_at: string;
  @ApiProperty({ format: 'uuid' }) last_inbound_message_id: string;
}

export function toConversationResponse(conversation: Conversation, window: ConversationWindow): ConversationResponse {
  return {
    id: conversation.id,
    tenant_id: conversation.tenantId,
    phone_number_id: conversation.phoneNumberId,
    contact: conversation.contactKey,
    contact_name: conversation.contactName,
    window: { state: window.state, open_until: window.openUntil?.toISOString() ?? null },
    unread: conversation.unread,
    last_inbound_at: conversation.lastInboundAt.toISOString(),
    last_inbound_message_id: conversation.lastInboundId,
  };
}
