import { ApiProperty, ApiPropertyOptional, ApiSchema, PartialType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, IsUUID, Matches, Max, MaxLength, Min } from 'class-validator';

import { fingerprintOf } from '#common';
import type { SendingNumber } from '#tenants';

export const META_ID = /^\d{5,30}$/;

export class PutSendingNumberDto {
  @ApiProperty({ format: 'uuid', description: 'Whose messages it sends.' })
  @IsUUID('all', { message: 'must be the UUID of the tenant' })
  tenant_id: string;

  @ApiProperty({ example: '102290129340398' })
  @Matches(META_ID, { message: "must be Meta's id of the WhatsApp Business Account, digits such as 102290129340398" })
  business_account_id: string;

  @ApiPropertyOptional({
    format: 'uuid',
    type: String,
    nullable: true,
    description: 'Null: the app of the environment.',
  })
  @IsOptional()
  @IsUUID('all', { message: 'must be the id of an app under /api/v1/meta-apps, or null for that of the environment' })
  app_id?: string | null;

  @ApiProperty({ description: 'Token of a system user. It is never shown again.' })
  @Matches(/^[\x21-\x7e]+$/, { message: 'must be the token of a Meta system user, without blanks' })
  @MaxLength(2_000)
  access_token: string;

  @ApiPropertyOptional({
    example: 'v26.0',
    type: String,
    nullable: true,
    description: 'Of the Graph API. Null: WHATSAPP_API_VERSION.',
  })
  @IsOptional()
  @Matches(/^v\d{1,2}\.0$/, { message: 'must be a Graph API version such as v26.0' })
  api_version?: string | null;

  @ApiPropertyOptional({
    minimum: 1,
    maximum: 10_000,
    type: Number,
    nullable: true,
    description: 'Null: WHATSAPP_MESSAGES_PER_SECOND.',
  })
  @IsOptional()
  @IsInt({ message: 'must be a whole number of messages per second' })
  @Min(1)
  @Max(10_000)
  messages_per_second?: number | null;
}

/** What is left out stays as it is: a new token alone is enough. */
export class ChangeSendingNumberDto extends PartialType(PutSendingNumberDto, { skipNullProperties: false }) {}

export class StoreSendingNumberQuery {
  @ApiPropertyOptional({
    default: true,
    description: 'false: stored without asking Meta whether the token may use it.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean({ message: 'must be true or false' })
  verify: boolean = true;
}

export class ListSendingNumbersQuery {
  @ApiPropertyOptional({ format: 'uuid', description: 'Only those of this tenant.' })
  @IsOptional()
  @IsUUID('all', { message: 'must be the UUID of a tenant' })
  tenant_id?: string;
}

@ApiSchema({ name: 'SendingNumber' })
export class SendingNumberResponse {
  @ApiProperty() phone_number_id: string;
  @ApiProperty({ format: 'uuid' }) tenant_id: string;
  @ApiProperty() business_account_id: string;
  @ApiProperty({ format: 'uuid', type: String, nullable: true }) app_id: string | null;
  @ApiProperty({ description: 'Tells the token from another one; the token itself is never shown.' })
  access_token_fingerprint: string;
  @ApiProperty({ format: 'date-time' }) access_token_set_at: string;
  @ApiProperty({ type: String, nullable: true }) api_version: string | null;
  @ApiProperty({ type: Number, nullable: true }) messages_per_second: number | null;
  @ApiProperty({ format: 'date-time' }) created_at: string;
  @ApiProperty({ format: 'date-time' }) updated_at: string;
}

export function toSendingNumberResponse(number: SendingNumber): SendingNumberResponse {
  return {
    phone_number_id: number.phoneNumberId,
    tenant_id: number.tenantId,
    business_account_id: number.businessAccountId,
    app_id: number.appId,
    access_token_fingerprint: fingerprintOf(number.accessToken),
    access_token_set_at: number.accessTokenSetAt.toISOString(),
    api_version: number.apiVersion,
    messages_per_second: number.messagesPerSecond,
    created_at: number.createdAt.toISOString(),
    updated_at: number.updatedAt.toISOString(),
  };
}
