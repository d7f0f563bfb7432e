import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';

import { AppError } from '#common';

import type { Scope } from '../api-keys/api-key.entity.ts';
import { ApiKeyService, type Caller } from '../api-keys/api-key.service.ts';
import { PUBLIC, REQUIRED_SCOPE } from './require-scope.decorator.ts';

export type AuthenticatedRequest = Request & { caller: Caller };

/** Asks every handler's caller for a key with the handler's scope. A handler that names no scope needs `admin`, so none is open by oversight. */
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
    const key = keyOf(request);
    const caller = key === undefined ? undefined : await this.keys.identify(key);
    if (!caller) throw unauthorized(key === undefined);

    const scope = this.reflector.getAllAndOverride<Scope>(REQUIRED_SCOPE, targets) ?? 'admin';
    if (!caller.scopes.includes(scope)) {
      throw new AppError(403, 'scope-missing', `This API key lacks the scope ${scope}.`);
    }
    request.caller = caller;
    return true;
  }
}

function keyOf(request: Request): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(request.get('authorization') ?? '')?.[1];
  return (bearer ?? request.get('x-api-key')?.trim()) || undefined;
}

function unauthorized(missing: boolean): AppError {
  const how = 'Send "Authorization: Bearer <api key>" or "X-API-Key: <api key>".';
  return missing
    ? new AppError(401, 'api-key-missing', `No API key was given. ${how}`)
    : new AppError(401, 'api-key-invalid', 'The API key is unknown, revoked or expired.');
}
