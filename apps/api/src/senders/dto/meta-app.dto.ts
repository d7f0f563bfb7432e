import { ApiProperty, ApiPropertyOptional, ApiSchema, PartialType } from '@nestjs/swagger';
import { IsBoolean, IsOptional, Matches, MaxLength } from 'class-validator';

import { fingerprintOf } from '#common';
import type { MetaApp } from '#tenants';

import { IsName } from '../../names.ts';

/** PostgreSQL takes no NUL and no half of a surrogate pair. */
const NO_BLANKS = /^[^\s\p{Cc}\p{Cs}]+$/u;

export class CreateMetaAppDto {
  @ApiProperty({ example: 'Acme', description: 'To recognise it by; no other app may have it.' })
  @IsName()
  name: string;

  @ApiProperty({ description: 'App dashboard, Settings, Basic. It is never shown again.' })
  @Matches(NO_BLANKS, { message: 'must be the app secret, without blanks' })
  @MaxLength(500)
  app_secret: string;

  @ApiProperty({ description: 'The word typed into the app dashboard as well.' })
  @Matches(NO_BLANKS, { message: 'must be a word of your own, without blanks' })
  @MaxLength(500)
  verify_token: string;
}

export class ChangeMetaAppDto extends PartialType(CreateMetaAppDto, { skipNullProperties: false }) {
  @ApiPropertyOptional({ description: 'true: what the previous secret signs is refused from now on.' })
  @IsOptional()
  @IsBoolean()
  drop_previous_secret?: boolean;
}

@ApiSchema({ name: 'MetaApp' })
export class MetaAppResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() name: string;
  @ApiProperty({ description: 'Tells the secret from another one; the secret itself is never shown.' })
  app_secret_fingerprint: string;
  @ApiProperty({ format: 'date-time' }) app_secret_set_at: string;
  @ApiProperty({ description: 'Whether the secret before the present one is accepted as well.' })
  has_previous_secret: boolean;
  @ApiProperty({ format: 'date-time' }) created_at: string;
  @ApiProperty({ format: 'date-time' }) updated_at: string;
}

export function toMetaAppResponse(app: MetaApp): MetaAppResponse {
  const { id, name, appSecret, appSecretSetAt, previousAppSecret, createdAt, updatedAt } = app;
  return {
    id,
    name,
    app_secret_fingerprint: fingerprintOf(appSecret),
    app_secret_set_at: appSecretSetAt.toISOString(),
    has_previous_secret: previousAppSecret !== null,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}
