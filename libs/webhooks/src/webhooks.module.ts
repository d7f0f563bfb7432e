import { Module } from '@nestjs/common';

import { MediaModule } from '#media';
import { MessagesModule } from '#messages';
import { WhatsAppModule } from '#whatsapp';

import { AccountEventApplier } from './account-event.applier.ts';
import { ContactKeeper } from './contact.keeper.ts';
import { ItemOwnership } from './item-ownership.ts';
import { MessageKeeper } from './message.keeper.ts';
import { MetaSignatureGuard } from './meta-signature.guard.ts';
import { MetaSignature } from './meta-signature.ts';
import { WebhookIntake } from './webhook.intake.ts';
import { WebhookListener } from './webhook.listener.ts';
import { WebhookProcessor } from './webhook.processor.ts';
import { WebhookItemApplier } from './webhook-item.applier.ts';
import { WebhookRefusals } from './webhook-refusals.ts';
import { WebhooksController } from './webhooks.controller.ts';

/** Meta's door: handshake, intake, and the applying of what came in. It never sends. */
@Module({
  imports: [MessagesModule, WhatsAppModule, MediaModule],
  controllers: [WebhooksController],
  providers: [
    WebhookRefusals,
    ItemOwnership,
    MetaSignature,
    MetaSignatureGuard,
    WebhookListener,
    WebhookIntake,
    WebhookProcessor,
    WebhookItemApplier,
    MessageKeeper,
    ContactKeeper,
    AccountEventApplier,
  ],
  exports: [WebhookRefusals],
})
export class WebhooksModule {}
