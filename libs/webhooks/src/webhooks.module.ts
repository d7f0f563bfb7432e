import { Module } from '@nestjs/common';

import { MessagesModule } from '#messages';

import { ContactKeeper } from './contact.keeper.ts';
import { MessageKeeper } from './message.keeper.ts';
import { MetaSignatureGuard } from './meta-signature.guard.ts';
import { MetaSignature } from './meta-signature.ts';
import { WebhookIntake } from './webhook.intake.ts';
import { WebhookListener } from './webhook.listener.ts';
import { WebhookProcessor } from './webhook.processor.ts';
import { WebhookItemApplier } from './webhook-item.applier.ts';
import { WebhooksController } from './webhooks.controller.ts';

/** Meta's door: handshake, intake, and the applying of what came in. It never sends. */
@Module({
  imports: [MessagesModule],
  controllers: [WebhooksController],
  providers: [
    MetaSignature,
    MetaSignatureGuard,
    WebhookListener,
    WebhookIntake,
    WebhookProcessor,
    WebhookItemApplier,
    MessageKeeper,
    ContactKeeper,
  ],
})
export class WebhooksModule {}
