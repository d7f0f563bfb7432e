import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { from, lastValueFrom, type Observable } from 'rxjs';

import { PLATFORM_TENANT_ID } from '#common';
import type { AuthenticatedRequest } from '#tenants';

import { IdempotencyService } from './idempotency.service.ts';
import { sendAnswer } from './send-answer.ts';

/** What `@Idempotent` puts around a route, inside the transaction that the audit log begins. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly idempotency: IdempotencyService) {}

  intercept(context: ExecutionContext, next: CallHandler<object>): Observable<object> {
    const http = context.switchToHttp();
    const request = http.getRequest<AuthenticatedRequest>();
    const response = http.getResponse<Response>();
    const keyed = {
      tenantId: request.caller.tenantId ?? PLATFORM_TENANT_ID,
      key: request.get('idempotency-key'),
      route: `${request.method} ${request.path}`,
      body: request.body as unknown,
      // Keys and passwords are shown by the answer alone.
      isSecret: true,
    };
    const answer = async () => ({ status: response.statusCode, body: await lastValueFrom(next.handle()) });
    return from(this.idempotency.once(keyed, answer).then((given) => sendAnswer(response, given)));
  }
}
