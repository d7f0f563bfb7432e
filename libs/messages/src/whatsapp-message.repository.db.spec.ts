import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId } from '#common';

import { aMessageStore, type MessageStore, timelineOf } from '../../../test/factories/message-store.ts';
import { aMessage, aPhone, aWamid, inMs, PHONE_NUMBER_ID } from '../../../test/factories/messages.ts';
import { eventually } from '../../../test/support/eventually.ts';
import type { WhatsAppMessage } from './entities/whatsapp-message.entity.ts';
import { type MessageFilter, type NewMessage, WhatsAppMessageRepository } from './whatsapp-message.repository.ts';

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

  const aNewMessage = (change: Partial<NewMessage> = {}): NewMessage => ({
    id: newId(),
    tenantId: TENANT,
    messageType: 'TEXT',
    phoneNumberId: PHONE_NUMBER_ID,
    contactKey: aPhone(),
    content: { type: 'text', text: { body: 'Hola' } },
    pendingReason: 'queued',
    ...change,
  });

  describe('accepting', () => {
    it('stores the message as PENDING with the first line of its timeline', async () => {
      const stored = await messages.createPending(aNewMessage());

      expect(stored).toMatchObject({ direction: 'outbound', status: 'PENDING', createdAt: expect.any(Date) });
      expect(await messages.findById(stored.id)).toMatchObject({
        status: 'PENDING',
        metadata: {},
        priority: 1,
        attempts: 0,
        createdAt: stored.createdAt,
      });
      const [line] = await messages.findTimeline(stored.id);
      expect(line).toMatchObject({ type: 'accepted', source: 'api', occurredAt: stored.createdAt });
    });

    it('stores nothing when what must be durable with it fails', async () => {
      const message = aNewMessage();
      const failing = messages.createPending(message, () => Promise.reject(new Error('no')));

      await expect(failing).rejects.toThrow('no');

      expect(await messages.findById(message.id)).toBeNull();
      expect(await timelineOf(db, message)).toEqual([]);
    });
  });

  describe('receiving', () => {
    const receive = (message: NewMessage) => db.transaction((tx) => messages.createReceived(tx, message));

    const twoCopies = (): [NewMessage, NewMessage] => {
      const whatsappMessageId = aWamid();
      return [aNewMessage({ whatsappMessageId }), aNewMessage({ whatsappMessageId })];
    };

    it('stores an inbound message with its line of the timeline', async () => {
      const message = aNewMessage({ whatsappMessageId: aWamid(), pendingReason: null });

      expect(await receive(message)).toBe(true);

      expect(await messages.findById(message.id)).toMatchObject({ direction: 'inbound', status: 'RECEIVED' });
      expect(await timelineOf(db, message)).toEqual(['webhook received']);
    });

    it('stores the same wamid once', async () => {
      const [first, second] = twoCopies();

      expect([await receive(first), await receive(second)]).toEqual([true, false]);
      expect([await timelineOf(db, first), await timelineOf(db, second)]).toEqual([['webhook received'], []]);
    });

    it('stores the same wamid once when two processes apply two deliveries of it at the same time', async () => {
      const [first, second] = twoCopies();

      let later: Promise<boolean> | undefined;
      await db.transaction(async (tx) => {
        await messages.createReceived(tx, first);
        later = receive(second);
        await eventually(async () => {
          const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
          expect(await db.query(waiting)).toHaveLength(1);
        });
      });

      expect(await later).toBe(false);
      expect(await messages.findById(second.id)).toBeNull();
    });

    it('keeps the same wamid of two numbers apart', async () => {
      const whatsappMessageId = aWamid();

      const stored = [
        await receive(aNewMessage({ whatsappMessageId })),
        await receive(aNewMessage({ whatsappMessageId, phoneNumberId: '999999999999999' })),
      ];

      expect(stored).toEqual([true, true]);
    });
  });

  it("finds a tenant's own messages only", async () => {
    const message = await aMessage(db, { tenantId: TENANT });

    expect((await messages.findOwn(TENANT, message.id))?.id).toBe(message.id);
    expect(await messages.findOwn(newId(), message.id)).toBeNull();
  });

  describe('whose an answer is', () => {
    const inTouch = (contactKey: string, phoneNumberId = PHONE_NUMBER_ID) =>
      messages.findTenantInTouchWith(db.manager, phoneNumberId, contactKey);

    it('is the tenant that wrote last to this person from this number', async () => {
      const contactKey = aPhone();
      await aMessage(db, { contactKey, tenantId: newId() });
      await aMessage(db, { contactKey, tenantId: TENANT });
      await aMessage(db, { contactKey, tenantId: newId(), phoneNumberId: '999999999999999' });
      await aMessage(db, { contactKey, tenantId: newId(), direction: 'inbound', status: 'RECEIVED' });

      expect(await inTouch(contactKey)).toBe(TENANT);
    });

    it('is nobody when nobody wrote', async () => {
      expect(await inTouch(aPhone())).toBeUndefined();
    });
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
