import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';

import type { Scope } from '../api-keys/api-key.entity.ts';
import { ApiKeyService } from '../api-keys/api-key.service.ts';
import { assertScope, authenticate } from './authorize.ts';
import type { Caller } from './caller.ts';
import { PUBLIC, REQUIRED_SCOPE } from './require-scope.decorator.ts';

export type AuthenticatedRequest = Request & { caller: Caller };

/** Asks every handler's caller for a key with the handler's scope. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: ApiKeyService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (context.getType() !== 'http' || this.reflector.getAllAndOverride<boolean>(PUBLIC, targets)) return true;

    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    // A handler that names no scope needs `admin`, so none is open by oversight.
    const scope = this.reflector.getAllAndOverride<Scope>(REQUIRED_SCOPE, targets) ?? 'admin';
    // Known before it is refused: the refusal is told with the name of its caller.
    request.caller = await authenticate(this.keys, request.headers);
    assertScope(request.caller, scope);
    return true;
  }
}
