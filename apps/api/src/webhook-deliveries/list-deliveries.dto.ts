import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsDate, IsIn, IsOptional } from 'class-validator';

import {
  type ArchiveFilter,
  DELIVERY_STATES,
  type DeliveryState,
  SET_ASIDE_REASONS,
  type SetAsideReason,
} from '#messages';

import { PageDto } from '../messages/dto/page.dto.ts';

export class ListDeliveriesDto extends PageDto {
  @ApiPropertyOptional({ enum: DELIVERY_STATES })
  @IsOptional()
  @IsIn(DELIVERY_STATES, { message: `must be one of ${DELIVERY_STATES.join(', ')}` })
  state?: DeliveryState;

  @ApiPropertyOptional({ enum: SET_ASIDE_REASONS, description: 'Why an item of it was not applied.' })
  @IsOptional()
  @IsIn(SET_ASIDE_REASONS, { message: `must be one of ${SET_ASIDE_REASONS.join(', ')}` })
  reason?: SetAsideReason;

  @ApiPropertyOptional({ format: 'date-time' })
  @IsOptional()
  @Type(() => Date)
  @IsDate({ message: 'must be a time such as 2026-11-26T09:00:00Z' })
  from?: Date;

  @ApiPropertyOptional({ format: 'date-time', description: 'Excluded.' })
  @IsOptional()
  @Type(() => Date)
  @IsDate({ message: 'must be a time such as 2026-11-26T10:00:00Z' })
  to?: Date;
}

export function toArchiveFilter({ state, reason, from, to }: ListDeliveriesDto): ArchiveFilter {
  return { ...(state && { state }), ...(reason && { reason }), ...(from && { from }), ...(to && { to }) };
}
