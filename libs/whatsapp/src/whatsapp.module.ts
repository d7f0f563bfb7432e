import { Module, type OnApplicationShutdown } from '@nestjs/common';

import { AppConfig } from '#common';
import { MessagesModule } from '#messages';

import { CloudApiClient } from './cloud-api/index.ts';
import { MetaSyncJob } from './meta-sync.job.ts';
import { AttemptRecorder } from './sending/attempt.recorder.ts';
import { ConversationWindowsService } from './sending/conversation-windows.service.ts';
import { MarketingConsentService } from './sending/marketing-consent.service.ts';
import { OutboxClaimer } from './sending/outbox.claimer.ts';
import { OutboxDispatcher } from './sending/outbox.dispatcher.ts';
import { OutboxPoller } from './sending/outbox.poller.ts';
import { OutboxSweeper } from './sending/outbox.sweeper.ts';
import { SendHoldsService } from './sending/send-holds.service.ts';
import { ToldHoldsService } from './sending/told-holds.service.ts';
import { WhatsAppBusinessService } from './sending/whatsapp-business.service.ts';
import { TemplatePuller } from './templates/template.puller.ts';
import { TemplateCatalogueService } from './templates/template-catalogue.service.ts';
import { TemplateFollower } from './templates/template-follower.ts';
import { TemplateKeysService } from './templates/template-keys.service.ts';
import { TemplatePreviewService } from './templates/template-preview.service.ts';
import { TemplateProbe } from './templates/template-probe.service.ts';
import { TemplateSubmissionsService } from './templates/template-submissions.service.ts';
import { TemplateUsesJob } from './templates/template-uses.job.ts';
import { WhatsAppService } from './whatsapp.service.ts';

const cloudApi = {
  provide: CloudApiClient,
  inject: [AppConfig],
  useFactory: ({ whatsapp, dispatcher }: AppConfig) =>
    new CloudApiClient({
      graphUrl: whatsapp.graphUrl,
      apiVersion: whatsapp.apiVersion,
      timeoutMs: dispatcher.sendTimeoutMs,
      connections: dispatcher.concurrency,
    }),
};
const sending = [
  SendHoldsService,
  ToldHoldsService,
  OutboxClaimer,
  AttemptRecorder,
  OutboxDispatcher,
  OutboxSweeper,
  OutboxPoller,
];
const templates = [
  TemplatePuller,
  TemplateKeysService,
  TemplateCatalogueService,
  TemplateProbe,
  TemplatePreviewService,
  TemplateSubmissionsService,
  TemplateFollower,
  TemplateUsesJob,
];
const offered = [
  WhatsAppService,
  WhatsAppBusinessService,
  OutboxPoller,
  SendHoldsService,
  CloudApiClient,
  ToldHoldsService,
  TemplateCatalogueService,
  TemplateKeysService,
  TemplateProbe,
  TemplateSubmissionsService,
  TemplatePreviewService,
  MetaSyncJob,
];

/** How to speak to WhatsApp: the facade, the one way to send, the outbox that delivers, the templates. */
@Module({
  imports: [MessagesModule],
  providers: [
    cloudApi,
    ...sending,
    ...templates,
    MetaSyncJob,
    ConversationWindowsService,
    MarketingConsentService,
    WhatsAppBusinessService,
    WhatsAppService,
  ],
  exports: offered,
})
export class WhatsAppModule implements OnApplicationShutdown {
  constructor(private readonly client: CloudApiClient) {}

  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }
}
