import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, IsString, IsUUID, Matches, MaxLength, MinLength } from 'class-validator';

import { IsE164 } from '#common';
import type { Erasure } from '#messages';

import { phone } from '../messages/dto/phone.ts';

/** PostgreSQL takes neither NUL nor half of a surrogate pair in its text. */
const STORABLE = /^[^\0\p{Cs}]*$/u;

/** Shorter, it would be found in what is about somebody else. */
const SHORTEST_ID = 6;

export class PersonDto {
  @ApiPropertyOptional({
    format: 'uuid',
    type: String,
    nullable: true,
    description: "With a platform key: the tenant, or null for every tenant. A tenant's key leaves it out.",
  })
  @IsOptional()
  @IsUUID('all', { message: 'must be the UUID of a tenant, or null for every tenant' })
  tenant_id?: string | null;

  @ApiPropertyOptional({ example: '+34612345678', description: 'However WhatsApp spells it; this, `user_id` or both.' })
  @IsOptional()
  @Transform(phone)
  @IsE164()
  phone?: string;

  @ApiPropertyOptional({ example: 'ES.13491208655302741918', description: 'Business-scoped user id.' })
  @IsOptional()
  @IsString()
  @Matches(STORABLE, { message: 'must not contain NUL or half of a surrogate pair' })
  @MinLength(SHORTEST_ID)
  @MaxLength(256)
  user_id?: string;
}

@ApiSchema({ name: 'Erasure' })
export class ErasureResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ format: 'uuid', type: String, nullable: true, description: 'Null: of every tenant.' })
  tenant_id: string | null;
  @ApiProperty({ enum: ['running', 'done'] }) state: 'running' | 'done';
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { contacts: 1, conversations: 1, messages: 12, media: 2, webhook_deliveries: 30 },
    description: 'How much of each kind, so far.',
  })
  removed: Record<string, number>;
  @ApiProperty({ format: 'date-time', description: 'What came later stays.' }) requested_at: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) finished_at: string | null;
}

export function toErasureResponse({ id, tenantId, removed, requestedAt, finishedAt }: Erasure): ErasureResponse {
  return {
    id,
    tenant_id: tenantId,
    state: finishedAt ? 'done' : 'running',
    removed,
    requested_at: requestedAt.toISOString(),
    finished_at: finishedAt?.toISOString() ?? null,
  };
}
