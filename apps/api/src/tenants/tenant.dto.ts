import { ApiProperty, ApiPropertyOptional, ApiSchema, PartialType, PickType } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsISO31661Alpha2, IsOptional, IsUUID, ValidateIf } from 'class-validator';

import type { Tenant } from '#tenants';

import { PageDto } from '../messages/dto/page.dto.ts';
import { IsName } from '../names.ts';

const STATES = ['active', 'suspended'] as const;
type TenantState = (typeof STATES)[number];

export class ListTenantsDto extends PageDto {
  @ApiPropertyOptional({ enum: STATES, description: 'Only those.' })
  @IsOptional()
  @IsIn(STATES, { message: `must be one of ${STATES.join(', ')}` })
  state?: TenantState;
}

export class CreateTenantDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'Its id in your systems; left out, one is made.' })
  @IsOptional()
  @IsUUID('all', { message: 'must be the UUID by which requests will name the tenant' })
  id?: string;

  @ApiProperty({ example: 'Acme' })
  @IsName()
  name: string;

  @ApiPropertyOptional({
    example: 'ES',
    type: String,
    nullable: true,
    description: 'ISO country of phone numbers without +. Null: WHATSAPP_DEFAULT_COUNTRY.',
  })
  @IsOptional()
  @IsISO31661Alpha2({ message: 'must be an ISO 3166 country code in capitals, such as ES' })
  default_country?: string | null;
}

export class ChangeTenantDto extends PartialType(PickType(CreateTenantDto, ['name', 'default_country']), {
  skipNullProperties: false,
}) {
  @ApiPropertyOptional({ description: 'true: its keys are refused and its messages wait, until it is false again.' })
  @ValidateIf((_, value) => value !== undefined)
  @IsBoolean({ message: 'must be true or false' })
  suspended?: boolean;
}

@ApiSchema({ name: 'Tenant' })
export class TenantResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() name: string;
  @ApiProperty({ type: String, nullable: true }) default_country: string | null;
  @ApiProperty({ enum: STATES }) state: TenantState;
  @ApiProperty({ format: 'date-time', type: String, nullable: true }) suspended_at: string | null;
  @ApiProperty({ format: 'date-time' }) created_at: string;
  @ApiProperty({ format: 'date-time' }) updated_at: string;
}

export function toTenantResponse(tenant: Tenant): TenantResponse {
  const { id, name, defaultCountry, suspendedAt, createdAt, updatedAt } = tenant;
  return {
    id,
    name,
    default_country: defaultCountry,
    state: suspendedAt ? 'suspended' : 'active',
    suspended_at: suspendedAt?.toISOString() ?? null,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}
