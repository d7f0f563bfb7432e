import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsOptional, IsString, Length, Matches, MaxLength } from 'class-validator';

import {
  csrfTokenOf,
  LONGEST_PASSWORD,
  PEOPLE_ROLES,
  type PersonRole,
  type PersonSession,
  type Scope,
  SCOPES,
  SCOPES_OF,
  type Session,
  SHORTEST_PASSWORD,
  type SignInMethod,
} from '#tenants';

import { IsEmailAddress } from '../names.ts';

/** Some characters are two of JavaScript's, or three once they are typed apart. */
const MOST_TYPED = 1_024;

export class SignInDto {
  @ApiProperty({ format: 'email', example: 'ana@example.com' })
  @IsEmailAddress()
  email: string;

  @ApiProperty({ format: 'password' })
  @IsString()
  @Length(1, MOST_TYPED)
  password: string;
}

export class ChangePasswordDto {
  @ApiProperty({ format: 'password' })
  @IsString()
  @Length(1, MOST_TYPED)
  current_password: string;

  @ApiProperty({
    format: 'password',
    example: 'other words that nobody guesses',
    minLength: SHORTEST_PASSWORD,
    maxLength: LONGEST_PASSWORD,
    description: 'Any characters; the most common passwords are refused.',
  })
  @IsString()
  @MaxLength(MOST_TYPED)
  new_password: string;
}

export class BeginProviderSignInDto {
  @ApiProperty({ required: false, default: '/admin', description: 'The path to come back to.' })
  @IsOptional()
  @Matches(/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,1000}$/, { message: 'must be a path of ours, such as /admin/messages' })
  return_to: string = '/admin';
}

@ApiSchema({ name: 'SignInMethods' })
export class SignInMethodsResponse {
  @ApiProperty({ enum: [true] }) password: boolean;
  @ApiProperty({ description: 'Whether GET /api/v1/auth/oidc leads to an identity provider.' }) oidc: boolean;
}

@ApiSchema({ name: 'SignedIn' })
export class SignedInResponse {
  @ApiProperty({ format: 'uuid' }) person_id: string;
  @ApiProperty({ format: 'email' }) email: string;
  @ApiProperty() name: string;
  @ApiProperty({ enum: PEOPLE_ROLES }) role: PersonRole;
  @ApiProperty({ format: 'uuid', type: String, nullable: true, description: 'Null for a platform-admin.' })
  tenant_id: string | null;
  @ApiProperty({ enum: SCOPES, isArray: true }) scopes: readonly Scope[];
  @ApiProperty({ description: 'true: nothing else is allowed before the password is changed.' })
  must_change_password: boolean;
  @ApiProperty({ description: 'To be sent as X-CSRF-Token with everything but GET.' }) csrf_token: string;
  @ApiProperty({ format: 'date-time', description: 'The session ends then, or an hour after its last use.' })
  expires_at: string;
}

@ApiSchema({ name: 'Session' })
export class SessionResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ description: 'Whether it is the one that asks.' }) current: boolean;
  @ApiProperty({ enum: ['password', 'provider'] }) method: SignInMethod;
  @ApiProperty({ example: '203.0.113.7' }) address: string;
  @ApiProperty({ type: String, nullable: true }) user_agent: string | null;
  @ApiProperty({ format: 'date-time' }) created_at: string;
  @ApiProperty({ format: 'date-time', description: 'To the minute.' }) last_used_at: string;
  @ApiProperty({ format: 'date-time' }) expires_at: string;
}

export function toSignedInResponse({ person, method, expiresAt }: PersonSession, token: string): SignedInResponse {
  return {
    person_id: person.id,
    email: person.email,
    name: person.name,
    role: person.role,
    tenant_id: person.tenantId,
    scopes: SCOPES_OF[person.role],
    must_change_password: method === 'password' && person.passwordIsTemporary,
    csrf_token: csrfTokenOf(token),
    expires_at: expiresAt.toISOString(),
  };
}

export function toSessionResponse(session: Session, currentId: string): SessionResponse {
  return {
    id: session.id,
    current: session.id === currentId,
    method: session.method,
    address: session.address,
    user_agent: session.userAgent,
    created_at: session.createdAt.toISOString(),
    last_used_at: session.lastUsedAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
  };
}
