import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';

import { admit, forEverybody } from '#common';

import type { Scope } from '../api-keys/api-key.entity.ts';
import type { PersonSession } from '../sessions/session.repository.ts';
import { Admission } from './admission.ts';
import { Authenticator, callerOf } from './authenticator.ts';
import type { Caller } from './caller.ts';
import { FOR_PEOPLE, PUBLIC, REQUIRED_SCOPE } from './require-scope.decorator.ts';

export type AuthenticatedRequest = Request & {
  caller: Caller;
  /** On routes that are for people. */
  session?: PersonSession;
};

/** Lets a handler's caller in who has its scope, or is signed in where that is all it asks. */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
    private readonly admission: Admission,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const asks = <T>(what: string) => this.reflector.getAllAndOverride<T | undefined>(what, targets);
    if (context.getType() !== 'http' || asks<boolean>(PUBLIC)) return true;

    const http = context.switchToHttp();
    const [request, response] = [http.getRequest<AuthenticatedRequest>(), http.getResponse<Response>()];
    if (asks<boolean>(FOR_PEOPLE)) {
      request.session = await forEverybody(() => this.authenticator.session(request));
      request.caller = callerOf(request.session);
      admit(request.caller.tenantId);
    } else {
      // Known before it is refused: the refusal is told with the name of its caller.
      request.caller = await this.admission.identify(request, (headers) => response.set(headers));
      // A handler that names no scope needs `admin`, so none is open by oversight.
      this.admission.assertMay(request.caller, asks<Scope>(REQUIRED_SCOPE) ?? 'admin');
    }
    return true;
  }
}
