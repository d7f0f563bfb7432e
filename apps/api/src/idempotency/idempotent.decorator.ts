import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';

import { IdempotencyInterceptor } from './idempotency.interceptor.ts';

/**
 * The route takes an `Idempotency-Key`. In the transaction that `@Audited` begins, deed and memory are durable together; a
 * route that is audited as done `outside` must bear being done twice, when the process dies in between.
 */
export function Idempotent(): MethodDecorator {
  return applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({ name: 'Idempotency-Key', required: false }),
  );
}
