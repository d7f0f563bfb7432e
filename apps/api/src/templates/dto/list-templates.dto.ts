import { ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional, IsString, IsUUID, Matches, MaxLength, MinLength } from 'class-validator';

import type { TemplateFilter } from '#messages';

import { PageDto } from '../../messages/dto/page.dto.ts';

/** PostgreSQL takes none in its text. */
const NO_NUL = /^[^\0]*$/;

const upperCase = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.toUpperCase() : value);
const asBoolean = ({ value }: { value: unknown }): unknown =>
  value === 'true' ? true : value === 'false' ? false : value;

/** Whose account: a tenant's key acts for its tenant, a platform key for the platform or the tenant it names. */
export class OfTenantDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'With a platform key: the tenant whose account it is about.' })
  @IsOptional()
  @IsUUID('all', { message: 'must be the UUID of a tenant' })
  tenant_id?: string;
}

export class ListTemplatesDto extends IntersectionType(PageDto, OfTenantDto) {
  @ApiPropertyOptional({ example: 'po_notification' })
  @IsOptional()
  @IsString()
  @Matches(NO_NUL, { message: 'must not contain NUL' })
  name?: string;

  @ApiPropertyOptional({ example: 'po_notification', description: 'Our stable name.' })
  @IsOptional()
  @IsString()
  @Matches(NO_NUL, { message: 'must not contain NUL' })
  key?: string;

  @ApiPropertyOptional({ example: 'es' })
  @IsOptional()
  @IsString()
  @Matches(NO_NUL, { message: 'must not contain NUL' })
  language?: string;

  @ApiPropertyOptional({ example: 'UTILITY' })
  @IsOptional()
  @Transform(upperCase)
  @Matches(/^[A-Z_]{1,50}$/, { message: 'must be a category such as UTILITY, MARKETING or AUTHENTICATION' })
  category?: string;

  @ApiPropertyOptional({ example: 'APPROVED' })
  @IsOptional()
  @Transform(upperCase)
  @Matches(/^[A-Z_]{1,50}$/, { message: 'must be a status such as APPROVED, PENDING, REJECTED or PAUSED' })
  status?: string;

  @ApiPropertyOptional({ description: 'False: those that Meta has no more.' })
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean({ message: 'must be true or false' })
  is_active?: boolean;

  @ApiPropertyOptional({ description: 'Anywhere in the name or the text of the body.' })
  @IsOptional()
  @IsString()
  @Matches(NO_NUL, { message: 'must not contain NUL' })
  @MinLength(1)
  @MaxLength(200)
  q?: string;
}

export function toTemplateFilter(dto: ListTemplatesDto): TemplateFilter {
  const { name, key, language, category, status, is_active: isActive, q: text } = dto;
  return { name, key, language, category, status, isActive, text };
}
