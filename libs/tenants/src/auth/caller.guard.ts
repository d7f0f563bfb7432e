import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';

import { admit, forEverybody } from '#common';

import type { PersonSession } from '../sessions/session.repository.ts';
import { Admission } from './admission.ts';
import { Authenticator, callerOf } from './authenticator.ts';
import type { Caller } from './caller.ts';
import { accessTo } from './require-scope.decorator.ts';

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
    if (context.getType() !== 'http') return true;
    const access = accessTo(this.reflector, [context.getHandler(), context.getClass()]);
    if (access === 'public') return true;

    const http = context.switchToHttp();
    const [request, response] = [http.getRequest<AuthenticatedRequest>(), http.getResponse<Response>()];
    if (access === 'signed-in') {
      request.session = await forEverybody(() => this.authenticator.session(request));
      request.caller = callerOf(request.session);
      admit(request.caller.tenantId);
    } else {
      // Known before it is refused: the refusal is told with the name of its caller.
      request.caller = await this.admission.identify(request, (headers) => response.set(headers));
      this.admission.assertMay(request.caller, access);
    }
    return true;
  }
}
