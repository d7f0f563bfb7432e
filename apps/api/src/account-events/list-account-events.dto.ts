import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsDate, IsOptional, IsString, Matches, MaxLength } from 'class-validator';

import type { AccountEventFilter } from '#messages';

import { PageDto } from '../messages/dto/page.dto.ts';

const A_TIME = 'must be an ISO 8601 time such as 2026-11-21T09:00:00Z';

const asBoolean = ({ value }: { value: unknown }): unknown =>
  value === 'true' ? true : value === 'false' ? false : value;

export class ListAccountEventsDto extends PageDto {
  @ApiPropertyOptional({ example: 'message_template_status_update', description: "Meta's name of the webhook field." })
  @IsOptional()
  @IsString()
  @MaxLength(512)
  // PostgreSQL takes no NUL in its text.
  @Matches(/^[^\0]*$/, { message: 'must not contain NUL' })
  field?: string;

  @ApiPropertyOptional({ description: 'False: fields newer than this version.' })
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean({ message: 'must be true or false' })
  known?: boolean;

  @ApiPropertyOptional({ format: 'date-time', description: "By Meta's time." })
  @IsOptional()
  @Type(() => Date)
  @IsDate({ message: A_TIME })
  from?: Date;

  @ApiPropertyOptional({ format: 'date-time', description: 'Exclusive.' })
  @IsOptional()
  @Type(() => Date)
  @IsDate({ message: A_TIME })
  to?: Date;
}

export function toAccountEventFilter({ field, known, from, to }: ListAccountEventsDto): AccountEventFilter {
  return { field, known, from, to };
}
