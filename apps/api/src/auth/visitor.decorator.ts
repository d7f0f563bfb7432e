import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

import type { Visitor as VisitorOf } from '#tenants';

export type Visitor = VisitorOf;

/** From where somebody signs in; behind a proxy, what `TRUSTED_PROXIES` says of it. */
export const Visitor = createParamDecorator((_: unknown, context: ExecutionContext): Visitor => {
  const request = context.switchToHttp().getRequest<Request>();
  return { address: request.ip ?? 'unknown', userAgent: request.headers['user-agent'] };
});
