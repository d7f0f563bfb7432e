import { Injectable, Logger } from '@nestjs/common';

import { AppConfig, AppError } from '#common';
import { SenderDirectory } from '#tenants';
import { verifyWebhookSignature } from '#whatsapp';

import { WebhookRefusals } from './webhook-refusals.ts';

/** Which app at Meta signed a body; null: the one of the environment. It may speak of its own numbers and accounts only. */
export interface Signer {
  appId: string | null;
}

const ENVIRONMENT: Signer = { appId: null };

/** Whether a body comes from Meta. The signature covers the raw bytes, so it is checked before they are parsed. */
@Injectable()
export class MetaSignature {
  private readonly logger = new Logger(MetaSignature.name);

  constructor(
    private readonly config: AppConfig,
    private readonly senders: SenderDirectory,
    private readonly refusals: WebhookRefusals,
  ) {}

  /** @throws AppError 401 for a body that no app of ours signed */
  signerOf(rawBody: Buffer, signature: string | undefined): Signer {
    const signer = this.senders.apps().find(({ secrets }) => verifyWebhookSignature(rawBody, signature, secrets));
    if (signer) return signer;
    // Without a secret the start was refused, unless WHATSAPP_ALLOW_UNSIGNED_WEBHOOKS says otherwise.
    if (!this.config.whatsapp.appSecret) return ENVIRONMENT;

    this.refusals.signature += 1;
    this.logger.warn({ message: 'Webhook with a bad signature refused', bytes: rawBody.length });
    throw new AppError(
      401,
      'webhook-signature-invalid',
      'X-Hub-Signature-256 is missing or does not match the body. Check that WHATSAPP_APP_SECRET (or the secret stored with the app) is the secret of the app that sends.',
    );
  }
}
