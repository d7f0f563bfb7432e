import { Injectable, Logger } from '@nestjs/common';

import { AppConfig, AppError, type EventTemplate, ValidationError } from '#common';
import { WhatsAppService } from '#whatsapp';

import { type EventHead, type ReadEvent, readEvent, readHead, refusalWithoutType } from './po-event.reader.ts';
import { AlreadyTakenError, PoEventRepository, type Taken } from './po-event.repository.ts';
import { toNotification } from './po-notification.mapper.ts';

/** What became of one event; `rejected` is thrown as an `AppError` that says why. */
export interface PoEventResult {
  eventId: string | null;
  outcome: 'notified' | 'skipped' | 'duplicate';
  reason?: string;
  messageId?: string;
}

/** One event, from whatever door, taken once: its outcome is durable when `handle` returns. */
@Injectable()
export class PoEventHandler {
  private readonly logger = new Logger(PoEventHandler.name);

  constructor(
    private readonly config: AppConfig,
    private readonly whatsapp: WhatsAppService,
    private readonly events: PoEventRepository,
  ) {}

  /**
   * @throws AppError 4xx: the event can never succeed as it is (`rejected`); 5xx and anything else: it may, later.
   */
  async handle(event: object): Promise<PoEventResult> {
    const head = readHead(event);
    const template = this.config.poEvents.templates.get(head.eventType);
    if (!template) {
      if (isNamed(event)) return this.skip(head, 'other-event-type');
      throw refusalWithoutType(event);
    }

    const read = readEvent(event, template);
    if (await this.events.isKnown(head)) return this.duplicate(head);
    if (!read.content.to) return this.skip(head, 'no-supplier-phone');
    if (!this.whatsapp.enabled) return this.skip(head, 'notifications-disabled');
    return this.notify(head, read, read.content.to, template);
  }

  private async notify(head: EventHead, read: ReadEvent, to: string, template: EventTemplate): Promise<PoEventResult> {
    try {
      const notification = toNotification(read, to, template);
      const message = await this.whatsapp.notify(notification, {
        alongside: (tx, stored) => this.events.take(head, { outcome: 'notified', messageId: stored.id }, tx),
      });
      return this.taken(head, { outcome: 'notified', messageId: message.id });
    } catch (cause) {
      if (cause instanceof AlreadyTakenError) return this.duplicate(head);
      throw cause instanceof ValidationError ? inTermsOfTheEvent(cause, template) : cause;
    }
  }

  private async skip(head: EventHead, reason: string): Promise<PoEventResult> {
    try {
      await this.events.take(head, { outcome: 'skipped', reason });
    } catch (cause) {
      if (cause instanceof AlreadyTakenError) return this.duplicate(head);
      throw cause;
    }
    return this.taken(head, { outcome: 'skipped', reason });
  }

  private duplicate(head: EventHead): PoEventResult {
    this.logger.log({ message: 'PO event was taken before', eventId: head.eventId, poNumber: head.poNumber });
    return { eventId: head.eventId, outcome: 'duplicate' };
  }

  private taken(head: EventHead, taken: Taken): PoEventResult {
    this.logger.log({ message: 'PO event taken', eventId: head.eventId, poNumber: head.poNumber, ...taken });
    return { eventId: head.eventId, ...taken };
  }
}

/** An event without a type is a faulty purchase order, not another kind of event. */
function isNamed(event: object): boolean {
  const { event_type: eventType } = event as Record<string, unknown>;
  return typeof eventType === 'string' && eventType !== '';
}

/**
 * The publisher knows no `to` and no template, only its own fields. What is wrong with anything but the phone is ours (the
 * template is missing, not approved, or takes other parameters): the order is good, and waits until an admin has mended it.
 */
function inTermsOfTheEvent(refusal: ValidationError, { to }: EventTemplate): AppError {
  const errors = refusal.errors ?? [];
  if (errors.every(({ field }) => field === 'to')) {
    const renamed = errors.map(({ message }) => ({ field: to, message }));
    return new ValidationError(renamed, refusal.code);
  }
  return new AppError(503, 'po-notification-template-unusable', refusal.message, {
    retryAfterSeconds: 60,
    cause: refusal,
  });
}
