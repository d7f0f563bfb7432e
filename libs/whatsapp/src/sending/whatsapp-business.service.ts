import { setTimeout as pause } from 'node:timers/promises';

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { AppConfig, AppError, Clock, type FieldError, newId, NotFoundError, parseE164, ValidationError } from '#common';
import {
  type Fallback,
  isAnswered,
  MessageBatchRepository,
  messageTypeOf,
  type PendingMessage,
  storeFallbacks,
  type WhatsAppMessage,
  WhatsAppMessageRepository,
} from '#messages';
import { type Sender, SenderDirectory, TenantDirectory } from '#tenants';

import { CloudApiClient, CloudApiError } from '../cloud-api/index.ts';
import { bodyParameters, isKeyed, type MessageContent, readContent, unstorableFaults } from '../payloads/index.ts';
import { TemplateCatalogueService } from '../templates/template-catalogue.service.ts';
import { ConversationWindowsService } from './conversation-windows.service.ts';
import { MarketingConsentService } from './marketing-consent.service.ts';
import { OutboxPoller } from './outbox.poller.ts';
import { PRIORITIES, type SendRequest } from './send-request.ts';

const DAY_MS = 24 * 3_600_000;
const DEFAULT_LIFE_MS = DAY_MS;
const LONGEST_SCHEDULE_MS = 366 * DAY_MS;
const WAIT_POLL_MS = 50;
/** Of a batch: what they ask the database is asked together, and leaves others room. */
const JUDGED_AT_ONCE = 50;
/** `ES.1349…`: country, dot, up to 128 letters and digits; linked portfolios put `ENT.` between. */
const USER_ID = /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/;

export interface SendOptions {
  /** Made durable in the same transaction as the message. */
  alongside?: (tx: EntityManager, message: WhatsAppMessage) => Promise<void>;
  /** Bad fields that the door found already: refused together with those found here. */
  errors?: FieldError[];
}

/** One message of a bulk: a request with what the door found wrong with it, or a refusal that makes it none. */
export type BulkItem = { request: SendRequest; errors?: FieldError[] } | { refusal: AppError };

export interface BulkOptions {
  /** Made durable in the same transaction as the messages. */
  alongside?: (tx: EntityManager, receipt: BulkReceipt) => Promise<void>;
}

/** What became of a bulk: each message, or why it was refused, in the order they were given. */
export interface BulkReceipt {
  batchId: string;
  results: BulkResult[];
}
/** A message that was found good, and what goes if Meta finds its window closed. */
interface Judged {
  message: PendingMessage;
  fallback?: Fallback;
}

