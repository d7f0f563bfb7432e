import { setTimeout as pause } from 'node:timers/promises';

import { Injectable } from '@nestjs/common';

import { AppConfig, AppError, Clock, type FieldError, newId, NotFoundError, parseE164, ValidationError } from '#common';
import {
  type Alongside,
  isAnswered,
  messageTypeOf,
  type NewMessage,
  type WhatsAppMessage,
  WhatsAppMessageRepository,
} from '#messages';
import { type Sender, SenderDirectory } from '#tenants';

import { CloudApiClient, CloudApiError } from '../cloud-api/index.ts';
import { bodyParameters, type MessageContent, readContent, unstorableFaults } from '../payloads/index.ts';
import { TemplateCatalogueService } from '../templates/template-catalogue.service.ts';
import { OutboxPoller } from './outbox.poller.ts';
import { PRIORITIES, type SendRequest } from './send-request.ts';

const DAY_MS = 24 * 3_600_000;
const DEFAULT_LIFE_MS = DAY_MS;
const LONGEST_SCHEDULE_MS = 366 * DAY_MS;
const WAIT_POLL_MS = 50;
/** `ES.1349…`: country, dot, up to 128 letters and digits; linked portfolios put `ENT.` between. */
const USER_ID = /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/;

export interface SendOptions {
  /** Made durable in the same transaction as the message. */
  alongside?: Alongside;
  /** Bad fields that the door found already: refused together with those found here. */
  errors?: FieldError[];
}

/** One item of a bulk send: the message, or why it was refused. */
export type BulkResult = { index: number; message: WhatsAppMessage } | { index: number; error: AppError };

export interface WhatsAppHealth {
  status: 'up' | 'down';
  phoneNumberId: string;
  displayPhoneNumber?: string | undefined;
  qualityRating?: string | undefined;
  /** Why it is down, for a person. */
  reason?: string;
}

