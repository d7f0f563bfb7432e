import { Injectable, Logger } from '@nestjs/common';

import { AppConfig, AppError } from '#common';
import { verifyWebhookSignature } from '#whatsapp';

/** Whether a body comes from Meta. The signature covers the raw bytes, so it is checked before they are parsed. */
@Injectable()
export class MetaSignature {
  private readonly logger = new Logger(MetaSignature.name);

  constructor(private readonly config: AppConfig) {}

  /** @throws AppError 401 for a body that was not signed with the app secret */
  assertSigned(rawBody: Buffer, signature: string | undefined): void {
    const { appSecret } = this.config.whatsapp;
    // Without a secret the start was refused, unless WHATSAPP_ALLOW_UNSIGNED_WEBHOOKS says otherwise.
    if (!appSecret || verifyWebhookSignature(rawBody, signature, [appSecret])) return;

    this.logger.warn({ message: 'Webhook with a bad signature refused', bytes: rawBody.length });
    throw new AppError(
      401,
      'webhook-signature-invalid',
      'X-Hub-Signature-256 is missing or does not match the body. Check that WHATSAPP_APP_SECRET is the secret of the app that sends.',
    );
  }
}
