import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, IsUUID, ValidateIf } from 'class-validator';

import { PEOPLE_ROLES, type Person, type PersonRole } from '#tenants';

import { PageDto } from '../messages/dto/page.dto.ts';
import { IsEmailAddress, IsName } from '../names.ts';

const ROLE_MESSAGE = { message: `must be one of ${PEOPLE_ROLES.join(', ')}` };
const isGiven = (_: object, value: unknown) => value !== undefined;

export class ListPeopleDto extends PageDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'On the platform: people of this tenant only.' })
  @IsOptional()
  @IsUUID('all', { message: 'must be the UUID of a tenant' })
  tenant_id?: string;

  @ApiPropertyOptional({ enum: PEOPLE_ROLES })
  @IsOptional()
  @IsIn(PEOPLE_ROLES, ROLE_MESSAGE)
  role?: PersonRole;

  @ApiPropertyOptional({ default: true, description: 'false: without those who are disabled.' })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean({ message: 'must be true or false' })
  disabled: boolean = true;
}

export class CreatePersonDto {
  @ApiProperty({ format: 'email', example: 'ana@example.com' })
  @IsEmailAddress()
  email: string;

  @ApiProperty({ example: 'Ana García' })
  @IsName()
  name: string;

  @ApiProperty({ enum: PEOPLE_ROLES })
  @IsIn(PEOPLE_ROLES, ROLE_MESSAGE)
  role: PersonRole;

  @ApiPropertyOptional({
    format: 'uuid',
    type: String,
    nullable: true,
    description: 'On the platform: whose tenant they work for; null or left out for a platform-admin.',
  })
  @IsOptional()
  @IsUUID('all', { message: 'must be the UUID of a tenant' })
  tenant_id?: string | null;
}

export class ChangePersonDto {
  @ApiPropertyOptional()
  @ValidateIf(isGiven)
  @IsName()
  name?: string;

  @ApiPropertyOptional({ enum: PEOPLE_ROLES, description: 'Another role ends the sessions of the person.' })
  @ValidateIf(isGiven)
  @IsIn(PEOPLE_ROLES, ROLE_MESSAGE)
  role?: PersonRole;

  @ApiPropertyOptional({ format: 'uuid', type: String, nullable: true, description: 'As when a person is made.' })
  @IsOptional()
  @IsUUID('all', { message: 'must be the UUID of a tenant' })
  tenant_id?: string | null;
}

@ApiSchema({ name: 'Person' })
export class PersonResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ format: 'uuid', type: String, nullable: true, description: 'Null for a platform-admin.' })
  tenant_id: string | null;
  @ApiProperty({ format: 'email' }) email: string;
  @ApiProperty() name: string;
  @ApiProperty({ enum: PEOPLE_ROLES }) role: PersonRole;
  @ApiProperty({ enum: ['active', 'disabled'] }) state: 'active' | 'disabled';
  @ApiProperty({ description: 'Whether the password is still the one that an admin saw.' })
  password_is_temporary: boolean;
  @ApiProperty({ description: 'Whether they have signed in at the identity provider.' }) has_identity: boolean;
  @ApiProperty({ format: 'date-time' }) created_at: string;
  @ApiProperty({ format: 'date-time', type: String, nullable: true }) disabled_at: string | null;
  @ApiProperty({ format: 'date-time', type: String, nullable: true }) last_sign_in_at: string | null;
}

@ApiSchema({ name: 'PersonWithPassword' })
export class PersonWithPasswordResponse extends PersonResponse {
  @ApiProperty({ description: 'To sign in with once, and change: shown in this answer and never again.' })
  password: string;
}

export function toPersonResponse(person: Person): PersonResponse {
  return {
    id: person.id,
    tenant_id: person.tenantId,
    email: person.email,
    name: person.name,
    role: person.role,
    state: person.disabledAt ? 'disabled' : 'active',
    password_is_temporary: person.passwordIsTemporary,
    has_identity: person.identity !== null,
    created_at: person.createdAt.toISOString(),
    disabled_at: person.disabledAt?.toISOString() ?? null,
    last_sign_in_at: person.lastSignInAt?.toISOString() ?? null,
  };
}
