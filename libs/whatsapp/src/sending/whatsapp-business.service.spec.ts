import { beforeEach, describe, expect, it } from '@jest/globals';

import { type AppConfig, AppError, type Clock, ValidationError } from '#common';
import type { Alongside, WhatsAppMessage, WhatsAppMessageRepository } from '#messages';
import type { Sender, SenderDirectory } from '#tenants';

import { strict } from '../../../../test/factories/strict.ts';
import { type CloudApiClient, CloudApiNotSentError, type PhoneNumberInfo } from '../cloud-api/index.ts';
import type { TemplateCatalogueService } from '../templates/template-catalogue.service.ts';
import type { OutboxPoller } from './outbox.poller.ts';
import type { SendRequest } from './send-request.ts';
import { WhatsAppBusinessService } from './whatsapp-business.service.ts';

const NOW = new Date('2026-11-01T10:00:00.000Z');
const later = (ms: number): Date => new Date(NOW.getTime() + ms);
const HOUR_MS = 3_600_000;

const TENANT = '01930000-0000-7000-8000-000000000001';
const SENDER: Sender = {
  phoneNumberId: '106540352242922',
  businessAccountId: '102290129340398',
  accessToken: 'token',
  appSecret: undefined,
};
const TEMPLATE = {
  type: 'template',
  template: { name: 'po_notification', language: 'es', parameters: ['Proveedor ABC', 'PO-2024-001', '€1,250.00'] },
};

describe(WhatsAppBusinessService.name, () => {
  let stored: WhatsAppMessage[];
  let alongsides: (Alongside | undefined)[];
  let wakeUps: number;
  let elapsedMs: number;
  let templateRefusal: AppError | undefined;
  let getPhoneNumber: () => Promise<PhoneNumberInfo>;
  /** How often a message is looked up before WhatsApp has answered for it. */
  let lookUpsBeforeAnswer: number;

  beforeEach(() => {
    [stored, alongsides, wakeUps, elapsedMs, templateRefusal, lookUpsBeforeAnswer] = [[], [], 0, 0, undefined, 0];
  });

  function aService(config: { notificationsEnabled?: boolean; defaultCountry?: string } = {}): WhatsAppBusinessService {
    const { notificationsEnabled = true, defaultCountry } = config;
    const messages = strict<WhatsAppMessageRepository>({
      createPending: (message, alongside) => {
        alongsides.push(alongside);
        stored.push({ ...message, status: 'PENDING' } as WhatsAppMessage);
        return Promise.resolve(stored.at(-1) as WhatsAppMessage);
      },
      findById: (id) => {
        elapsedMs += 10;
        const message = stored.find((each) => each.id === id);
        const status = lookUpsBeforeAnswer-- > 0 ? 'PENDING' : 'SENT';
        return Promise.resolve(message ? { ...message, status } : null);
      },
    });
    return new WhatsAppBusinessService(
      { notificationsEnabled, whatsapp: { defaultCountry } } as AppConfig,
      strict<Clock>({ now: () => later(elapsedMs) }),
      messages,
      strict<SenderDirectory>({ forTenant: () => SENDER, all: () => [SENDER] }),
      strict<TemplateCatalogueService>({
        check: () => (templateRefusal ? Promise.reject(templateRefusal) : Promise.resolve()),
      }),
      strict<CloudApiClient>({ getPhoneNumber: () => getPhoneNumber() }),
      strict<OutboxPoller>({ wake: () => void wakeUps++ }),
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
        priority: 0,
        pendingReason: 'queued',
        sendAt: null,
        nextAttemptAt: NOW,
        expiresAt: later(24 * HOUR_MS),
      });
      expect(wakeUps).toBe(1);
    });

    it('hands over what must be durable with the message', async () => {
      const alongside = (): Promise<void> => Promise.resolve();

      await aService().sendMessage(aRequest(), { alongside });

      expect(alongsides).toEqual([alongside]);
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

      expect(message).toMatchObject({
        pendingReason: 'scheduled',
        sendAt: later(HOUR_MS),
        nextAttemptAt: later(HOUR_MS),
        expiresAt: later(25 * HOUR_MS),
      });
    });

    it('sends at once what was scheduled for a time that is over', async () => {
      const message = await aService().sendMessage(aRequest({ sendAt: later(-HOUR_MS) }));

      expect(message).toMatchObject({
        pendingReason: 'queued',
        nextAttemptAt: NOW,
        expiresAt: later(24 * HOUR_MS),
      });
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

    it('a template that cannot be sent', async () => {
      templateRefusal = new ValidationError(
        [{ field: 'template.name', message: 'is PAUSED' }],
        'template-not-approved',
      );

      expect(await refusalOf(aRequest({ message: TEMPLATE }))).toBe(templateRefusal);
      expect(stored).toEqual([]);
    });

    it('everything while notifications are switched off', async () => {
      const error = await refusalOf(aRequest(), aService({ notificationsEnabled: false }));

      expect(error).toMatchObject({ status: 503, code: 'notifications-disabled', retryAfterSeconds: 300 });
      expect(stored).toEqual([]);
    });
  });

  describe('in bulk', () => {
    it('judges each message alone', async () => {
      const results = await aService().sendBulk([aRequest(), aRequest({ to: '612345678' }), aRequest()]);

      expect(results).toEqual([
        { index: 0, message: stored[0] },
        { index: 1, error: expect.objectContaining({ code: 'recipient-phone-invalid' }) },
        { index: 2, message: stored[1] },
      ]);
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
