import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, IsString, IsUUID, Matches, MaxLength, MinLength } from 'class-validator';

import { IsE164 } from '#common';

import { PageDto } from '../messages/dto/page.dto.ts';
import { phone } from '../messages/dto/phone.ts';

/** PostgreSQL takes none in its text. */
const NO_NUL = /^[^\0]*$/;

export class ListContactsDto extends PageDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'With a platform key.' })
  @IsOptional()
  @IsUUID()
  tenant_id?: string;

  @ApiPropertyOptional({ example: '+34612345678', description: 'However WhatsApp spells it; also one they have left.' })
  @IsOptional()
  @Transform(phone)
  @IsE164()
  phone?: string;

  @ApiPropertyOptional({ example: 'ES.13491208655302741918' })
  @IsOptional()
  @IsString()
  @Matches(NO_NUL, { message: 'must not contain NUL' })
  @MaxLength(256)
  user_id?: string;

  @ApiPropertyOptional({ description: 'Anywhere in the name or the username.' })
  @IsOptional()
  @IsString()
  @Matches(NO_NUL, { message: 'must not contain NUL' })
  @MinLength(1)
  @MaxLength(200)
  name?: string;
}
