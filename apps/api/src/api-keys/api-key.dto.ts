import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayNotEmpty,
  ArrayUnique,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsUUID,
  Max,
  Min,
} from 'class-validator';

import { type ApiKey, type Scope, SCOPES } from '#tenants';

import { PageDto } from '../messages/dto/page.dto.ts';
import { IsName } from '../names.ts';

const MONTH_S = 30 * 24 * 3_600;
const DAY_S = 24 * 3_600;
const MOST_PER_MINUTE = 10_000_000;

export class ListApiKeysDto extends PageDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'With a platform key: keys of this tenant only.' })
  @IsOptional()
  @IsUUID('all', { message: 'must be the UUID of a tenant' })
  tenant_id?: string;

  @ApiPropertyOptional({ default: false, description: 'true: also those that are revoked or expired.' })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean({ message: 'must be true or false' })
  ended: boolean = false;
}

function RequestsPerMinute(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      minimum: 0,
      maximum: MOST_PER_MINUTE,
      type: Number,
      nullable: true,
      description: 'Null: API_KEY_REQUESTS_PER_MINUTE; 0: no limit. Set with a platform key only.',
    }),
    IsOptional(),
    IsInt({ message: 'must be a whole number of requests a minute' }),
    Min(0),
    Max(MOST_PER_MINUTE),
  );
}

export class CreateApiKeyDto {
  @ApiProperty({ example: 'procurement', description: 'Who uses it.' })
  @IsName()
  name: string;

  @ApiPropertyOptional({
    format: 'uuid',
    type: String,
    nullable: true,
    description:
      "With a platform key: the tenant it acts for, or null for a platform key. A tenant's key leaves it out.",
  })
  @IsOptional()
  @IsUUID('all', { message: 'must be the UUID of a tenant, or null for a platform key' })
  tenant_id?: string | null;

  @ApiProperty({ enum: SCOPES, isArray: true, example: ['messages:send', 'messages:read'] })
  @IsIn(SCOPES, { each: true, message: `must be some of ${SCOPES.join(', ')}` })
  @ArrayUnique({ message: 'must name each scope once' })
  @ArrayNotEmpty({ message: `must name at least one of ${SCOPES.join(', ')}` })
  scopes: Scope[];

  @ApiPropertyOptional({
    format: 'date-time',
    type: String,
    nullable: true,
    description: 'Null: it works until it is revoked.',
  })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true }, { message: 'must be a time such as 2027-12-31T00:00:00Z' })
  expires_at?: string | null;

  @RequestsPerMinute()
  requests_per_minute?: number | null;
}

export class ChangeApiKeyDto {
  @RequestsPerMinute()
  requests_per_minute?: number | null;
}

export class RotateApiKeyDto {
  @ApiPropertyOptional({
    minimum: 0,
    maximum: MONTH_S,
    default: DAY_S,
    description: 'Seconds that the old key goes on working.',
  })
  @IsOptional()
  @IsInt({ message: 'must be a whole number of seconds' })
  @Min(0)
  @Max(MONTH_S)
  overlap_seconds: number = DAY_S;
}

@ApiSchema({ name: 'ApiKey' })
export class ApiKeyResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() name: string;
  @ApiProperty({ example: 'pal_Zk3v9x', description: 'How the key begins, to recognise it by.' }) prefix: string;
  @ApiProperty({ format: 'uuid', type: String, nullable: true, description: 'Null: a platform key.' })
  tenant_id: string | null;
  @ApiProperty({ enum: SCOPES, isArray: true }) scopes: Scope[];
  @ApiProperty({ type: Number, nullable: true, description: 'Null: API_KEY_REQUESTS_PER_MINUTE; 0: no limit.' })
  requests_per_minute: number | null;
  @ApiProperty({ enum: ['active', 'expired', 'revoked'] }) state: 'active' | 'expired' | 'revoked';
  @ApiProperty({ format: 'date-time' }) created_at: string;
  @ApiProperty({ format: 'date-time', type: String, nullable: true }) expires_at: string | null;
  @ApiProperty({ format: 'date-time', type: String, nullable: true }) revoked_at: string | null;
  @ApiProperty({ format: 'date-time', type: String, nullable: true, description: 'To the minute.' })
  last_used_at: string | null;
}

@ApiSchema({ name: 'NewApiKey' })
export class NewApiKeyResponse extends ApiKeyResponse {
  @ApiProperty({ example: 'pal_…', description: 'The key itself: shown in this answer and never again.' })
  key: string;
}

export function toApiKeyResponse(apiKey: ApiKey, now: Date): ApiKeyResponse {
  const { expiresAt, revokedAt } = apiKey;
  const isExpired = expiresAt !== null && expiresAt <= now;
  return {
    id: apiKey.id,
    name: apiKey.name,
    prefix: apiKey.prefix,
    tenant_id: apiKey.tenantId,
    scopes: apiKey.scopes,
    requests_per_minute: apiKey.requestsPerMinute,
    state: revokedAt ? 'revoked' : isExpired ? 'expired' : 'active',
    created_at: apiKey.createdAt.toISOString(),
    expires_at: expiresAt?.toISOString() ?? null,
    revoked_at: revokedAt?.toISOString() ?? null,
    last_used_at: apiKey.lastUsedAt?.toISOString() ?? null,
  };
}
