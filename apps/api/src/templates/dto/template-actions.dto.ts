import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';

import { OfTenantDto } from './list-templates.dto.ts';

export const LANGUAGE = /^[a-z]{2,3}(_[A-Za-z0-9]{2,4})?$/;
export const NO_LANGUAGE = 'must be a language code such as es or en_US';

export class DeleteTemplateDto extends OfTenantDto {
  @ApiPropertyOptional({ example: 'es', description: 'Only this language; all of them when it is left out.' })
  @IsOptional()
  @Matches(LANGUAGE, { message: NO_LANGUAGE })
  language?: string;
}

/** What to look for in Meta's library, in Meta's words. */
export class SearchLibraryDto extends OfTenantDto {
  @ApiPropertyOptional({ example: 'delivery', description: 'Anywhere in name and texts.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  search?: string;

  @ApiPropertyOptional({ example: 'delivery_update_1' })
  @IsOptional()
  @IsString()
  @MaxLength(512)
  name?: string;

  @ApiPropertyOptional({ example: 'es' })
  @IsOptional()
  @Matches(LANGUAGE, { message: NO_LANGUAGE })
  language?: string;

  @ApiPropertyOptional({ example: 'ORDER_MANAGEMENT' })
  @IsOptional()
  @Matches(/^[A-Z_]{1,100}$/, { message: "must be one of Meta's topics, such as ORDER_MANAGEMENT" })
  topic?: string;

  @ApiPropertyOptional({ example: 'SHIPMENT_CONFIRMATION' })
  @IsOptional()
  @Matches(/^[A-Z_]{1,100}$/, { message: "must be one of Meta's use cases, such as SHIPMENT_CONFIRMATION" })
  usecase?: string;

  @ApiPropertyOptional({ example: 'E_COMMERCE' })
  @IsOptional()
  @Matches(/^[A-Z_]{1,100}$/, { message: "must be one of Meta's industries, such as E_COMMERCE" })
  industry?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: 200, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit: number = 50;

  @ApiPropertyOptional({ description: '`paging.next_cursor` of the page before.' })
  @IsOptional()
  @IsString()
  @MaxLength(2_000)
  cursor?: string;
}
