import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';

import { IdempotencyInterceptor } from './idempotency.interceptor.ts';

/**
 * The route takes an `Idempotency-Key`. For routes that create something by one transaction, if any: deed and memory are
 * then durable together. Others ask `IdempotencyService` themselves.
 */
export function Idempotent(): MethodDecorator {
  return applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({ name: 'Idempotency-Key', required: false }),
  );
}
