import { Module } from '@nestjs/common';

import { DeliveryStatusService } from './delivery-status.service.ts';
import { OutboxRepository } from './outbox.repository.ts';
import { WebhookDeliveryRepository } from './webhook-delivery.repository.ts';
import { WhatsAppMessageRepository } from './whatsapp-message.repository.ts';
import { WhatsAppTemplateRepository } from './whatsapp-template.repository.ts';

const repositories = [
  WhatsAppMessageRepository,
  OutboxRepository,
  WhatsAppTemplateRepository,
  WebhookDeliveryRepository,
];
const offered = [...repositories, DeliveryStatusService];

/** The record: what was said, to whom, and how far it got. Works on the application's one DataSource. */
@Module({ providers: offered, exports: offered })
export class MessagesModule {}
