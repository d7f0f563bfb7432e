import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId } from '#common';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { aMessage, aPhone, aWamid, inMs, PHONE_NUMBER_ID } from '../../../test/factories/messages.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { ContactAddress } from './entities/contact.entity.ts';
import { WhatsAppMessage } from './entities/whatsapp-message.entity.ts';
import { type ToldMessage, ToldMessageRepository } from './told-message.repository.ts';

const TENANT = newId();
const OTHER_NUMBER = '999999999999999';

describe(ToldMessageRepository.name, () => {
  const messages = new ToldMessageRepository();
  let store: MessageStore;
  let db: DataSource;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  const aTold = (change: Partial<ToldMessage> = {}): ToldMessage => ({
    id: newId(),
    tenantId: TENANT,
    direction: 'inbound',
    status: 'RECEIVED',
    messageType: 'TEXT',
    phoneNumberId: PHONE_NUMBER_ID,
    fromPhone: '+34612345678',
    recipientPhone: '+15550783881',
    recipientUserId: null,
    waId: '34612345678',
    contactKey: '+34612345678',
    recipientName: 'Ana',
    content: { type: 'text', text: { body: 'Hola' } },
    whatsappMessageId: aWamid(),
    metadata: {},
    sentAt: inMs(-1_000),
    createdAt: null,
    ...change,
  });
  const keep = (...told: ToldMessage[]) => db.transaction((tx) => messages.store(tx, told));
  const stored = ({ id }: { id: string }) => db.manager.findOneBy(WhatsAppMessage, { id });

  describe('storing', () => {
    it('keeps many at once, and none of them stands in the queue', async () => {
      const inbound = aTold();
      const outbound = aTold({ direction: 'outbound', status: 'SENT', createdAt: inMs(-9_000), metadata: { a: 1 } });

      expect((await keep(inbound, outbound)).sort()).toEqual([inbound.id, outbound.id].sort());

      const queued = { pendingReason: null, nextAttemptAt: null };
      expect(await stored(inbound)).toMatchObject({ ...inbound, ...queued, createdAt: expect.any(Date) });
      expect(await stored(outbound)).toMatchObject({ ...outbound, ...queued });
    });

    it('keeps the same wamid once, in one statement or two', async () => {
      const first = aTold();
      const again = aTold({ whatsappMessageId: first.whatsappMessageId, contactKey: aPhone() });

      expect([await keep(first, again), await keep(again)]).toEqual([[first.id], []]);
      expect(await stored(again)).toBeNull();
    });

    it('keeps the same wamid once when two processes apply two deliveries of it at the same time', async () => {
      const first = aTold();
      const second = aTold({ whatsappMessageId: first.whatsappMessageId });

      let later: Promise<string[]> | undefined;
      await db.transaction(async (tx) => {
        await messages.store(tx, [first]);
        later = keep(second);
        await eventually(async () => {
          const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
          expect(await db.query(waiting)).toHaveLength(1);
        });
      });

      expect(await later).toEqual([]);
    });

    it('keeps the same wamid of two numbers apart', async () => {
      const whatsappMessageId = aWamid();

      const kept = await keep(aTold({ whatsappMessageId }), aTold({ whatsappMessageId, phoneNumberId: OTHER_NUMBER }));

      expect(kept).toHaveLength(2);
    });
  });

  describe('whose an answer is', () => {
    const isAt = (contactId: string, address: string, change: Partial<ContactAddress> = {}) =>
      db.manager.insert(ContactAddress, {
        tenantId: TENANT,
        address,
        kind: 'phone',
        contactId,
        seenAt: inMs(0),
        ...change,
      });

    it('is the tenant that wrote last to this person from this number', async () => {
      const contactKey = aPhone();
      await aMessage(db, { contactKey, tenantId: newId() });
      await aMessage(db, { contactKey, tenantId: TENANT });
      await aMessage(db, { contactKey, tenantId: newId(), phoneNumberId: OTHER_NUMBER });
      await aMessage(db, { contactKey, tenantId: newId(), direction: 'inbound', status: 'RECEIVED' });

      expect(await find(contactKey)).toEqual({ tenantId: TENANT, contactKey });
    });

    it('is nobody when nobody wrote', async () => {
      expect(await find(aPhone())).toBeUndefined();
    });

    it('is told for each of many, in their order', async () => {
      const [one, nobody, two] = [aPhone(), aPhone(), aPhone()];
      await aMessage(db, { contactKey: one, tenantId: TENANT });
      await aMessage(db, { contactKey: two, tenantId: newId() });

      const asked = [one, nobody, two].map((address) => ({ phoneNumberId: PHONE_NUMBER_ID, addresses: [address] }));
      const found = await db.transaction((tx) => messages.findInTouch(tx, asked));

      expect(found.map((each) => each?.contactKey)).toEqual([one, undefined, two]);
    });

    it('is told by any of the addresses given', async () => {
      const dialled = aPhone();
      await aMessage(db, { contactKey: dialled, tenantId: TENANT });

      expect(await find(aPhone(), dialled)).toEqual({ tenantId: TENANT, contactKey: dialled });
    });

    it('is told by another address of the same contact', async () => {
      const [dialled, contactId] = [aPhone(), newId()];
      await aMessage(db, { contactKey: dialled, tenantId: TENANT });
      await isAt(contactId, dialled);
      await isAt(contactId, 'ES.1', { kind: 'user_id' });

      expect(await find('ES.1')).toEqual({ tenantId: TENANT, contactKey: dialled });
    });

    it("is not told by another tenant's contact", async () => {
      const [dialled, contactId, tenantId] = [aPhone(), newId(), newId()];
      await aMessage(db, { contactKey: dialled, tenantId: TENANT });
      await isAt(contactId, dialled, { tenantId });
      await isAt(contactId, 'ES.1', { tenantId, kind: 'user_id' });

      expect(await find('ES.1')).toBeUndefined();
    });

    it('is told by an address the contact has left, which is not answered to any more', async () => {
      const [before, after, contactId] = [aPhone(), aPhone(), newId()];
      await aMessage(db, { contactKey: before, tenantId: TENANT });
      await isAt(contactId, before, { seenAt: inMs(-2_000), leftAt: inMs(-1_000) });
      await isAt(contactId, after);

      expect(await find(after)).toEqual({ tenantId: TENANT, contactKey: undefined });
    });

    function find(...addresses: string[]) {
      return db.transaction(async (tx) => {
        const [found] = await messages.findInTouch(tx, [{ phoneNumberId: PHONE_NUMBER_ID, addresses }]);
        return found;
      });
    }
  });
});
