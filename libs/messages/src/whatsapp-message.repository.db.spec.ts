import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId } from '#common';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { aMessage, aPendingMessage, inMs } from '../../../test/factories/messages.ts';
import { MessageEvent } from './entities/message-event.entity.ts';
import type { WhatsAppMessage } from './entities/whatsapp-message.entity.ts';
import { type MessageFilter, WhatsAppMessageRepository } from './whatsapp-message.repository.ts';

const TENANT = newId();

describe(WhatsAppMessageRepository.name, () => {
  let store: MessageStore;
  let db: DataSource;
  let messages: WhatsAppMessageRepository;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
    messages = new WhatsAppMessageRepository(db);
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  describe('accepting', () => {
    const everything = () =>
      aPendingMessage({
        messageType: 'TEMPLATE',
        fromPhone: '+15550783881',
        recipientUserId: 'ES.1',
        recipientName: 'Ana',
        templateName: 'po_notification',
        templateLanguage: 'es',
        templateParameters: ['a', '€1,250.00'],
        content: { type: 'template', template: { name: 'po_notification', parameters: [null, { b: [] }] } },
        notificationId: newId(),
        batchId: newId(),
        metadata: { order: 7 },
        priority: 0,
      });

    it.each([
      ['that says everything', everything],
      ['that says only what it must', aPendingMessage],
      ['for a time that is over', () => aPendingMessage({ sendAt: inMs(-3_600_000) })],
      ['for later', () => aPendingMessage({ sendAt: inMs(3_600_000) })],
    ])('answers a message %s exactly as it was stored', async (_, aNewMessage) => {
      const message = aNewMessage();

      const answered = await messages.createPending(message);

      const stored = await messages.findById(message.id);
      expect(stored).toMatchObject({ ...message, direction: 'outbound', status: 'PENDING', attempts: 0 });
      expect(answered).toEqual(stored);
    });

    it('queues it at once', async () => {
      const { pendingReason, nextAttemptAt, createdAt } = await messages.createPending(aPendingMessage());

      expect([pendingReason, nextAttemptAt]).toEqual(['queued', createdAt]);
    });

    it('queues what is for later for its time', async () => {
      const sendAt = inMs(3_600_000);

      const { pendingReason, nextAttemptAt } = await messages.createPending(aPendingMessage({ sendAt }));

      expect([pendingReason, nextAttemptAt]).toEqual(['scheduled', sendAt]);
    });

    it('commits together what is accepted at the same time, and answers each caller its own', async () => {
      const pending = Array.from({ length: 50 }, () => aPendingMessage());

      const answered = await Promise.all(pending.map((message) => messages.createPending(message)));

      expect(answered.map(({ id }) => id)).toEqual(pending.map(({ id }) => id));
      const [transactions] = await db.query<{ count: number }[]>(
        'SELECT count(DISTINCT xmin::text)::int AS count FROM whatsapp_messages',
      );
      expect(transactions).toEqual({ count: 1 });
    });

    it('lets one that cannot be stored refuse itself alone', async () => {
      const [good, bad] = [aPendingMessage(), aPendingMessage({ priority: 100_000 })];

      const outcomes = await Promise.allSettled([good, bad].map((message) => messages.createPending(message)));

      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      expect(await messages.findById(good.id)).not.toBeNull();
    });

    it('stores messages with what must be durable with them, in their order', async () => {
      const pending = [aPendingMessage(), aPendingMessage()];

      const stored = await messages.createPendingWith(pending, async (tx, [first, second]) => {
        await tx.query('INSERT INTO message_batches (id, tenant_id, accepted, rejected) VALUES ($1, $2, 0, 0)', [
          first!.id,
          second!.id,
        ]);
      });

      expect(stored.map(({ id }) => id)).toEqual(pending.map(({ id }) => id));
      expect(await db.query('SELECT id, tenant_id FROM message_batches')).toEqual([
        { id: pending[0]!.id, tenant_id: pending[1]!.id },
      ]);
    });

    it('stores nothing when what must be durable with it fails', async () => {
      const message = aPendingMessage();

      const failing = messages.createPendingWith([message], () => Promise.reject(new Error('no')));

      await expect(failing).rejects.toThrow('no');
      expect(await messages.findById(message.id)).toBeNull();
    });
  });

  it('tells what happened in the order it was written, whatever times Meta gives it', async () => {
    const { id } = await aMessage(db);
    const line = (type: MessageEvent['type'], occurredAt: Date) =>
      db.manager.insert(MessageEvent, { messageId: id, type, source: 'webhook', occurredAt });
    await line('delivered', inMs(0));
    await line('sent', inMs(-9_000));
    await line('read', inMs(-5_000));
    await aMessage(db).then((other) =>
      db.manager.insert(MessageEvent, { messageId: other.id, type: 'sent', source: 'webhook', occurredAt: inMs(0) }),
    );

    const events = await messages.findEvents(id);

    expect(events.map(({ type }) => type)).toEqual(['delivered', 'sent', 'read']);
  });

  it("finds a tenant's own messages only", async () => {
    const message = await aMessage(db, { tenantId: TENANT });

    expect((await messages.findOwn(TENANT, message.id))?.id).toBe(message.id);
    expect(await messages.findOwn(newId(), message.id)).toBeNull();
  });

  describe('listing', () => {
    const list = async (filter: Partial<MessageFilter>, limit = 10, beforeId?: string) =>
      (await messages.list({ equal: {}, ...filter }, limit, beforeId)).map(({ id }) => id);

    it('pages newest first, each message once', async () => {
      const ids = [];
      for (let each = 0; each < 5; each++) ids.unshift((await aMessage(db)).id);

      const first = await list({}, 2);
      const second = await list({}, 2, first.at(-1));
      const third = await list({}, 2, second.at(-1));

      expect([...first, ...second, ...third]).toEqual(ids);
    });

    it.each<[string, Partial<WhatsAppMessage>]>([
      ['tenantId', { tenantId: newId() }],
      ['status', { status: 'FAILED' }],
      ['direction', { direction: 'inbound' }],
      ['messageType', { messageType: 'IMAGE' }],
      ['recipientPhone', { recipientPhone: '+34600000001' }],
      ['fromPhone', { fromPhone: '+34600000002' }],
      ['templateName', { templateName: 'po_notification' }],
      ['notificationId', { notificationId: newId() }],
      ['batchId', { batchId: newId() }],
      ['errorCode', { errorCode: '131026' }],
    ])('narrows by %s', async (_, equal) => {
      const wanted = await aMessage(db, equal);
      await aMessage(db);

      expect(await list({ equal: equal })).toEqual([wanted.id]);
    });

    it('narrows by the time of acceptance, its start included and its end not', async () => {
      const [early, middle, late] = [inMs(-3_000), inMs(-2_000), inMs(-1_000)];
      await aMessage(db, { createdAt: early });
      const wanted = await aMessage(db, { createdAt: middle });
      await aMessage(db, { createdAt: late });

      expect(await list({ createdFrom: middle, createdTo: late })).toEqual([wanted.id]);
    });

    it.each([
      ['the text', 'único', { content: { type: 'text', text: { body: 'Pedido ÚNICO' } } }],
      ['the name', 'ana', { recipientName: 'Ana Ruiz' }],
      ['the number', '0099', { recipientPhone: '+34600990099' }],
      ['a percent sign, literally', '50%', { content: { text: { body: '50% menos' } } }],
      ['an underscore, literally', 'a_b', { content: { text: { body: 'a_b' } } }],
      ['a backslash, literally', '\\', { recipientName: 'A\\B' }],
    ])('finds %s', async (_, text, change) => {
      const decoy = { recipientName: 'axb', content: { text: { body: '500' } }, recipientPhone: '+34611111111' };
      const wanted = await aMessage(db, { ...decoy, ...change });
      await aMessage(db, decoy);

      expect(await list({ text })).toEqual([wanted.id]);
    });
  });
});
