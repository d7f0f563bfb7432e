import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsOptional, IsString, IsUUID, Matches, MaxLength } from 'class-validator';

const A_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;
const AS_A_TIME = 'must be a time with its zone such as 2026-11-21T09:00:00Z, or a day such as 2026-11-21 (UTC)';

/** Without a zone it would be a time of the server's. */
function IsTime(description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ format: 'date-time', description }),
    IsOptional(),
    IsISO8601({ strict: true }, { message: AS_A_TIME }),
    Matches(A_TIME, { message: AS_A_TIME }),
  );
}

export class UsageDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'With a platform key; without it, all tenants.' })
  @IsOptional()
  @IsUUID('all', { message: 'must be the UUID of a tenant' })
  tenant_id?: string;

  @IsTime('Default: the start of the month (UTC) of `to`.')
  from?: string;

  @IsTime('Exclusive. Default: now.')
  to?: string;
}

export class StatisticsDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'With a platform key; without it, all tenants.' })
  @IsOptional()
  @IsUUID('all', { message: 'must be the UUID of a tenant' })
  tenant_id?: string;

  @IsTime('By when a message was accepted. Default: the start of the day 30 days before `to`.')
  from?: string;

  @IsTime('Exclusive. Default: now.')
  to?: string;

  @ApiPropertyOptional({ default: 'UTC', example: 'Europe/Madrid', description: 'Whose days and hours they are.' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  time_zone: string = 'UTC';

  @ApiPropertyOptional({ example: 'po_notification' })
  @IsOptional()
  @IsString()
  @MaxLength(512)
  // PostgreSQL takes no NUL in its text; empty stands for messages without a template.
  @Matches(/^[^\0]+$/, { message: 'must be the name of a template' })
  template_name?: string;
}

export class SeriesDto extends StatisticsDto {
  @ApiPropertyOptional({ enum: ['hour', 'day'], default: 'day' })
  @IsOptional()
  @IsIn(['hour', 'day'], { message: 'must be hour or day' })
  interval: 'hour' | 'day' = 'day';
}
