import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';

import { MetaSignature } from './meta-signature.ts';

/** Refuses a body that Meta did not sign. */
@Injectable()
export class MetaSignatureGuard implements CanActivate {
  constructor(private readonly signature: MetaSignature) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const body = request.body as unknown;
    this.signature.assertSigned(Buffer.isBuffer(body) ? body : Buffer.alloc(0), request.get('x-hub-signature-256'));
    return true;
  }
}
