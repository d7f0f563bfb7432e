import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { type AppConfig, KeyedHashes, newId } from '#common';
import { MediaIntake, MediaRepository } from '#media';
import {
  ContactRepository,
  ConversationRepository,
  DeliveryStatusRepository,
  DeliveryStatusService,
  ErasedPeople,
  ToldMessageRepository,
  WhatsAppMessage,
} from '#messages';

import { anInboundChange, aStatusChange } from '../../../test/factories/deliveries.ts';
import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { aMessage, aPhone, aWamid, PHONE_NUMBER_ID, reload } from '../../../test/factories/messages.ts';
import { strict } from '../../../test/factories/strict.ts';
import type { AccountEventApplier } from './account-event.applier.ts';
import { ContactKeeper } from './contact.keeper.ts';
import { toItems } from './mapping/envelope.ts';
import { MessageKeeper } from './message.keeper.ts';
import { WebhookItemApplier } from './webhook-item.applier.ts';

const WORDS = { optOutWords: ['STOP', 'BAJA'], optInWords: ['ALTA'] };
/** PostgreSQL takes no NUL in a text. */
const UNSTORABLE = 'wamid.\0';

describe(WebhookItemApplier.name, () => {
  let store: MessageStore;
  let db: DataSource;
  let applier: WebhookItemApplier;
  let contacts: ContactRepository;
  let people: ErasedPeople;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
    const told = new ToldMessageRepository();
    contacts = new ContactRepository(db);
    people = new ErasedPeople(db, new KeyedHashes(randomBytes(32)));
    applier = new WebhookItemApplier(
      new MessageKeeper(told, new ConversationRepository(db), new MediaIntake(new MediaRepository(db))),
      new ContactKeeper(contacts, told, { whatsapp: WORDS as Partial<AppConfig['whatsapp']> } as AppConfig),
      new DeliveryStatusService(new DeliveryStatusRepository()),
      strict<AccountEventApplier>({ apply: () => Promise.resolve() }),
      people,
    );
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  const apply = (...changes: object[]) =>
    db.transaction((tx) => applier.apply(tx, toItems({ object: 'whatsapp_business_account', entry: [{ changes }] })));
  const aSent = () => aMessage(db, { status: 'SENT', whatsappMessageId: aWamid() });
  const delivered = ({ whatsappMessageId }: WhatsAppMessage) =>
    aStatusChange({ wamid: whatsappMessageId as string, status: 'delivered' });

  it('applies, in one transaction, all but the items that PostgreSQL refuses', async () => {
    const sent = [await aSent(), await aSent(), await aSent()];
    const wamid = aWamid();

    const refusals = await apply(
      delivered(sent[0]!),
      anInboundChange({ wamid: UNSTORABLE }),
      delivered(sent[1]!),
      anInboundChange({ wamid }),
      aStatusChange({ wamid: UNSTORABLE }),
      delivered(sent[2]!),
    );

    const bad = { reason: 'not-applicable', detail: expect.stringMatching(/0x00|Unicode/) };
    expect(refusals).toEqual([
      undefined,
      expect.objectContaining(bad),
      undefined,
      undefined,
      expect.objectContaining(bad),
      undefined,
    ]);
    for (const message of sent) expect((await reload(db, message)).status).toBe('DELIVERED');
    expect(await db.manager.findBy(WhatsAppMessage, { direction: 'inbound' })).toMatchObject([
      { whatsappMessageId: wamid, status: 'RECEIVED' },
    ]);
  });

  it('changes nothing when its transaction comes to nothing', async () => {
    const sent = await aSent();

    const failing = db.transaction(async (tx) => {
      const envelope = { object: 'whatsapp_business_account', entry: [{ changes: [delivered(sent)] }] };
      await applier.apply(tx, toItems(envelope));
      throw new Error('no');
    });

    await expect(failing).rejects.toThrow('no');
    expect((await reload(db, sent)).status).toBe('SENT');
  });

  describe('the person', () => {
    const TENANT = newId();
    const value = (told: object) => ({
      metadata: { display_phone_number: '15550783881', phone_number_id: PHONE_NUMBER_ID },
      ...told,
    });
    const said = (from: string, message: object, told: object = {}) => ({
      field: 'messages',
      value: value({ messages: [{ id: aWamid(), from, timestamp: '1794000000', ...message }], ...told }),
    });
    const text = (body: string) => ({ type: 'text', text: { body } });
    const contactAt = async (address: string, tenantId = TENANT) =>
      (await contacts.findByAddresses(tenantId, [address])).get(address);
    const aSentTo = (contactKey: string, change: Partial<WhatsAppMessage> = {}) =>
      aMessage(db, { status: 'SENT', whatsappMessageId: aWamid(), contactKey, tenantId: TENANT, ...change });

    it('who answers is known by the number that was dialled and by all that the answer shows', async () => {
      const dialled = '+5215512345678'.replace('+521', '+52');
      await aSentTo(dialled);
      const contact = { wa_id: '5215512345678', user_id: 'MX.1', profile: { name: 'Ana', username: 'ana.r' } };

      expect(await apply(said('5215512345678', text('Hola'), { contacts: [contact] }))).toEqual([undefined]);

      expect(await contactAt(dialled)).toMatchObject({
        phone: dialled,
        waId: '5215512345678',
        userId: 'MX.1',
        username: 'ana.r',
        profileName: 'Ana',
        marketing: null,
      });
      const { id } = (await contactAt('MX.1'))!;
      expect((await contactAt('+5215512345678'))?.id).toBe(id);
    });

    it('whom a status shows is known by user id from then on, so that an answer without phone finds its tenant', async () => {
      const phone = aPhone();
      const sent = await aSentTo(phone);
      const status = { id: sent.whatsappMessageId, status: 'delivered', timestamp: '1794000000' };
      const contact = { wa_id: phone.slice(1), user_id: 'ES.7', profile: { name: 'Ana' } };
      const wamid = aWamid();

      await apply(
        {
          field: 'messages',
          value: value({ statuses: [{ ...status, recipient_id: phone.slice(1) }], contacts: [contact] }),
        },
        { field: 'messages', value: value({ messages: [{ id: aWamid(), from_user_id: 'ES.8', ...text('?') }] }) },
      );
      await apply({
        field: 'messages',
        value: value({ messages: [{ id: wamid, from_user_id: 'ES.7', ...text('Hola') }] }),
      });

      const answer = await db.manager.findOneByOrFail(WhatsAppMessage, { whatsappMessageId: wamid });
      expect(answer).toMatchObject({ tenantId: TENANT, contactKey: phone });
    });

    it('who changes the number is the same person, and their next message finds its tenant', async () => {
      const [before, after] = [aPhone(), aPhone()];
      await aSentTo(before);
      const system = { type: 'user_changed_number', wa_id: after.slice(1) };
      await apply(said(before.slice(1), text('Hola')));
      const { id } = (await contactAt(before))!;

      await apply(said(before.slice(1), { type: 'system', system, timestamp: '1794000100' }));
      const next = said(after.slice(1), { ...text('Soy yo'), timestamp: '1794000200' });
      await apply(next, next);

      expect(await contactAt(after)).toMatchObject({ id, phone: after, waId: after.slice(1) });
      expect((await contactAt(before))?.id).toBe(id);
      const rows = await db.manager.findBy(WhatsAppMessage, { contactKey: after });
      expect(rows).toMatchObject([{ tenantId: TENANT, direction: 'inbound' }]);
    });

    it.each([
      ['BAJA', 'stopped'],
      [' stop. ', 'stopped'],
      ['alta', 'resumed'],
      ['No me den de baja', null],
      ['stop it', null],
    ])('who writes %p has %s marketing messages', async (body, marketing) => {
      const phone = aPhone();
      await aSentTo(phone);

      await apply(said(phone.slice(1), text(body)));

      expect(await contactAt(phone)).toMatchObject({ marketing });
    });

    it('of whom Meta says that they stopped marketing messages has stopped them', async () => {
      const sent = await aSentTo(aPhone());
      const errors = [{ code: 131050, title: 'User has stopped marketing messages' }];

      await apply(aStatusChange({ wamid: sent.whatsappMessageId as string, status: 'failed', errors }));

      expect(await contactAt(sent.contactKey)).toMatchObject({ marketing: 'stopped', marketingSource: '131050' });
    });

    it('who stops marketing messages in their settings is known to every tenant that talks to them, and can resume', async () => {
      const [phone, other] = [aPhone(), newId()];
      await aSentTo(phone, { tenantId: other });
      await apply(said(phone.slice(1), text('Hola')));
      await aSentTo(phone);
      const choice = (told: string, timestamp: number) => ({
        field: 'user_preferences',
        value: value({
          user_preferences: [{ wa_id: phone.slice(1), category: 'marketing_messages', value: told, timestamp }],
        }),
      });

      await apply(choice('stop', 1_794_000_500));
      const stopped = [await contactAt(phone), await contactAt(phone, other)];
      await apply(choice('resume', 1_794_000_600), choice('stop', 1_794_000_400));

      expect(stopped).toMatchObject([{ marketing: 'stopped' }, { marketing: 'stopped' }]);
      expect(await contactAt(phone)).toMatchObject({ marketing: 'resumed', marketingSource: 'user_preferences' });
    });
  });
});
