import { ApiProperty, ApiPropertyOptional, ApiSchema, IntersectionType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsDate, IsIn, IsOptional, IsString, IsUUID, Matches, MaxLength, MinLength } from 'class-validator';

import { ACTOR_KINDS, type ActorKind, type AuditEntry, type AuditFilter, type Outcome, OUTCOMES } from '#audit';

import { PageDto } from '../messages/dto/page.dto.ts';

const A_TIME = 'must be an ISO 8601 time such as 2026-11-21T09:00:00Z';
const WORD = /^[a-z][a-z.-]{0,99}$/;

/** What the log can be narrowed down by. */
export class AuditFiltersDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'With a platform key: entries about this tenant only.' })
  @IsOptional()
  @IsUUID('all', { message: 'must be the UUID of a tenant' })
  tenant_id?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'The key or the person who did it.' })
  @IsOptional()
  @IsUUID('all', { message: 'must be the id of an API key or a person' })
  actor?: string;

  @ApiPropertyOptional({ enum: ACTOR_KINDS })
  @IsOptional()
  @IsIn(ACTOR_KINDS, { message: `must be one of ${ACTOR_KINDS.join(', ')}` })
  actor_kind?: ActorKind;

  @ApiPropertyOptional({ example: 'api-key.revoked' })
  @IsOptional()
  @Matches(WORD, { message: 'must be an action such as api-key.revoked' })
  action?: string;

  @ApiPropertyOptional({ example: 'api-key', description: 'The kind of object.' })
  @IsOptional()
  @Matches(WORD, { message: 'must be a kind of object such as api-key' })
  object?: string;

  @ApiPropertyOptional({ description: 'Its id, or what else names it in paths.' })
  @IsOptional()
  @IsString()
  // PostgreSQL takes no NUL in its text.
  @Matches(/^[^\0]*$/, { message: 'must not contain NUL' })
  @MaxLength(600)
  object_id?: string;

  @ApiPropertyOptional({ enum: OUTCOMES })
  @IsOptional()
  @IsIn(OUTCOMES, { message: `must be one of ${OUTCOMES.join(', ')}` })
  outcome?: Outcome;

  @ApiPropertyOptional({ format: 'date-time' })
  @IsOptional()
  @Type(() => Date)
  @IsDate({ message: A_TIME })
  from?: Date;

  @ApiPropertyOptional({ format: 'date-time', description: 'Excluded.' })
  @IsOptional()
  @Type(() => Date)
  @IsDate({ message: A_TIME })
  to?: Date;

  @ApiPropertyOptional({ description: 'Anywhere in who, what, which object, from where, or what changed.' })
  @IsOptional()
  @IsString()
  @Matches(/^[^\0]*$/, { message: 'must not contain NUL' })
  @MinLength(1)
  @MaxLength(200)
  q?: string;
}

export class ListAuditDto extends IntersectionType(PageDto, AuditFiltersDto) {}

@ApiSchema({ name: 'AuditActor' })
export class AuditActorResponse {
  @ApiProperty({ enum: ACTOR_KINDS }) kind: ActorKind;
  @ApiProperty({ format: 'uuid', type: String, nullable: true, description: 'Null for what has none.' })
  id: string | null;
  @ApiProperty({ example: 'procurement' }) name: string;
}

@ApiSchema({ name: 'AuditObject' })
export class AuditObjectResponse {
  @ApiProperty({ example: 'api-key' }) kind: string;
  @ApiProperty({ type: String, nullable: true }) id: string | null;
}

@ApiSchema({ name: 'AuditEntry' })
export class AuditEntryResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ description: 'Its place in the log, without gaps.' }) sequence: number;
  @ApiProperty({ format: 'date-time' }) at: string;
  @ApiProperty({ format: 'uuid', type: String, nullable: true, description: 'Whose; null: the platform’s.' })
  tenant_id: string | null;
  @ApiProperty() actor: AuditActorResponse;
  @ApiProperty({ example: 'api-key.revoked' }) action: string;
  @ApiProperty() object: AuditObjectResponse;
  @ApiProperty({ enum: OUTCOMES }) outcome: Outcome;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Of the error; `idempotency-replayed` where an earlier request had done it.',
  })
  code: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'What changed, as it was.' })
  before: unknown;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'What changed, as it is.' })
  after: unknown;
  @ApiProperty({ type: String, nullable: true }) request_id: string | null;
  @ApiProperty({ type: String, nullable: true, example: '203.0.113.7' }) address: string | null;
  @ApiProperty({ type: String, nullable: true }) user_agent: string | null;
  @ApiProperty({ description: 'SHA-256 over this entry and the one before.' }) hash: string;
}

export function toAuditEntryResponse(entry: AuditEntry): AuditEntryResponse {
  return {
    id: entry.id,
    sequence: Number(entry.sequence),
    at: entry.at.toISOString(),
    tenant_id: entry.tenantId,
    actor: { kind: entry.actorKind, id: entry.actorId, name: entry.actorName },
    action: entry.action,
    object: { kind: entry.objectKind, id: entry.objectId },
    outcome: entry.outcome,
    code: entry.code,
    before: entry.before,
    after: entry.after,
    request_id: entry.requestId,
    address: entry.address,
    user_agent: entry.userAgent,
    hash: entry.hash,
  };
}

@ApiSchema({ name: 'AuditLink' })
export class AuditLinkResponse {
  @ApiProperty() sequence: number;
  @ApiProperty() hash: string;
}

@ApiSchema({ name: 'AuditBreak' })
export class AuditBreakResponse {
  @ApiProperty() sequence: number;
  @ApiProperty({ example: 'it was changed, or one before it' }) reason: string;
}

@ApiSchema({ name: 'AuditChain' })
export class AuditChainResponse {
  @ApiProperty({ description: 'Found in order.' }) entries: number;
  @ApiProperty({ type: AuditLinkResponse, nullable: true, description: 'The last of them: worth noting elsewhere.' })
  head: AuditLinkResponse | null;
  @ApiProperty({ type: AuditBreakResponse, nullable: true, description: 'Null: the log is as it was written.' })
  broken: AuditBreakResponse | null;
}

export function toAuditFilter(tenantId: string | undefined, dto: AuditFiltersDto): AuditFilter {
  const equal = {
    tenantId,
    actorId: dto.actor,
    actorKind: dto.actor_kind,
    action: dto.action,
    objectKind: dto.object,
    objectId: dto.object_id,
    outcome: dto.outcome,
  };
  return { equal, from: dto.from, to: dto.to, text: dto.q };
}