/** The one way to send: check everything, make it durable, let the outbox deliver. */
@Injectable()
export class WhatsAppBusinessService {
  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly messages: WhatsAppMessageRepository,
    private readonly senders: SenderDirectory,
    private readonly templates: TemplateCatalogueService,
    private readonly cloudApi: CloudApiClient,
    private readonly outbox: OutboxPoller,
  ) {}

  /**
   * Accepts one message: the answer is the stored row, and from then on it is not lost.
   * @throws ValidationError (422) naming every bad field; AppError `notifications-disabled` (503), `templates-unavailable` (503).
   */
  async sendMessage(request: SendRequest, { alongside, errors = [] }: SendOptions = {}): Promise<WhatsAppMessage> {
    this.assertEnabled();
    const sender = this.senders.forTenant(request.tenantId);
    const message = await this.toMessage(request, sender, [...errors]);
    const stored = await this.messages.createPending(message, alongside);
    this.outbox.wake();
    return stored;
  }

  /** Each message is judged alone: a bad one rejects itself and no other. */
  async sendBulk(requests: SendRequest[]): Promise<BulkResult[]> {
    const results: BulkResult[] = [];
    for (const [index, request] of requests.entries()) {
      try {
        results.push({ index, message: await this.sendMessage(request) });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        results.push({ index, error });
      }
    }
    return results;
  }

  /** The message once WhatsApp answered for it, or as it is when `timeoutMs` is over. */
  async waitForAnswer(id: string, timeoutMs: number): Promise<WhatsAppMessage> {
    const deadline = this.clock.now().getTime() + timeoutMs;
    for (;;) {
      const message = await this.messages.findById(id);
      if (!message) throw new NotFoundError('message', id);
      const left = deadline - this.clock.now().getTime();
      if (isAnswered(message.status) || left <= 0) return message;
      await pause(Math.min(WAIT_POLL_MS, left));
    }
  }

  /** Asks Meta for the platform's number, which proves the token, the number and the way there. */
  async healthCheck(): Promise<WhatsAppHealth> {
    const [sender] = this.senders.all() as [Sender];
    const { phoneNumberId } = sender;
    try {
      const number = await this.cloudApi.getPhoneNumber(sender);
      return {
        status: 'up',
        phoneNumberId,
        displayPhoneNumber: number.display_phone_number,
        qualityRating: number.quality_rating,
      };
    } catch (failure) {
      if (!(failure instanceof CloudApiError)) throw failure;
      return { status: 'down', phoneNumberId, reason: failure.message };
    }
  }

  private assertEnabled(): void {
    if (this.config.notificationsEnabled) return;
    throw new AppError(
      503,
      'notifications-disabled',
      'Sending is switched off (ENABLE_WHATSAPP_NOTIFICATIONS=false). Nothing was stored.',
      { retryAfterSeconds: 300 },
    );
  }

  private async toMessage(request: SendRequest, sender: Sender, errors: FieldError[]): Promise<NewMessage> {
    const recipient = this.readRecipient(request, errors);
    const times = this.readTimes(request, errors);
    const { content, errors: contentErrors } = readContent(request.message);
    errors.push(...contentErrors);
    errors.push(...unstorableFaults(request.recipientName, 'recipient_name'));
    errors.push(...unstorableFaults(request.metadata, 'metadata'));
    if (errors.length > 0 || !content) throw new ValidationError(errors, codeFor(errors));
    if (content.type === 'template') await this.templates.check(sender, request.message, content);

    return {
      id: newId(),
      tenantId: request.tenantId,
      phoneNumberId: sender.phoneNumberId,
      fromPhone: sender.fromPhone ?? null,
      messageType: messageTypeOf(content.type),
      content,
      ...recipient,
      recipientName: request.recipientName ?? null,
      ...templateColumns(content),
      notificationId: request.notificationId ?? null,
      metadata: request.metadata ?? {},
      priority: PRIORITIES.indexOf(request.priority ?? 'normal'),
      ...times,
    };
  }

  private readRecipient({ to, recipient }: SendRequest, errors: FieldError[]) {
    if (to !== undefined && recipient !== undefined) {
      errors.push({ field: 'recipient', message: 'give either to or recipient, not both' });
    }
    if (to === undefined && recipient !== undefined) {
      if (!USER_ID.test(recipient)) {
        errors.push({
          field: 'recipient',
          message: 'must be a business-scoped user id such as ES.13491208655302741918',
        });
      }
      return { recipientPhone: null, recipientUserId: recipient, contactKey: recipient };
    }
    const phone = parseE164(to, this.config.whatsapp.defaultCountry);
    if (!phone.ok) errors.push({ field: 'to', message: phone.message });
    const e164 = phone.ok ? phone.e164 : '';
    return { recipientPhone: e164, recipientUserId: null, contactKey: e164 };
  }

  private readTimes({ sendAt, expiresAt }: SendRequest, errors: FieldError[]) {
    const now = this.clock.now();
    const from = sendAt && sendAt > now ? sendAt : now;
    if (from.getTime() - now.getTime() > LONGEST_SCHEDULE_MS) {
      errors.push({ field: 'send_at', message: 'must be within a year from now' });
    }
    const expires = expiresAt ?? new Date(from.getTime() + DEFAULT_LIFE_MS);
    if (expires <= from) {
      errors.push({ field: 'expires_at', message: `must be later than ${sendAt ? 'send_at' : 'now'}` });
    }
    const scheduled = from > now;
    return {
      pendingReason: scheduled ? ('scheduled' as const) : ('queued' as const),
      sendAt: sendAt ?? null,
      nextAttemptAt: from,
      expiresAt: expires,
    };
  }
}

/** A bad phone number alone has a code of its own, because callers correct it differently. */
function codeFor(errors: FieldError[]): string {
  return errors.every(({ field }) => field === 'to') ? 'recipient-phone-invalid' : 'validation-failed';
}

function templateColumns(content: MessageContent): Partial<NewMessage> {
  if (content.type !== 'template') return {};
  const { name, language } = content.template as { name: string; language: { code: string } };
  return {
    templateName: name,
    templateLanguage: language.code,
    templateParameters: bodyParameters(content).values,
  };
}
