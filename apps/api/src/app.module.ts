import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { TypeOrmModule } from '@nestjs/typeorm';

import { AuditModule } from '#audit';
import { type AppConfig, ConfigModule, databaseOptions, JointDataSource } from '#common';
import { MediaModule } from '#media';
import { MessagesModule } from '#messages';
import { PoEventsModule } from '#po-events';
import { CallerGuard, type FirstAdmin, TenantsModule } from '#tenants';
import { WebhooksModule } from '#webhooks';
import { WhatsAppModule } from '#whatsapp';

import { AccountEventsController } from './account-events/account-events.controller.ts';
import { ApiKeysController } from './api-keys/api-keys.controller.ts';
import { AuditController } from './audit/audit.controller.ts';
import { AuditCoverage } from './audit/audit.coverage.ts';
import { AuditInterceptor } from './audit/audit.interceptor.ts';
import { AuditMarkGuard } from './audit/audit-mark.guard.ts';
import { AuditedSignIns } from './audit/audited-sign-ins.ts';
import { RefusalJournal } from './audit/refusal.journal.ts';
import { SendsByHand } from './audit/sends-by-hand.ts';
import { AuthController } from './auth/auth.controller.ts';
import { OidcController } from './auth/oidc.controller.ts';
import { SessionsController } from './auth/sessions.controller.ts';
import { ContactsController } from './contacts/contacts.controller.ts';
import { ContactsService } from './contacts/contacts.service.ts';
import { ConversationsController } from './conversations/conversations.controller.ts';
import { ENTITIES } from './entities.ts';
import { HoldsController } from './holds/holds.controller.ts';
import { IdempotencyService } from './idempotency/idempotency.service.ts';
import { MediaController } from './media/media.controller.ts';
import { UploadsService } from './media/uploads.service.ts';
import { BatchesController } from './messages/batches.controller.ts';
import { BatchesService } from './messages/batches.service.ts';
import { MessagesController } from './messages/messages.controller.ts';
import { MessagesService } from './messages/messages.service.ts';
import { HealthController } from './operations/health.controller.ts';
import { MetricsController } from './operations/metrics.controller.ts';
import { Metrics } from './operations/metrics.ts';
import { PeopleController } from './people/people.controller.ts';
import { ErasureJob } from './personal-data/erasure.job.ts';
import { ErasureStages } from './personal-data/erasure.stages.ts';
import { PersonExport } from './personal-data/person.export.ts';
import { PersonalDataController } from './personal-data/personal-data.controller.ts';
import { PersonalDataService } from './personal-data/personal-data.service.ts';
import { PoEventsController } from './po-events/po-events.controller.ts';
import { RetentionJob } from './retention/retention.job.ts';
import { RetentionRules } from './retention/retention.rules.ts';
import { MetaAppsController } from './senders/meta-apps.controller.ts';
import { SenderCheck } from './senders/sender-check.service.ts';
import { SendingNumbersController } from './senders/sending-numbers.controller.ts';
import { SendingNumbersService } from './senders/sending-numbers.service.ts';
import { StatisticsController } from './statistics/statistics.controller.ts';
import { StatisticsService } from './statistics/statistics.service.ts';
import { UsageService } from './statistics/usage.service.ts';
import { SupportDeskController } from './support-desk/support-desk.controller.ts';
import { SupportDeskService } from './support-desk/support-desk.service.ts';
import { HeaderExamplesService } from './templates/header-examples.service.ts';
import { NotificationTemplateService } from './templates/setup/notification-template.service.ts';
import { TemplateKeysController } from './templates/template-keys.controller.ts';
import { TemplatePreviewController } from './templates/template-preview.controller.ts';
import { TemplatePreviewsService } from './templates/template-previews.service.ts';
import { TemplatesController } from './templates/templates.controller.ts';
import { TemplatesService } from './templates/templates.service.ts';
import { TenantsController } from './tenants/tenants.controller.ts';
import { TenantsService } from './tenants/tenants.service.ts';
import { WebhookDeliveriesController } from './webhook-deliveries/webhook-deliveries.controller.ts';

const forPeople = [AuthController, SessionsController, OidcController];
const forCallers = [
  ApiKeysController,
  PeopleController,
  MessagesController,
  BatchesController,
  ConversationsController,
  HoldsController,
  AccountEventsController,
  TemplatesController,
  TemplateKeysController,
  TemplatePreviewController,
  StatisticsController,
  PoEventsController,
  WebhookDeliveriesController,
  TenantsController,
  MetaAppsController,
  SendingNumbersController,
  MediaController,
  ContactsController,
  PersonalDataController,
  SupportDeskController,
  AuditController,
];
const forOperators = [HealthController, MetricsController];
/** The mark is made before the guard that asks for a key. */
const audit = [
  AuditCoverage,
  RefusalJournal,
  SendsByHand,
  { provide: APP_GUARD, useClass: AuditMarkGuard },
  { provide: APP_INTERCEPTOR, useClass: AuditInterceptor },
];
const retention = [RetentionRules, RetentionJob];
const personalData = [PersonExport, ErasureStages, ErasureJob, PersonalDataService];

/** What the environment leaves open outside production, and the start fills in. */
export interface Resolved {
  databaseUrl: string;
  adminApiKey: string;
  /** Undefined in production that names none: people are made by the command. */
  firstAdmin: FirstAdmin | undefined;
  encryptionKey: Buffer;
}

/** The wiring diagram. */
@Module({})
export class AppModule {
  static forRoot(
    config: AppConfig,
    { databaseUrl, adminApiKey, encryptionKey }: Omit<Resolved, 'firstAdmin'>,
  ): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        TypeOrmModule.forRootAsync({
          useFactory: () => ({
            ...databaseOptions({ url: databaseUrl, poolSize: config.database.poolSize }),
            entities: ENTITIES,
            retryAttempts: 5,
          }),
          dataSourceFactory: (options) => Promise.resolve(new JointDataSource(options!)),
        }),
        TenantsModule.forRoot({
          signInJournal: AuditedSignIns,
          platformKey: adminApiKey,
          encryptionKey,
          previousEncryptionKey: config.previousEncryptionKey,
        }),
        MessagesModule,
        WhatsAppModule,
        MediaModule,
        ...(config.roles.has('webhooks') ? [WebhooksModule] : []),
        PoEventsModule,
        AuditModule,
        DiscoveryModule,
        TerminusModule.forRoot({ logger: false }),
      ],
      controllers: [...forOperators, ...(config.roles.has('api') ? [...forPeople, ...forCallers] : [])],
      providers: [
        ...audit,
        { provide: APP_GUARD, useClass: CallerGuard },
        IdempotencyService,
        ...retention,
        ...personalData,
        MessagesService,
        BatchesService,
        UploadsService,
        ContactsService,
        SupportDeskService,
        TenantsService,
        SendingNumbersService,
        SenderCheck,
        TemplatesService,
        HeaderExamplesService,
        NotificationTemplateService,
        TemplatePreviewsService,
        StatisticsService,
        UsageService,
        Metrics,
      ],
    };
  }
}
