import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { idAt } from '#common';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { aMessage, aWamid, reload } from '../../../test/factories/messages.ts';
import { AccountEvent } from './entities/account-event.entity.ts';
import { MessageEvent } from './entities/message-event.entity.ts';
import { MessageFallback } from './entities/message-fallback.entity.ts';
import type { WhatsAppMessage } from './entities/whatsapp-message.entity.ts';
import { RetentionRepository } from './retention.repository.ts';

const NOW = new Date('2026-11-21T09:00:00.000Z');
const DAY_MS = 24 * 3_600_000;
const daysAgo = (days: number) => new Date(NOW.getTime() - days * DAY_MS);
/** What is older is removed. */
const TIME = daysAgo(30);

describe(RetentionRepository.name, () => {
  let store: MessageStore;
  let db: DataSource;
  let retention: RetentionRepository;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
    retention = new RetentionRepository(db);
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  const aSent = (days: number, change: Partial<WhatsAppMessage> = {}) =>
    aMessage(db, {
      id: idAt(daysAgo(days)),
      status: 'DELIVERED',
      whatsappMessageId: aWamid(),
      templateName: 'po_notification',
      templateParameters: ['Proveedor ABC'],
      metadata: { order: 'PO-2024-001' },
      providerResponse: { contacts: [] },
      createdAt: daysAgo(days),
      ...change,
    });
  const aLine = (message: WhatsAppMessage, type: string, details: object = {}) =>
    db.manager.insert(MessageEvent, {
      messageId: message.id,
      type,
      source: 'webhook',
      occurredAt: NOW,
      details,
    });
  const says = async (message: WhatsAppMessage) => (await reload(db, message)).contentRemovedAt === null;

  describe('contents', () => {
    it('go from old messages, and everything else stays', async () => {
      const old = await aSent(31);

      const batch = await retention.removeContents(TIME, NOW);

      expect(batch).toEqual({ removed: 1, more: true });
      expect(await reload(db, old)).toEqual({
        ...(await reload(db, old)),
        ...old,
        content: {},
        templateParameters: null,
        metadata: {},
        providerResponse: null,
        contentRemovedAt: NOW,
        updatedAt: expect.any(Date),
      });
    });

    it('stay in what is younger', async () => {
      const young = await aSent(29);

      expect(await retention.removeContents(TIME, NOW)).toEqual({ removed: 0, more: false });
      expect(await says(young)).toBe(true);
    });

    it('go from edits on the timeline and from the template in reserve as well', async () => {
      const old = await aSent(31);
      await aLine(old, 'edited', { whatsapp_message_id: 'wamid.1', message: { type: 'text', text: { body: 'Hola' } } });
      await db.manager.insert(MessageFallback, {
        messageId: old.id,
        templateName: 'a',
        templateLanguage: 'es',
        content: { type: 'template' },
      });

      await retention.removeContents(TIME, NOW);

      const [line] = await db.manager.find(MessageEvent);
      expect(line?.details).toEqual({ whatsapp_message_id: 'wamid.1' });
      expect(await db.manager.count(MessageFallback)).toBe(0);
    });

    it('are looked at once, however often it is asked for', async () => {
      await aSent(31);
      await retention.removeContents(TIME, NOW);

      expect(await retention.removeContents(TIME, NOW)).toEqual({ removed: 0, more: false });
    });

    it('stay in a message that is still to be sent, until a walk a week later finds it settled', async () => {
      const waiting = await aSent(40, { status: 'PENDING', pendingReason: 'unconfirmed', whatsappMessageId: null });
      await retention.removeContents(TIME, NOW);
      expect(await says(waiting)).toBe(true);
      await db.query(`UPDATE whatsapp_messages SET status = 'SENT', pending_reason = NULL`);

      await retention.removeContents(TIME, NOW);
      expect(await says(waiting)).toBe(true);
      const nextWeek = new Date(NOW.getTime() + 7 * DAY_MS);
      await retention.removeContents(TIME, nextWeek);
      await retention.removeContents(TIME, nextWeek);

      expect(await says(waiting)).toBe(false);
    });

    it('are removed by one process while another waits for nothing', async () => {
      await aSent(31);
      await retention.removeContents(daysAgo(60), NOW);
      const other = db.createQueryRunner();
      await other.startTransaction();
      await other.query('SELECT FROM retention_walks FOR UPDATE');

      const meanwhile = await retention.removeContents(TIME, NOW);
      await other.rollbackTransaction();
      await other.release();

      expect(meanwhile).toEqual({ removed: 0, more: false });
      expect(await retention.removeContents(TIME, NOW)).toEqual({ removed: 1, more: true });
    });

    it('go in batches of a thousand', async () => {
      await db.query(
        `INSERT INTO whatsapp_messages (id, tenant_id, direction, status, message_type, phone_number_id, contact_key, content)
         SELECT ('00000000-0001-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, gen_random_uuid(), 'inbound', 'RECEIVED',
                'TEXT', '1', 'a', '{}' FROM generate_series(1, 1001) i`,
      );

      const removed = [];
      for (let batch = 0; batch < 3; batch++) removed.push((await retention.removeContents(TIME, NOW)).removed);

      expect(removed).toEqual([1_000, 1, 0]);
    });
  });

  describe('timelines', () => {
    it('go with their age, unless the message is still to be sent', async () => {
      const [old, waiting, young] = [
        await aSent(31),
        await aSent(40, { status: 'PENDING', pendingReason: 'held', whatsappMessageId: null }),
        await aSent(29),
      ];
      for (const message of [old, waiting, young]) await aLine(message, 'delivered');

      const batch = await retention.removeTimeline(TIME);

      expect(batch).toEqual({ removed: 1, more: false });
      const left = (await db.manager.find(MessageEvent)).map(({ messageId }) => messageId);
      expect(new Set(left)).toEqual(new Set([waiting.id, young.id]));
      expect(await retention.removeTimeline(TIME)).toEqual({ removed: 0, more: false });
    });
  });

  describe('account events', () => {
    it('go with their age', async () => {
      const [old, young] = [idAt(daysAgo(31)), idAt(daysAgo(29))];
      for (const id of [old, young]) {
        await db.manager.insert(AccountEvent, {
          id,
          businessAccountId: '1',
          field: 'account_alerts',
          known: true,
          occurredAt: NOW,
          summary: 'An alert.',
          value: '{}',
          fingerprint: id,
        });
      }

      expect(await retention.removeAccountEvents(TIME)).toEqual({ removed: 1, more: false });

      expect((await db.manager.find(AccountEvent)).map(({ id }) => id)).toEqual([young]);
    });
  });
});
