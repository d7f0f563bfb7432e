import { applyDecorators } from '@nestjs/common';
import { IsString, Length, Matches } from 'class-validator';

/** What people call something: one line that PostgreSQL can store and a log can show. */
export function IsName(): PropertyDecorator {
  return applyDecorators(
    IsString(),
    Length(1, 100),
    Matches(/^(?=.*\S)[^\p{Cc}\p{Cs}]+$/u, { message: 'must be a name, without control characters' }),
  );
}
