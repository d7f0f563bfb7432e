import { setTimeout as pause } from 'node:timers/promises';

import { beforeEach, describe, expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';

import { type AppConfig, AppError, type Clock, ValidationError } from '#common';
import type {
  MessageBatch,
  MessageBatchRepository,
  PendingMessage,
  WhatsAppMessage,
  WhatsAppMessageRepository,
  WhatsAppTemplate,
} from '#messages';
import type { SenderDirectory, TenantDirectory } from '#tenants';

import { aSender } from '../../../../test/factories/senders.ts';
import { strict } from '../../../../test/factories/strict.ts';
import { type CloudApiClient, CloudApiNotSentError, type PhoneNumberInfo } from '../cloud-api/index.ts';
import type { TemplateCatalogueService } from '../templates/template-catalogue.service.ts';
import type { ConversationWindowsService } from './conversation-windows.service.ts';
import type { MarketingConsentService } from './marketing-consent.service.ts';
import type { OutboxPoller } from './outbox.poller.ts';
import type { SendRequest } from './send-request.ts';
import { type BulkItem, WhatsAppBusinessService } from './whatsapp-business.service.ts';

const NOW = new Date('2026-11-01T10:00:00.000Z');
const later = (ms: number): Date => new Date(NOW.getTime() + ms);
const HOUR_MS = 3_600_000;

const TENANT = '01930000-0000-7000-8000-000000000001';
const SENDER = aSender();
const TEMPLATE = {
  type: 'template',
  template: { name: 'po_notification', language: 'es', parameters: ['Proveedor ABC', 'PO-2024-001', '€1,250.00'] },
};

const NOT_WANTED = new ValidationError([{ field: 'to', message: 'stopped them' }], 'recipient-opted-out');

/** The transaction that whoever is alongside is given. */
const TX = {} as EntityManager;

describe(WhatsAppBusinessService.name, () => {
  let stored: WhatsAppMessage[];
  let batches: Omit<MessageBatch, 'createdAt'>[];
  let wakeUps: number;
  let elapsedMs: number;
  /** What looking at the window of a free-form message takes. */
  let decisionMs: number;
  let template: WhatsAppTemplate;
  /** Whether it was looked up a moment ago. */
  let isTemplateKnown: boolean;
  let templateRefusal: AppError | undefined;
  let getPhoneNumber: () => Promise<PhoneNumberInfo>;
  /** How often a message is looked up before WhatsApp has answered for it. */
  let lookUpsBeforeAnswer: number;

  beforeEach(() => {
    [stored, batches, wakeUps, elapsedMs, decisionMs] = [[], [], 0, 0, 0];
    [template, isTemplateKnown, templateRefusal] = [{ category: 'UTILITY' } as WhatsAppTemplate, false, undefined];
    lookUpsBeforeAnswer = 0;
  });

  function aService(config: { notificationsEnabled?: boolean; defaultCountry?: string } = {}): WhatsAppBusinessService {
    const { notificationsEnabled = true, defaultCountry } = config;
    const toStored = (message: PendingMessage) => ({ ...message, status: 'PENDING' }) as WhatsAppMessage;
    const messages = strict<WhatsAppMessageRepository>({
      createPending: (message) => {
        stored.push(toStored(message));
        return Promise.resolve(stored.at(-1)!);
      },
      createPendingWith: async (pending, alongside) => {
        const rows = pending.map(toStored);
        await alongside(TX, rows);
        stored.push(...rows);
        return rows;
      },
      findById: (id) => {
        elapsedMs += 10;
        const message = stored.find((each) => each.id === id);
        const status = lookUpsBeforeAnswer-- > 0 ? 'PENDING' : 'SENT';
        return Promise.resolve(message ? { ...message, status } : null);
      },
    });
    return new WhatsAppBusinessService(
      { notificationsEnabled } as AppConfig,
      strict<Clock>({ now: () => later(elapsedMs) }),
      messages,
      strict<MessageBatchRepository>({ create: (_, batch) => Promise.resolve(void batches.push(batch)) }),
      strict<SenderDirectory>({ forTenant: () => SENDER, all: () => [SENDER] }),
      strict<TemplateCatalogueService>({
        recall: () => (isTemplateKnown ? template : undefined),
        check: () => (templateRefusal ? Promise.reject(templateRefusal) : Promise.resolve(template)),
        faultsBeside: () => Promise.resolve(templateRefusal?.errors ?? []),
      }),
      strict<ConversationWindowsService>({
        readFallback: () => ({ errors: [] }),
        decide: async (_sender, _contactKey, content) => {
          await pause(decisionMs);
          return { content };
        },
      }),
      strict<MarketingConsentService>({ assertWanted: () => Promise.reject(NOT_WANTED) }),
      strict<CloudApiClient>({ getPhoneNumber: () => getPhoneNumber() }),
      strict<OutboxPoller>({ wake: () => void wakeUps++ }),
      strict<TenantDirectory>({ countryOf: (tenantId) => (tenantId === TENANT ? defaultCountry : undefined) }),
    );
  }

  const aRequest = (change: Partial<SendRequest> = {}): SendRequest => ({
    tenantId: TENANT,
    to: '+34612345678',
    message: { type: 'text', text: 'Hola' },
    ...change,
  });

  describe('accepting', () => {
    it('stores the message with everything its delivery needs, then wakes the outbox', async () => {
      const message = await aService().sendMessage(
        aRequest({ message: TEMPLATE, recipientName: 'Ana', metadata: { order: 7 }, priority: 'high' }),
      );

      expect(stored).toEqual([message]);
      expect(message).toMatchObject({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        tenantId: TENANT,
        phoneNumberId: SENDER.phoneNumberId,
        messageType: 'TEMPLATE',
        recipientPhone: '+34612345678',
        recipientUserId: null,
        contactKey: '+34612345678',
        recipientName: 'Ana',
        templateName: 'po_notification',
        templateLanguage: 'es',
        templateParameters: TEMPLATE.template.parameters,
        content: { type: 'template', template: { name: 'po_notification', language: { code: 'es' } } },
        metadata: { order: 7 },
        notificationId: null,
        batchId: null,
        priority: 0,
        sendAt: null,
        expiresAt: later(24 * HOUR_MS),
      });
      expect(wakeUps).toBe(1);
    });

    it('makes durable with the message what is handed over for that', async () => {
      const given: unknown[] = [];

      const message = await aService().sendMessage(aRequest(), {
        alongside: (tx, row) => Promise.resolve(void given.push(tx, row, stored.length)),
      });

      expect(given).toEqual([TX, message, 0]);
      expect(stored).toEqual([message]);
      expect(wakeUps).toBe(1);
    });

    it('wakes nobody when what must be durable with the message fails', async () => {
      const sending = aService().sendMessage(aRequest(), { alongside: () => Promise.reject(new Error('no')) });

      await expect(sending).rejects.toThrow('no');
      expect(wakeUps).toBe(0);
    });

    it('writes to a user id instead of a phone number', async () => {
      const message = await aService().sendMessage(aRequest({ to: undefined, recipient: 'ES.13491208655302741918' }));

      expect(message).toMatchObject({
        recipientPhone: null,
        recipientUserId: 'ES.13491208655302741918',
        contactKey: 'ES.13491208655302741918',
      });
    });

    it('reads a number without country code where a default country is configured', async () => {
      const message = await aService({ defaultCountry: 'ES' }).sendMessage(aRequest({ to: '612345678' }));

      expect(message.recipientPhone).toBe('+34612345678');
    });

    it('schedules a message and lets it expire a day after its time', async () => {
      const message = await aService().sendMessage(aRequest({ sendAt: later(HOUR_MS) }));

      expect(message).toMatchObject({ sendAt: later(HOUR_MS), expiresAt: later(25 * HOUR_MS) });
    });

    it('lets a message whose time is over live a day from now', async () => {
      const message = await aService().sendMessage(aRequest({ sendAt: later(-HOUR_MS) }));

      expect(message).toMatchObject({ sendAt: later(-HOUR_MS), expiresAt: later(24 * HOUR_MS) });
    });
  });

  describe('refusing', () => {
    const refusalOf = (request: SendRequest, service = aService()): Promise<AppError> =>
      service.sendMessage(request).then(
        () => Promise.reject(new Error('It was accepted')),
        (error: unknown) => error as AppError,
      );
    const fieldsOf = ({ errors }: AppError) => errors?.map(({ field }) => field);

    it.each<[string, Partial<SendRequest>, string, string[]]>([
      ['a number without country code', { to: '612345678' }, 'recipient-phone-invalid', ['to']],
      ['no recipient', { to: undefined }, 'recipient-phone-invalid', ['to']],
      ['two recipients', { recipient: 'ES.1349' }, 'validation-failed', ['recipient']],
      ['a user id that is none', { to: undefined, recipient: '34612345678' }, 'validation-failed', ['recipient']],
      ['an empty message', { message: {} }, 'validation-failed', ['type']],
      ['an expiry in the past', { expiresAt: later(-1) }, 'validation-failed', ['expires_at']],
      [
        'an expiry before the time to send',
        { sendAt: later(2 * HOUR_MS), expiresAt: later(HOUR_MS) },
        'validation-failed',
        ['expires_at'],
      ],
    ])('%s', async (_, change, code, fields) => {
      const error = await refusalOf(aRequest(change));

      expect(error).toBeInstanceOf(ValidationError);
      expect([error.code, fieldsOf(error)]).toEqual([code, fields]);
      expect([stored, wakeUps]).toEqual([[], 0]);
    });

    it('every bad field at once, those that the door found included', async () => {
      const request = aRequest({ to: '612345678', message: { type: 'text', text: '' }, expiresAt: later(-1) });
      const error = await aService()
        .sendMessage(request, { errors: [{ field: 'colour', message: 'is unknown' }] })
        .catch((cause: unknown) => cause as AppError);

      expect(fieldsOf(error as AppError)).toEqual(['colour', 'to', 'expires_at', 'text']);
    });

    it('with them what the template has against the message', async () => {
      templateRefusal = new ValidationError([{ field: 'template.header', message: 'is missing' }]);

      const error = await refusalOf(aRequest({ to: '612345678', message: TEMPLATE }));

      expect([error.code, fieldsOf(error)]).toEqual(['validation-failed', ['to', 'template.header']]);
    });

    it('a template that cannot be sent', async () => {
      templateRefusal = new ValidationError(
        [{ field: 'template.name', message: 'is PAUSED' }],
        'template-not-approved',
      );

      expect(await refusalOf(aRequest({ message: TEMPLATE }))).toBe(templateRefusal);
      expect(stored).toEqual([]);
    });

    it.each([true, false])('marketing alone to somebody who stopped it; template known: %p', async (known) => {
      isTemplateKnown = known;
      const request = aRequest({ message: TEMPLATE });
      await aService().sendMessage(request);
      expect(stored).toHaveLength(1);

      template = { category: 'MARKETING' } as WhatsAppTemplate;
      expect(await refusalOf(request)).toBe(NOT_WANTED);
      expect(stored).toHaveLength(1);
    });

    it('everything while notifications are switched off', async () => {
      const error = await refusalOf(aRequest(), aService({ notificationsEnabled: false }));

      expect(error).toMatchObject({ status: 503, code: 'notifications-disabled', retryAfterSeconds: 300 });
      expect(stored).toEqual([]);
    });
  });

  describe('in bulk', () => {
    const sendBulk = (items: BulkItem[], service = aService()) => service.sendBulk(TENANT, items);

    it('judges each message alone, and stores the good ones as one batch', async () => {
      const gone = new AppError(422, 'validation-failed', 'is no object');

      const { batchId, results } = await sendBulk([
        { request: aRequest() },
        { request: aRequest({ to: '612345678' }) },
        { refusal: gone },
        { request: aRequest({ to: '+34612345679' }) },
        { request: aRequest(), errors: [{ field: 'colour', message: 'is unknown' }] },
      ]);

      expect(results).toEqual([
        { index: 0, message: expect.objectContaining({ recipientPhone: '+34612345678', batchId }) },
        { index: 1, error: expect.objectContaining({ code: 'recipient-phone-invalid' }) },
        { index: 2, error: gone },
        { index: 3, message: expect.objectContaining({ recipientPhone: '+34612345679', batchId }) },
        { index: 4, error: expect.objectContaining({ errors: [{ field: 'colour', message: 'is unknown' }] }) },
      ]);
      expect(stored.map(({ recipientPhone }) => recipientPhone)).toEqual(['+34612345678', '+34612345679']);
      expect(batches).toEqual([{ id: batchId, tenantId: TENANT, accepted: 2, rejected: 3 }]);
      expect(wakeUps).toBe(1);
    });

    it('gives ids in the order of the batch, however long each message takes to judge', async () => {
      decisionMs = 5;
      const items = Array.from({ length: 120 }, (_, index): BulkItem => {
        return { request: index % 3 === 0 ? aRequest() : aRequest({ message: TEMPLATE }) };
      });

      const { results } = await sendBulk(items);

      const ids = results.map((one) => ('message' in one ? one.message.id : ''));
      expect(ids).toEqual([...ids].sort());
      expect(results.map(({ index }) => index)).toEqual(items.map((_, index) => index));
    });

    it('remembers also a batch without one good message', async () => {
      const { batchId } = await sendBulk([{ request: aRequest({ to: 'nobody' }) }]);

      expect(batches).toEqual([{ id: batchId, tenantId: TENANT, accepted: 0, rejected: 1 }]);
    });

    it('makes its receipt durable with the messages, where that is asked for', async () => {
      const given: unknown[] = [];

      const receipt = await aService().sendBulk(TENANT, [{ request: aRequest() }], {
        alongside: (tx, durable) => Promise.resolve(void given.push(tx, durable, stored.length)),
      });

      expect(given).toEqual([TX, receipt, 0]);
    });

    it('stores nothing of it when what goes wrong is no fault of a message', async () => {
      templateRefusal = new AppError(503, 'templates-unavailable', 'Meta cannot be reached.');

      const sending = sendBulk([{ request: aRequest() }, { request: aRequest({ message: TEMPLATE }) }]);

      await expect(sending).rejects.toBe(templateRefusal);
      expect([stored, batches, wakeUps]).toEqual([[], [], 0]);
    });

    it('is refused as a whole while notifications are switched off, also when nothing in it is good', async () => {
      const refusal = new AppError(422, 'validation-failed', 'is no object');

      const sending = sendBulk([{ refusal }], aService({ notificationsEnabled: false }));

      await expect(sending).rejects.toMatchObject({ code: 'notifications-disabled' });
      expect(batches).toEqual([]);
    });
  });

  describe('waiting for the answer', () => {
    it('ends as soon as WhatsApp answered', async () => {
      const service = aService();
      const { id } = await service.sendMessage(aRequest());
      lookUpsBeforeAnswer = 1;

      expect((await service.waitForAnswer(id, 30_000)).status).toBe('SENT');
    });

    it('gives the message as it is when the time is over', async () => {
      const service = aService();
      const { id } = await service.sendMessage(aRequest());
      lookUpsBeforeAnswer = Infinity;

      expect((await service.waitForAnswer(id, 20)).status).toBe('PENDING');
    });

    it('knows when there is no such message', async () => {
      await expect(aService().waitForAnswer(TENANT, 0)).rejects.toMatchObject({ status: 404 });
    });
  });

  describe('the health check', () => {
    it('is up with what Meta says of the number', async () => {
      const number = { id: SENDER.phoneNumberId, display_phone_number: '+1 555-078-3881', quality_rating: 'GREEN' };
      getPhoneNumber = () => Promise.resolve(number as PhoneNumberInfo);

      expect(await aService().healthCheck()).toEqual({
        status: 'up',
        phoneNumberId: SENDER.phoneNumberId,
        displayPhoneNumber: '+1 555-078-3881',
        qualityRating: 'GREEN',
      });
    });

    it('is down with the reason when Meta cannot be asked', async () => {
      getPhoneNumber = () => Promise.reject(new CloudApiNotSentError('ECONNREFUSED'));

      expect(await aService().healthCheck()).toEqual({
        status: 'down',
        phoneNumberId: SENDER.phoneNumberId,
        reason: expect.stringContaining('ECONNREFUSED'),
      });
    });
  });
});
