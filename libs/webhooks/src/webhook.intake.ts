import { isUtf8 } from 'node:buffer';

import { Injectable } from '@nestjs/common';

import { AppError } from '#common';
import { WebhookDeliveryRepository } from '#messages';

import type { Signer } from './meta-signature.ts';
import { WebhookListener } from './webhook.listener.ts';
import { WebhookProcessor } from './webhook.processor.ts';

/** Takes what Meta delivers: refused as not JSON, or durable when `take` returns. */
@Injectable()
export class WebhookIntake {
  constructor(
    private readonly deliveries: WebhookDeliveryRepository,
    private readonly listener: WebhookListener,
    private readonly processor: WebhookProcessor,
  ) {}

  /** @throws AppError 400 for what is not JSON; a database fault, which is answered 503 so that Meta delivers again. */
  async take(rawBody: Buffer, { appId }: Signer): Promise<void> {
    const envelope = parse(rawBody);
    try {
      await this.deliveries.store({ body: rawBody, appId, envelope });
    } catch (cause) {
      this.listener.noteRefusal();
      throw cause;
    }
    this.processor.wake();
  }
}

function parse(rawBody: Buffer): unknown {
  try {
    if (Buffer.isBuffer(rawBody) && isUtf8(rawBody)) return JSON.parse(rawBody.toString('utf8'));
  } catch {
    // Answered below, as what is not UTF-8.
  }
  throw new AppError(400, 'body-not-json', 'The body is not JSON in UTF-8.');
}
