import 'reflect-metadata';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';

import { type AppConfig, newId } from '#common';
import { MessageEvent, WhatsAppMessage, WhatsAppMessageRepository } from '#messages';
import type { TemplateNotification, WhatsAppService } from '#whatsapp';

import { aPendingMessage } from '../../../test/factories/messages.ts';
import { aDataSource, createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { anEvent, EVENT_ID, eventTemplates, PO_ID, TENANT_ID } from '../../../test/support/po-events.ts';
import { PoEvent } from './entities/po-event.entity.ts';
import { PoEventHandler } from './po-event.handler.ts';
import { PoEventRepository } from './po-event.repository.ts';

Logger.overrideLogger(false);

const TEMPLATES = {
  'po.cancelled': { template: 'po_cancelled', parameters: ['data.supplier_name', 'data.reason'] },
};
const config = { poEvents: { templates: eventTemplates(TEMPLATES) } } as AppConfig;

describe(PoEventHandler.name, () => {
  let database: TestDatabase;
  let db: DataSource;
  let whatsapp: { enabled: boolean; notify: WhatsAppService['notify'] };
  let handler: PoEventHandler;
  let asked: TemplateNotification[];

  beforeAll(async () => {
    database = await createTestDatabase();
    db = await aDataSource(database.url, [PoEvent, WhatsAppMessage, MessageEvent]);
  });

  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });

  beforeEach(async () => {
    await db.query('TRUNCATE po_events, whatsapp_messages CASCADE');
    const messages = new WhatsAppMessageRepository(db);
    asked = [];
    whatsapp = {
      enabled: true,
      // What the facade does once the message is found good.
      notify: async (notification, { alongside } = {}) => {
        const { tenantId, to, notificationId, metadata = {} } = notification;
        asked.push(notification);
        const message = aPendingMessage({
          tenantId,
          messageType: 'TEMPLATE',
          contactKey: to,
          recipientPhone: to,
          content: { type: 'template' },
          notificationId: notificationId ?? null,
          metadata,
        });
        const [stored] = await messages.createPendingWith([message], (tx, [one]) => alongside!(tx, one!));
        return stored!;
      },
    };
    handler = new PoEventHandler(config, whatsapp as WhatsAppService, new PoEventRepository(db));
  });

  const inbox = () => db.manager.find(PoEvent, { order: { id: 'ASC' } });
  const messageCount = () => db.manager.count(WhatsAppMessage);

  it('accepts one message and remembers the event with it', async () => {
    const { outcome, eventId, messageId } = await handler.handle(anEvent());

    expect({ outcome, eventId }).toEqual({ outcome: 'notified', eventId: EVENT_ID });
    expect(await inbox()).toMatchObject([
      { tenantId: TENANT_ID, eventType: 'po.approved', poId: PO_ID, poNumber: 'PO-2024-001', outcome, messageId },
    ]);
    expect(await db.manager.findBy(WhatsAppMessage, { id: messageId as string })).toHaveLength(1);
  });

  it.each([undefined, null, '', '   '])('skips an order whose supplier has the phone %p', async (phone) => {
    const result = await handler.handle(anEvent({ supplier_phone: phone }));

    expect(result).toMatchObject({ outcome: 'skipped', reason: 'no-supplier-phone' });
    expect(await inbox()).toMatchObject([{ outcome: 'skipped', reason: 'no-supplier-phone', messageId: null }]);
    expect(await messageCount()).toBe(0);
  });

  it('skips an event of another type, whatever else it holds', async () => {
    const result = await handler.handle({ event_type: 'po.seen', data: { po_number: 5 } });

    expect(result).toEqual({ eventId: null, outcome: 'skipped', reason: 'other-event-type' });
    expect(await inbox()).toMatchObject([{ eventType: 'po.seen', reason: 'other-event-type' }]);
  });

  describe('an event of a type that the configuration maps', () => {
    const aCancellation = (data: object = {}) => ({
      ...anEvent({ total_amount: undefined, currency: undefined, reason: 'Too late', ...data }),
      event_type: 'po.cancelled',
    });

    it('is told by its own template', async () => {
      const { outcome } = await handler.handle(aCancellation());

      expect(outcome).toBe('notified');
      expect(asked).toMatchObject([
        { template: { name: 'po_cancelled' }, language: 'es', parameters: ['Proveedor ABC', 'Too late'] },
      ]);
      expect(await inbox()).toMatchObject([{ eventType: 'po.cancelled', outcome: 'notified' }]);
    });

    it('is rejected without a field that the template needs, and then remembered nowhere', async () => {
      await expect(handler.handle(aCancellation({ reason: ' ' }))).rejects.toMatchObject({
        code: 'po-event-invalid',
        errors: [{ field: 'data.reason', message: 'should not be empty' }],
      });
      expect(await inbox()).toEqual([]);
    });

    it('is skipped without anybody to tell', async () => {
      const result = await handler.handle(aCancellation({ supplier_phone: null }));

      expect(result).toMatchObject({ outcome: 'skipped', reason: 'no-supplier-phone' });
    });

    it('is another event than the approval of the same order', async () => {
      const outcomes = [];
      for (const event of [anEvent(), aCancellation(), aCancellation()])
        outcomes.push((await handler.handle({ ...event, event_id: undefined })).outcome);

      expect(outcomes).toEqual(['notified', 'notified', 'duplicate']);
    });
  });

  it('skips while notifications are off', async () => {
    whatsapp.enabled = false;

    const result = await handler.handle(anEvent());

    expect(result).toMatchObject({ outcome: 'skipped', reason: 'notifications-disabled' });
    expect(await messageCount()).toBe(0);
  });

  it('tells a redelivery by the event id, whatever else changed', async () => {
    await handler.handle(anEvent());

    const again = await handler.handle(anEvent({ po_number: 'PO-OTHER', po_id: newId() }));

    expect(again).toEqual({ eventId: EVENT_ID, outcome: 'duplicate' });
    expect(await messageCount()).toBe(1);
  });

  it('tells a redelivery without event id by the purchase order', async () => {
    const event = { ...anEvent(), event_id: undefined };
    await handler.handle(event);

    const again = await handler.handle({ ...event, timestamp: 'later' });
    const other = await handler.handle({ ...event, data: { ...event.data, po_id: newId() } });

    expect([again.outcome, other.outcome]).toEqual(['duplicate', 'notified']);
  });

  it('keeps the events of two tenants apart', async () => {
    await handler.handle(anEvent());

    const others = await handler.handle(anEvent({ tenant_id: newId() }));

    expect(others.outcome).toBe('notified');
  });

  it.each([
    ['a skipped one', { supplier_phone: '' }, 'skipped'],
    ['a notified one', {}, 'notified'],
  ])('makes one outcome of ten deliveries of %s at once', async (_, data, first) => {
    const results = await Promise.all(Array.from({ length: 10 }, () => handler.handle(anEvent(data))));

    const outcomes = results.map(({ outcome }) => outcome).sort();
    expect(outcomes).toEqual([...Array<string>(9).fill('duplicate'), first]);
    expect(await inbox()).toHaveLength(1);
    expect(await messageCount()).toBe(first === 'notified' ? 1 : 0);
  });

  it('remembers nothing of an event it rejects, so that a corrected one is taken', async () => {
    await expect(handler.handle(anEvent({ total_amount: -1 }))).rejects.toMatchObject({ status: 422 });

    const corrected = await handler.handle(anEvent());

    expect(corrected.outcome).toBe('notified');
  });
});
