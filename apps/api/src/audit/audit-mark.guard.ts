import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';

import { AUDITED, type Audited } from './audited.decorator.ts';
import type { AuditedRequest } from './audited-call.ts';

/** Lets everybody pass. Ahead of the guards that do not, it notes what the request asks for: what they refuse is told as well. */
@Injectable()
export class AuditMarkGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const audited = this.reflector.get<Audited | undefined>(AUDITED, context.getHandler());
    if (audited) context.switchToHttp().getRequest<AuditedRequest>().audited = audited;
    return true;
  }
}
