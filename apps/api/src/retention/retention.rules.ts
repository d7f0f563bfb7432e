import { Injectable } from '@nestjs/common';

import { AppConfig, type Removal } from '#common';
import { MediaRemover } from '#media';
import { RetentionRepository, WebhookArchiveRepository } from '#messages';
import { PoDeadLetterRepository, PoEventRepository } from '#po-events';

import { IdempotencyService } from '../idempotency/idempotency.service.ts';

/** One kind of data that is kept for some days. */
export interface RetentionRule {
  /** Its name in the log and in the metrics. */
  what: string;
  /** Undefined: for good. */
  days: number | undefined;
  /** Removes one batch of what is from before `time`. */
  remove: (time: Date, now: Date) => Promise<Removal>;
}

/** All that is removed by itself, in one place. */
@Injectable()
export class RetentionRules {
  readonly all: readonly RetentionRule[];

  constructor(
    { retention }: AppConfig,
    record: RetentionRepository,
    webhooks: WebhookArchiveRepository,
    media: MediaRemover,
    poEvents: PoEventRepository,
    deadLetters: PoDeadLetterRepository,
    idempotency: IdempotencyService,
  ) {
    this.all = [
      {
        what: 'message_contents',
        days: retention.messageContent,
        remove: (time, now) => record.removeContents(time, now),
      },
      { what: 'message_events', days: retention.timeline, remove: (time) => record.removeTimeline(time) },
      { what: 'media', days: retention.media, remove: (time) => media.removeBefore(time) },
      {
        what: 'webhook_deliveries',
        days: retention.webhookDeliveries,
        remove: (time) => webhooks.removeBefore(time),
      },
      { what: 'account_events', days: retention.accountEvents, remove: (time) => record.removeAccountEvents(time) },
      { what: 'po_events', days: retention.poEvents, remove: (time) => poEvents.removeBefore(time) },
      { what: 'po_dead_letters', days: retention.poEvents, remove: (time) => deadLetters.removeBefore(time) },
      // Each says itself when it expires, which is a promise of the API and no setting.
      { what: 'idempotency_keys', days: 0, remove: () => idempotency.removeExpired() },
    ];
  }
}
