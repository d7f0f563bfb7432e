import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';

import type { Scope } from '../api-keys/api-key.entity.ts';
import { Admission } from './admission.ts';
import type { Caller } from './caller.ts';
import { PUBLIC, REQUIRED_SCOPE } from './require-scope.decorator.ts';

export type AuthenticatedRequest = Request & { caller: Caller };

/** Asks every handler's caller for a key with the handler's scope. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly admission: Admission,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (context.getType() !== 'http' || this.reflector.getAllAndOverride<boolean>(PUBLIC, targets)) return true;

    const http = context.switchToHttp();
    const [request, response] = [http.getRequest<AuthenticatedRequest>(), http.getResponse<Response>()];
    // A handler that names no scope needs `admin`, so none is open by oversight.
    const scope = this.reflector.getAllAndOverride<Scope>(REQUIRED_SCOPE, targets) ?? 'admin';
    // Known before it is refused: the refusal is told with the name of its caller.
    request.caller = await this.admission.identify(request, (headers) => response.set(headers));
    this.admission.assertMay(request.caller, scope);
    return true;
  }
}
