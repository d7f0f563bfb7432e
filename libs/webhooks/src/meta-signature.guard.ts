import { type CanActivate, type ExecutionContext, Injectable, Logger } from '@nestjs/common';
import type { Request } from 'express';

import { AppConfig, AppError } from '#common';
import { verifyWebhookSignature } from '#whatsapp';

/** Refuses a body that was not signed with the app secret. The signature covers the raw bytes, so it is checked before they are parsed. */
@Injectable()
export class MetaSignatureGuard implements CanActivate {
  private readonly logger = new Logger(MetaSignatureGuard.name);

  constructor(private readonly config: AppConfig) {}

  canActivate(context: ExecutionContext): boolean {
    const { appSecret } = this.config.whatsapp;
    // Without a secret the start was refused, unless WHATSAPP_ALLOW_UNSIGNED_WEBHOOKS says otherwise.
    if (!appSecret) return true;

    const request = context.switchToHttp().getRequest<Request>();
    const body = request.body as unknown;
    const rawBody = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    if (verifyWebhookSignature(rawBody, request.get('x-hub-signature-256'), [appSecret])) return true;

    this.logger.warn({ message: 'Webhook with a bad signature refused', bytes: rawBody.length });
    throw new AppError(
      401,
      'webhook-signature-invalid',
      'X-Hub-Signature-256 is missing or does not match the body. Check that WHATSAPP_APP_SECRET is the secret of the app that sends.',
    );
  }
}
