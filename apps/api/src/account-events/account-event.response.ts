import { ApiProperty, ApiSchema } from '@nestjs/swagger';

import type { AccountEvent, ListedAccountEvent } from '#messages';

@ApiSchema({ name: 'AccountEvent' })
export class AccountEventResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ description: 'WhatsApp Business Account; for some fields a business portfolio.' })
  business_account_id: string;
  @ApiProperty({ example: 'message_template_status_update', description: "Meta's name of the webhook field." })
  field: string;
  @ApiProperty({ type: String, nullable: true, example: 'PAUSED', description: "Meta's word for what happened." })
  event: string | null;
  @ApiProperty({ description: 'False: the field is newer than this version.' }) known: boolean;
  @ApiProperty({ type: String, nullable: true, example: '+34612345678' }) phone_number: string | null;
  @ApiProperty({ type: String, nullable: true }) template_name: string | null;
  @ApiProperty({ type: String, nullable: true }) template_language: string | null;
  @ApiProperty({ description: 'What happened and what to do.' }) summary: string;
  @ApiProperty({ type: String, nullable: true, description: 'What it changed; null when it is only listed.' })
  applied: string | null;
  @ApiProperty({ format: 'date-time', description: "Meta's time." }) occurred_at: string;
  @ApiProperty({ format: 'date-time' }) received_at: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) delivery_id: string | null;
}

@ApiSchema({ name: 'AccountEventWithValue' })
export class AccountEventWithValueResponse extends AccountEventResponse {
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'As Meta sent it.' }) value: unknown;
}

export function toAccountEventResponse(event: ListedAccountEvent): AccountEventResponse {
  return {
    id: event.id,
    business_account_id: event.businessAccountId,
    field: event.field,
    event: event.event,
    known: event.known,
    phone_number: event.phoneNumber,
    template_name: event.templateName,
    template_language: event.templateLanguage,
    summary: event.summary,
    applied: event.applied,
    occurred_at: event.occurredAt.toISOString(),
    received_at: event.createdAt.toISOString(),
    delivery_id: event.deliveryId,
  };
}

export function toAccountEventWithValue(event: AccountEvent): AccountEventWithValueResponse {
  return { ...toAccountEventResponse(event), value: JSON.parse(event.value) as unknown };
}
