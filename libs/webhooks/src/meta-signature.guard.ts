import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';

import { MetaSignature, type Signer } from './meta-signature.ts';

type SignedRequest = Request & { signer: Signer };

/** Refuses a body that Meta did not sign. */
@Injectable()
export class MetaSignatureGuard implements CanActivate {
  constructor(private readonly signature: MetaSignature) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<SignedRequest>();
    const body = request.body as unknown;
    const rawBody = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    request.signer = this.signature.signerOf(rawBody, request.get('x-hub-signature-256'));
    return true;
  }
}

/** Who signed the request. */
export const SignedBy = createParamDecorator(
  (_: unknown, context: ExecutionContext): Signer => context.switchToHttp().getRequest<SignedRequest>().signer,
);