export type BulkResult = { index: number; message: PendingMessage } | { index: number; error: AppError };

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
    private readonly batches: MessageBatchRepository,
    private readonly senders: SenderDirectory,
    private readonly templates: TemplateCatalogueService,
    private readonly windows: ConversationWindowsService,
    private readonly consent: MarketingConsentService,
    private readonly cloudApi: CloudApiClient,
    private readonly outbox: OutboxPoller,
    private readonly tenants: TenantDirectory,
  ) {}

  /**
   * Accepts one message: the answer is the stored row, and from then on it is not lost.
   * @throws ValidationError (422) naming every bad field; AppError `notifications-disabled` (503), `templates-unavailable` (503).
   */
  async sendMessage(request: SendRequest, { alongside, errors = [] }: SendOptions = {}): Promise<WhatsAppMessage> {
    const judged = await this.judge(request, errors);
    const stored =
      alongside || judged.fallback
        ? await this.storeWith(judged, alongside)
        : await this.messages.createPending(judged.message);
    this.outbox.wake();
    return stored;
  }

  /**
   * Accepts many messages of one tenant as one batch, in one commit. Each is judged alone: a bad one rejects itself and no
   * other.
   * @throws AppError `notifications-disabled` (503), `templates-unavailable` (503), and then nothing was stored.
   */
  async sendBulk(tenantId: string, items: BulkItem[], { alongside }: BulkOptions = {}): Promise<BulkReceipt> {
    this.assertEnabled();
    const batchId = newId();
    const judgements: (({ index: number } & Judged) | { index: number; error: AppError })[] = [];
    while (judgements.length < items.length) {
      const first = judgements.length;
      const some = items.slice(first, first + JUDGED_AT_ONCE);
      const judged = await Promise.all(some.map((item) => this.judgeItem(item, batchId)));
      judgements.push(...judged.map((one, place) => ({ index: first + place, ...one })));
    }

    const good = judgements.filter((one) => 'message' in one);
    const messages = good.map(({ message }) => message);
    const results = judgements.map((one) => ('message' in one ? { index: one.index, message: one.message } : one));
    const receipt = { batchId, results };
    await this.messages.createPendingWith(messages, async (tx) => {
      const accepted = messages.length;
      await storeFallbacks(tx, good.flatMap(fallbackOf));
      await this.batches.create(tx, { id: batchId, tenantId, accepted, rejected: items.length - accepted });
      await alongside?.(tx, receipt);
    });
    this.outbox.wake();
    return receipt;
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

  private async storeWith(judged: Judged, alongside: SendOptions['alongside']): Promise<WhatsAppMessage> {
    const [stored] = await this.messages.createPendingWith([judged.message], async (tx, [one]) => {
      await storeFallbacks(tx, fallbackOf(judged));
      await alongside?.(tx, one!);
    });
    return stored!;
  }

  private async judgeItem(item: BulkItem, batchId: string): Promise<Judged | { error: AppError }> {
    if ('refusal' in item) return { error: item.refusal };
    try {
      const judged = await this.judge(item.request, item.errors);
      return { ...judged, message: { ...judged.message, batchId } };
    } catch (error) {
      // What is not the message's own fault is the fault of all of them.
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      return { error };
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

  private async judge(request: SendRequest, known: FieldError[] = []): Promise<Judged> {
    this.assertEnabled();
    const sender = this.senders.forTenant(request.tenantId);
    const errors = [...known];
    // Before anything is waited for: in a batch, too, the order of ids is the order of acceptance.
    const id = newId();
    const recipient = this.readRecipient(request, errors);
    const times = this.readTimes(request, errors);
    const { content: read, errors: contentErrors } = readContent(request.message);
    const { content: fallbackContent, errors: fallbackErrors } = this.windows.readFallback(request);
    errors.push(...contentErrors, ...fallbackErrors);
    errors.push(...unstorableFaults(request.recipientName, 'recipient_name'));
    errors.push(...unstorableFaults(request.metadata, 'metadata'));
    if (errors.length > 0 || !read) {
      errors.push(...(await this.templates.faultsBeside(errors, request.tenantId, sender, request.message)));
      throw new ValidationError(errors, codeFor(errors));
    }
    const isTemplate = read.type === 'template';
    const asked = isKeyed(read) ? await this.templates.resolve(request.tenantId, sender, read) : read;
    if (isTemplate) {
      const template =
        this.templates.recall(sender, request.message, asked) ??
        (await this.templates.check(sender, request.message, asked));
      if (template.category === 'MARKETING') {
        await this.consent.assertWanted(request.tenantId, recipient.contactKey);
      }
    }
    const { content, fallback } = isTemplate
      ? { content: asked }
      : await this.windows.decide(sender, recipient.contactKey, asked, request, fallbackContent);

    const message = {
      id,
      tenantId: request.tenantId,
      phoneNumberId: sender.phoneNumberId,
      fromPhone: sender.fromPhone ?? null,
      messageType: messageTypeOf(content.type),
      content,
      ...recipient,
      recipientName: request.recipientName ?? null,
      ...templateColumns(content),
      notificationId: request.notificationId ?? null,
      batchId: null,
      metadata: request.metadata ?? {},
      priority: PRIORITIES.indexOf(request.priority ?? 'normal'),
      ...times,
    };
    return { message, ...(fallback && { fallback }) };
  }

  private readRecipient({ tenantId, to, recipient }: SendRequest, errors: FieldError[]) {
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
    const phone = parseE164(to, this.tenants.countryOf(tenantId));
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
    return { sendAt: sendAt ?? null, expiresAt: expires };
  }
}

function fallbackOf({ message, fallback }: Judged): ({ messageId: string } & Fallback)[] {
  return fallback ? [{ messageId: message.id, ...fallback }] : [];
}

/** A bad phone number alone has a code of its own, because callers correct it differently. */
function codeFor(errors: FieldError[]): string {
  return errors.every(({ field }) => field === 'to') ? 'recipient-phone-invalid' : 'validation-failed';
}

function templateColumns(
  content: MessageContent,
): Pick<PendingMessage, 'templateName' | 'templateLanguage' | 'templateParameters'> {
  if (content.type !== 'template') return { templateName: null, templateLanguage: null, templateParameters: null };
  const { name, language } = content.template as { name: string; language: { code: string } };
  return {
    templateName: name,
    templateLanguage: language.code,
    templateParameters: bodyParameters(content).values,
  };
}
