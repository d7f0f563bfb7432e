import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import { type AppConfig, AppError, type Clock, PLATFORM_TENANT_ID } from '#common';
import type { DeliveryStatus, WhatsAppMessage } from '#messages';

import { strict } from '../../../test/factories/strict.ts';
import type { SendRequest } from './sending/send-request.ts';
import type { SendOptions, WhatsAppBusinessService } from './sending/whatsapp-business.service.ts';
import { WhatsAppService } from './whatsapp.service.ts';

Logger.overrideLogger(false);

const NOW = new Date('2026-11-01T10:00:00.000Z');
const TENANT = '01930000-0000-7000-8000-000000000001';
const PHONE = '+34612345678';

describe(WhatsAppService.name, () => {
  let requests: SendRequest[];
  let options: (SendOptions | undefined)[];
  let refusal: Error | undefined;
  let answered: DeliveryStatus;
  let service: WhatsAppService;

  beforeEach(() => {
    [requests, options, refusal, answered] = [[], [], undefined, 'SENT'];
    service = aService();
  });

  function aService(notificationsEnabled = true): WhatsAppService {
    const business = strict<WhatsAppBusinessService>({
      sendMessage: (request, given) => {
        if (refusal) return Promise.reject(refusal);
        requests.push(request);
        options.push(given);
        return Promise.resolve({ id: 'message', status: 'PENDING' } as WhatsAppMessage);
      },
      waitForAnswer: (id) => Promise.resolve({ id, status: answered } as WhatsAppMessage),
    });
    const config = { notificationsEnabled, poEvents: { language: 'es' } } as AppConfig;
    return new WhatsAppService(config, business, strict<Clock>({ now: () => NOW }));
  }

  describe('the legacy call', () => {
    it('sends a template with positional parameters for the tenant', async () => {
      await service.sendMessage(PHONE, 'ignored', 'po_notification', ['Proveedor ABC', 'PO-1', '€1.00'], TENANT);

      expect(requests).toEqual([
        {
          tenantId: TENANT,
          to: PHONE,
          message: {
            type: 'template',
            template: { name: 'po_notification', language: 'es', parameters: ['Proveedor ABC', 'PO-1', '€1.00'] },
          },
          expiresAt: expect.any(Date),
        },
      ]);
    });

    it('sends free text without a template, for the platform when no tenant is named', async () => {
      await service.sendMessage(PHONE, 'Hola');

      expect(requests).toMatchObject([{ tenantId: PLATFORM_TENANT_ID, message: { type: 'text', text: 'Hola' } }]);
    });

    it('does not let a message outlive the wait for its answer: false must stay true', async () => {
      await service.sendMessage(PHONE, 'Hola');

      expect(requests[0]?.expiresAt).toEqual(new Date(NOW.getTime() + 30_000));
    });

    it.each<[DeliveryStatus, boolean]>([
      ['SENT', true],
      ['DELIVERED', true],
      ['READ', true],
      ['PENDING', false],
      ['FAILED', false],
      ['CANCELLED', false],
    ])('answers for a message that is %s: %p', async (status, expected) => {
      answered = status;

      expect(await service.sendMessage(PHONE, 'Hola')).toBe(expected);
    });

    it.each([
      ['a refusal', new AppError(422, 'recipient-phone-invalid', 'no')],
      ['notifications that are switched off', new AppError(503, 'notifications-disabled', 'off')],
      ['a fault that nobody foresaw', new Error('The database is away')],
    ])('answers false, and never throws, on %s', async (_, cause) => {
      refusal = cause;

      expect(await service.sendMessage(PHONE, 'Hola')).toBe(false);
    });
  });

  it('accepts a notification and hands over what must be durable with it', async () => {
    const alongside = (): Promise<void> => Promise.resolve();
    const message = await service.notify(
      {
        tenantId: TENANT,
        to: PHONE,
        recipientName: 'Proveedor ABC',
        template: { name: 'po_notification' },
        language: 'es',
        parameters: ['a', 'b', 'c'],
        metadata: { po_id: '7' },
      },
      { alongside },
    );

    expect(message.id).toBe('message');
    expect(requests).toEqual([
      {
        tenantId: TENANT,
        to: PHONE,
        recipientName: 'Proveedor ABC',
        metadata: { po_id: '7' },
        message: {
          type: 'template',
          template: { name: 'po_notification', language: 'es', parameters: ['a', 'b', 'c'] },
        },
      },
    ]);
    expect(options).toEqual([{ alongside }]);
  });

  it.each([true, false])('says whether notifications are enabled: %p', (enabled) => {
    expect(aService(enabled).enabled).toBe(enabled);
  });
});
