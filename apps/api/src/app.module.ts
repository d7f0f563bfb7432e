import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { TypeOrmModule } from '@nestjs/typeorm';

import { type AppConfig, ConfigModule, databaseOptions } from '#common';
import { MessagesModule } from '#messages';
import { PoEventsModule } from '#po-events';
import { ApiKeyGuard, TenantsModule } from '#tenants';
import { WebhooksModule } from '#webhooks';
import { WhatsAppModule } from '#whatsapp';

import { ContactsController } from './contacts/contacts.controller.ts';
import { ContactsService } from './contacts/contacts.service.ts';
import { ENTITIES } from './entities.ts';
import { HoldsController } from './holds/holds.controller.ts';
import { ExpiredKeysJob } from './idempotency/expired-keys.job.ts';
import { IdempotencyService } from './idempotency/idempotency.service.ts';
import { BatchesController } from './messages/batches.controller.ts';
import { BatchesService } from './messages/batches.service.ts';
import { MessagesController } from './messages/messages.controller.ts';
import { MessagesService } from './messages/messages.service.ts';
import { HealthController } from './operations/health.controller.ts';
import { MetricsController } from './operations/metrics.controller.ts';
import { Metrics } from './operations/metrics.ts';
import { PoEventsController } from './po-events/po-events.controller.ts';
import { TemplatesController } from './templates/templates.controller.ts';

const forCallers = [
  MessagesController,
  BatchesController,
  ContactsController,
  HoldsController,
  TemplatesController,
  PoEventsController,
];
const forOperators = [HealthController, MetricsController];
const idempotency = [IdempotencyService, ExpiredKeysJob];

/** What the environment leaves open outside production, and the start fills in. */
export interface Resolved {
  databaseUrl: string;
  adminApiKey: string;
}

/** The wiring diagram. */
@Module({})
export class AppModule {
  static forRoot(config: AppConfig, { databaseUrl, adminApiKey }: Resolved): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        TypeOrmModule.forRoot({
          ...databaseOptions({ url: databaseUrl, poolSize: config.database.poolSize }),
          entities: ENTITIES,
          retryAttempts: 5,
        }),
        TenantsModule.forRoot(adminApiKey),
        MessagesModule,
        WhatsAppModule,
        ...(config.roles.has('webhooks') ? [WebhooksModule] : []),
        PoEventsModule,
        TerminusModule.forRoot({ logger: false }),
      ],
      controllers: [...forOperators, ...(config.roles.has('api') ? forCallers : [])],
      providers: [
        { provide: APP_GUARD, useClass: ApiKeyGuard },
        ...idempotency,
        MessagesService,
        BatchesService,
        ContactsService,
        Metrics,
      ],
    };
  }
}
