import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId, PLATFORM_TENANT_ID } from '#common';
import { MediaIntake, MediaRepository } from '#media';
import { Conversation, ConversationRepository, ToldMessageRepository, WhatsAppMessage } from '#messages';

import { anInboundMessage } from '../../../test/factories/inbound.ts';
import { aMessageStore, type MessageStore, timelineOf } from '../../../test/factories/message-store.ts';
import { aMessage, aPhone, aWamid, inMs } from '../../../test/factories/messages.ts';
import type { InboundMessage, MessageElsewhere } from './mapping/webhook-item.ts';
import { MessageKeeper } from './message.keeper.ts';

const TENANT = newId();
const NEWEST_FIRST = { order: { id: 'DESC' } } as const;

describe(MessageKeeper.name, () => {
  let keeper: MessageKeeper;
  let store: MessageStore;
  let db: DataSource;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
    const media = new MediaIntake(new MediaRepository(db));
    keeper = new MessageKeeper(new ToldMessageRepository(), new ConversationRepository(db), media);
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  const keep = (...told: (InboundMessage | MessageElsewhere)[]) => db.transaction((tx) => keeper.keep(tx, told));
  const stored = ({ whatsappMessageId }: { whatsappMessageId: string }) =>
    db.manager.findOneByOrFail(WhatsAppMessage, { whatsappMessageId });
  const anElsewhere = (change: Partial<MessageElsewhere> = {}): MessageElsewhere => ({
    ...anInboundMessage(change),
    direction: 'outbound',
    status: 'SENT',
    origin: 'smb_message_echoes',
    ...change,
  });
  const anEdit = (originalId: string, body: string, change: Partial<InboundMessage> = {}) => {
    const message = { type: 'text', text: { body } };
    const [id, at] = [aWamid(), new Date(1_794_000_000_000)];
    return anInboundMessage({
      whatsappMessageId: id,
      messageType: 'EDIT',
      content: { type: 'edit', edit: { original_message_id: originalId, message } },
      amendment: { kind: 'edited', originalId, id, at, message },
      ...change,
    });
  };

  describe('a message of a customer', () => {
    it("is the tenant's that is in touch with them, and the platform's when nobody is", async () => {
      const contactKey = aPhone();
      await aMessage(db, { contactKey, tenantId: TENANT });
      const [known, stranger] = [anInboundMessage({ contactKey }), anInboundMessage()];

      const kept = await keep(known, stranger);

      expect(kept.map(({ stored: { tenantId }, isNew }) => [tenantId, isNew])).toEqual([
        [TENANT, true],
        [PLATFORM_TENANT_ID, true],
      ]);
      expect(await stored(known)).toMatchObject({ tenantId: TENANT, direction: 'inbound', status: 'RECEIVED' });
      expect(await stored(stranger)).toMatchObject({ tenantId: PLATFORM_TENANT_ID });
    });

    it.each([
      ['Mexico', '+525512345678', '+5215512345678'],
      ['Argentina', '+541123456789', '+5491123456789'],
      ['Brazil', '+5511987654321', '+551187654321'],
    ])(
      'from %s stands in one order with what was sent, though WhatsApp spells the number otherwise',
      async (_, dialled, told) => {
        await aMessage(db, { contactKey: dialled, tenantId: TENANT });
        const answer = anInboundMessage({ contactKey: told });

        await keep(answer);

        expect(await stored(answer)).toMatchObject({ tenantId: TENANT, contactKey: dialled, fromPhone: told });
      },
    );

    it('is stored once, and without the characters that PostgreSQL refuses', async () => {
      const content = { type: 'text', text: { body: 'half a pair \ud83d' } };
      const message = anInboundMessage({ recipientName: 'A\0na', content });

      const [first] = await keep(message);
      const [second] = await keep(message);

      expect([first?.isNew, second?.isNew]).toEqual([true, false]);
      expect(await stored(message)).toMatchObject({
        recipientName: 'A\uFFFDna',
        content: { text: { body: 'half a pair \uFFFD' } },
      });
    });
  });

  describe('an edit', () => {
    it('changes the message it is about, which keeps its row and what it said before', async () => {
      const original = anInboundMessage();
      await keep(original);
      const edit = anEdit(original.whatsappMessageId, 'Adiós');

      await keep(edit);
      await keep(edit);

      const row = await stored(original);
      expect(row).toMatchObject({
        messageType: 'TEXT',
        content: { text: { body: 'Adiós' }, original: { text: { body: 'Hola' } }, edits: [{ message: { text: {} } }] },
      });
      expect(await timelineOf(db, row)).toEqual(['webhook edited']);
      expect(await db.manager.count(WhatsAppMessage)).toBe(1);
    });

    it('finds its message in the same delivery, also behind it', async () => {
      const original = anInboundMessage();

      await keep(anEdit(original.whatsappMessageId, 'Adiós'), original);

      expect((await stored(original)).content).toMatchObject({ text: { body: 'Adiós' } });
    });

    it.each<[string, Partial<InboundMessage>]>([
      ['is not known', {}],
      ['is of another number', { phoneNumberId: '999999999999999' }],
    ])('is kept on its own when its message %s', async (_, change) => {
      const original = anInboundMessage();
      if (change.phoneNumberId) await keep(original);
      const edit = anEdit(original.whatsappMessageId, 'Adiós', change);

      await keep(edit);

      expect(await stored(edit)).toMatchObject({ messageType: 'EDIT', content: edit.content });
    });
  });

  it('keeps what a revoked message said', async () => {
    const original = anInboundMessage();
    const [id, at] = [aWamid(), inMs(0)];
    const amendment = { kind: 'revoked' as const, originalId: original.whatsappMessageId, id, at, message: null };
    await keep(original);

    await keep(anInboundMessage({ whatsappMessageId: id, messageType: 'REVOKE', amendment }));

    const row = await stored(original);
    expect(row.content).toEqual({ ...original.content, revoked: { id, at: at.toISOString() } });
    expect(await timelineOf(db, row)).toEqual(['webhook revoked']);
  });

  describe('a message that another tool sent', () => {
    it('is one of ours that was sent, marked with where it came from', async () => {
      const contactKey = aPhone();
      await aMessage(db, { contactKey, tenantId: TENANT });
      const sentAt = inMs(-60_000);
      const echo = anElsewhere({ contactKey, sentAt });

      await keep(echo, echo);

      expect(await stored(echo)).toMatchObject({
        tenantId: TENANT,
        direction: 'outbound',
        status: 'SENT',
        contactKey,
        metadata: { origin: 'smb_message_echoes' },
        sentAt,
        createdAt: sentAt,
      });
    });
  });

  describe('history', () => {
    it('takes its place among what was said at that time, whatever order it comes in', async () => {
      const contactKey = aPhone();
      const days = [3, 1, 2];
      const old = days.map((day) =>
        anElsewhere({ contactKey, origin: 'history', sentAt: new Date(Date.UTC(2026, 0, day)) }),
      );
      const latest = anInboundMessage({ contactKey });

      await keep(latest);
      for (const chunk of [old.slice(0, 1), old, old.slice(1)]) await keep(...chunk);

      const all = await db.manager.find(WhatsAppMessage, NEWEST_FIRST);
      expect(all.map(({ whatsappMessageId }) => whatsappMessageId)).toEqual(
        [latest, old[0]!, old[2]!, old[1]!].map((one) => one.whatsappMessageId),
      );
    });
  });

  describe('a conversation', () => {
    const conversations = () => db.manager.find(Conversation, { order: { contactKey: 'ASC' } });

    it('begins with what a person wrote, and counts it once', async () => {
      const message = anInboundMessage({ recipientName: 'Ana' });

      await keep(message);
      await keep(message);

      expect(await conversations()).toMatchObject([
        { contactKey: message.contactKey, contactName: 'Ana', unread: 1, lastInboundWamid: message.whatsappMessageId },
      ]);
    });

    it('is not begun by what WhatsApp tells of a person, by a group, or by what went past Palomar', async () => {
      const anyone = anInboundMessage();

      await keep(
        anInboundMessage({ messageType: 'SYSTEM' }),
        anInboundMessage({ content: { type: 'text', group_id: 'group' } }),
        { ...anyone, origin: 'history', direction: 'inbound', status: 'RECEIVED' },
      );

      expect(await conversations()).toEqual([]);
    });
  });
});
