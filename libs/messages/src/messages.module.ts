import { Module } from '@nestjs/common';

import { AccountEventRepository } from './account-event.repository.ts';
import { AccountStateRepository } from './account-state.repository.ts';
import { ContactRepository } from './contact.repository.ts';
import { ConversationRepository } from './conversation.repository.ts';
import { DeliveryStatusRepository } from './delivery-status.repository.ts';
import { DeliveryStatusService } from './delivery-status.service.ts';
import { ErasedPeople } from './erasure/erased-people.ts';
import { ErasureRepository } from './erasure/erasure.repository.ts';
import { MentionRepository } from './erasure/mention.repository.ts';
import { PersonRepository } from './erasure/person.repository.ts';
import { MessageBatchRepository } from './message-batch.repository.ts';
import { MessageDecisionRepository } from './message-decision.repository.ts';
import { OutboxCareRepository } from './outbox.care.repository.ts';
import { OutboxRepository } from './outbox.repository.ts';
import { RetentionRepository } from './retention.repository.ts';
import { SendHoldRepository } from './send-hold.repository.ts';
import { SenderPaceRepository } from './sender-pace.repository.ts';
import { DeliveryStatisticsView } from './statistics/delivery-statistics.view.ts';
import { StatisticsCountRepository } from './statistics/statistics-count.repository.ts';
import { SumUpChangesJob } from './statistics/sum-up-changes.job.ts';
import { SubmittedTemplateRepository } from './submitted-template.repository.ts';
import { TemplateKeyRepository } from './template-key.repository.ts';
import { TemplateListView } from './template-list.view.ts';
import { TemplateSyncRepository } from './template-sync.repository.ts';
import { TemplateUseRepository } from './template-use.repository.ts';
import { ToldMessageRepository } from './told-message.repository.ts';
import { WebhookArchiveRepository } from './webhook-archive.repository.ts';
import { WebhookDeliveryRepository } from './webhook-delivery.repository.ts';
import { WebhookListenerRepository } from './webhook-listener.repository.ts';
import { WhatsAppMessageRepository } from './whatsapp-message.repository.ts';
import { WhatsAppTemplateRepository } from './whatsapp-template.repository.ts';

const record = [
  WhatsAppMessageRepository,
  MessageBatchRepository,
  MessageDecisionRepository,
  ConversationRepository,
  WhatsAppTemplateRepository,
  TemplateUseRepository,
  SubmittedTemplateRepository,
  TemplateListView,
  TemplateSyncRepository,
  TemplateKeyRepository,
  RetentionRepository,
];
const statistics = [DeliveryStatisticsView, StatisticsCountRepository];
const outbox = [OutboxRepository, OutboxCareRepository, SenderPaceRepository, SendHoldRepository];
const fromMeta = [
  WebhookDeliveryRepository,
  WebhookArchiveRepository,
  WebhookListenerRepository,
  DeliveryStatusService,
  AccountEventRepository,
  AccountStateRepository,
  ToldMessageRepository,
  ContactRepository,
];
const erasure = [ErasedPeople, PersonRepository, ErasureRepository, MentionRepository];
const offered = [...record, ...statistics, ...outbox, ...fromMeta, ...erasure];

/** The record: what was said, to whom, and how far it got. Works on the application's one DataSource. */
@Module({ providers: [...offered, DeliveryStatusRepository, SumUpChangesJob], exports: offered })
export class MessagesModule {}
