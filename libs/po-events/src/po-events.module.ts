import { Module } from '@nestjs/common';

import { AppConfig } from '#common';
import { WhatsAppModule } from '#whatsapp';

import { EventTemplateAudit } from './event-template.audit.ts';
import { PoDeadLetterRepository } from './po-dead-letter.repository.ts';
import { PoEventHandler } from './po-event.handler.ts';
import { PoEventRepository } from './po-event.repository.ts';
import { PoEventsRmqController } from './po-events.rmq.controller.ts';
import { PoRmqServer } from './transport/po-rmq.server.ts';

const PREFETCH = 50;

/** The listener; it connects only when the application starts it, which it does where RABBITMQ_URL is set. */
const rmqServer = {
  provide: PoRmqServer,
  inject: [AppConfig, PoDeadLetterRepository],
  useFactory: ({ rabbitmq, poEvents }: AppConfig, deadLetters: PoDeadLetterRepository) =>
    new PoRmqServer({
      url: rabbitmq.url ?? '',
      exchange: poEvents.exchange,
      queue: poEvents.queue,
      routingKeys: poEvents.routingKeys,
      prefetch: PREFETCH,
      recordDeadLetter: (letter) => deadLetters.record(letter),
    }),
};

/** The broker's door: an event becomes one request to the facade. */
@Module({
  imports: [WhatsAppModule],
  controllers: [PoEventsRmqController],
  providers: [rmqServer, PoDeadLetterRepository, PoEventRepository, PoEventHandler, EventTemplateAudit],
  exports: [PoRmqServer, PoEventHandler, PoEventRepository, PoDeadLetterRepository, EventTemplateAudit],
})
export class PoEventsModule {}
