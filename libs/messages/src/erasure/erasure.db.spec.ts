import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { KeyedHashes, leastIdAt, newId, SecretBox } from '#common';

import { aMessageStore, type MessageStore, timelineOf } from '../../../../test/factories/message-store.ts';
import {
  aClaimed,
  aMessage,
  aPhone,
  aWamid,
  inMs,
  PHONE_NUMBER_ID,
  reload,
} from '../../../../test/factories/messages.ts';
import { writeAttemptRef } from '../attempt-ref.ts';
import { ContactRepository } from '../contact.repository.ts';
import { DeliveryStatusRepository } from '../delivery-status.repository.ts';
import { DeliveryStatusService, type StatusEvent } from '../delivery-status.service.ts';
import { ContactAddress, KnownContact } from '../entities/contact.entity.ts';
import { Erasure } from '../entities/erasure.entity.ts';
import { MessageEvent } from '../entities/message-event.entity.ts';
import { SetAsideItem } from '../entities/set-aside-item.entity.ts';
import type { WhatsAppMessage } from '../entities/whatsapp-message.entity.ts';
import { erasedKey, ErasedPeople } from './erased-people.ts';
import { ErasureRepository } from './erasure.repository.ts';
import { MentionRepository } from './mention.repository.ts';
import { PersonRepository } from './person.repository.ts';

const TENANT = newId();
const OTHER_TENANT = newId();
const START = leastIdAt(new Date(0));

let store: MessageStore;
let db: DataSource;
let erased: ErasedPeople;
let people: PersonRepository;
let erasures: ErasureRepository;

beforeAll(async () => {
  store = await aMessageStore();
  db = store.db;
  erased = new ErasedPeople(db, new KeyedHashes(randomBytes(32)));
  people = new PersonRepository(db);
  erasures = new ErasureRepository(db, people, erased, new SecretBox(randomBytes(32)));
});
beforeEach(() => store.clear());
afterAll(() => store.close());

const aSent = (phone: string, change: Partial<WhatsAppMessage> = {}) =>
  aMessage(db, { tenantId: TENANT, status: 'SENT', contactKey: phone, whatsappMessageId: aWamid(), ...change });
const soon = () => inMs(1_000);
const isErased = (phone: string, phoneNumberId: string | null = PHONE_NUMBER_ID) =>
  db.transaction(async (tx) => {
    const [found] = await erased.findErased(tx, [{ phoneNumberId, addresses: [phone] }]);
    return found !== undefined;
  });
/** A person as they are seen by a tenant. */
const aContact = (phone: string, change: { tenantId?: string; userId?: string; stopped?: boolean } = {}) => {
  const { tenantId = TENANT, userId, stopped = false } = change;
  const addresses = [{ address: phone, kind: 'phone' as const }];
  return db.transaction((tx) =>
    new ContactRepository(db).note(tx, [
      {
        tenantId,
        addresses: userId ? [...addresses, { address: userId, kind: 'user_id' as const }] : addresses,
        left: [],
        attributes: { phone, profileName: 'Ana', userId },
        marketing: stopped ? { choice: 'stopped', source: 'BAJA' } : null,
        at: new Date(),
      },
    ]),
  );
};

describe(ErasedPeople.name, () => {
  it('knows an address again however it is spelled, and no other', async () => {
    await db.transaction((tx) => erased.remember(tx, ['+5215512345678', '+525512345678'], undefined, new Date()));

    expect([await isErased('+525512345678'), await isErased('+5215512345678')]).toEqual([true, true]);
    expect(await isErased('+525512345679')).toBe(false);
  });

  it('keeps the numbers of other tenants apart, and knows the person where no number is told', async () => {
    const phone = aPhone();
    await db.transaction((tx) => erased.remember(tx, [phone], ['1'], new Date()));

    expect(await Promise.all([isErased(phone, '1'), isErased(phone, '2'), isErased(phone, null)])).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('keeps nothing that can be read', async () => {
    const phone = aPhone();
    await db.transaction(async (tx) => {
      await erased.remember(tx, [phone], [PHONE_NUMBER_ID], new Date());
      await erased.keepRefusals(tx, [{ tenantId: TENANT, addresses: [phone], since: new Date() }]);
    });

    const rows = await db.query('SELECT fingerprint FROM erased_addresses UNION SELECT fingerprint FROM kept_refusals');

    expect(rows).toHaveLength(3);
    expect(JSON.stringify(rows)).not.toContain(phone.slice(1));
  });

  it('waits for rounds of webhooks that began before', async () => {
    const round = db.createQueryRunner();
    await round.startTransaction();
    await erased.findErased(round.manager, [{ phoneNumberId: '1', addresses: [aPhone()] }]);
    let stopped = false;

    const stopping = db.transaction(async (tx) => {
      await erased.stopRounds(tx);
      stopped = true;
    });
    for (let waiting = 0; waiting === 0;) {
      [{ waiting }] = await db.query(`SELECT count(*)::int AS waiting FROM pg_locks
        WHERE locktype = 'advisory' AND NOT granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
    }
    const before = stopped;
    await round.commitTransaction();
    await round.release();
    await stopping;

    expect([before, stopped]).toEqual([false, true]);
  });
});

describe(ErasureRepository.name, () => {
  it('begins by forgetting who they are, under every address, at once', async () => {
    const [phone, stranger] = [aPhone(), aPhone()];
    await aContact(phone, { userId: 'ES.1349120865530274' });
    await aContact(stranger);
    await aSent(phone);

    const { removed, subject } = await erasures.begin(TENANT, [phone], new Date());

    expect(removed).toEqual({ contacts: 1, conversations: 0 });
    expect(subject).not.toContain(phone.slice(1));
    expect((await db.manager.find(ContactAddress)).map(({ address }) => address)).toEqual([stranger]);
    expect(await db.manager.countBy(KnownContact, { phone })).toBe(0);
    expect([await isErased('ES.1349120865530274'), await isErased(stranger)]).toEqual([true, false]);
  });

  it('takes contacts that were merged into theirs along', async () => {
    const phone = aPhone();
    await aContact(phone);
    const [{ id }] = await db.query('SELECT id FROM contacts');
    await db.query(
      `INSERT INTO contacts (id, tenant_id, profile_name, seen_at, merged_into) VALUES ($1, $2, 'Anita', now(), $3)`,
      [newId(), TENANT, id],
    );

    expect((await erasures.begin(TENANT, [phone], new Date())).removed.contacts).toBe(2);
    expect(await db.manager.count(KnownContact)).toBe(0);
  });

  it("is a tenant's, or every tenant's", async () => {
    const phone = aPhone();
    await aContact(phone);
    await aContact(phone, { tenantId: OTHER_TENANT });

    await erasures.begin(TENANT, [phone], new Date());
    expect(await db.manager.countBy(KnownContact, { tenantId: OTHER_TENANT })).toBe(1);
    await erasures.begin(null, [phone], new Date());
    expect(await db.manager.count(KnownContact)).toBe(0);
  });

  it('keeps a refusal of marketing messages, until they take it back', async () => {
    const phone = aPhone();
    const asked = [{ tenantId: TENANT, address: phone }];
    await aContact(phone, { stopped: true });
    await erasures.begin(TENANT, [phone], new Date());
    expect(await erased.findRefusals(asked)).toEqual([expect.any(Date)]);
    expect(await erased.findRefusals([{ tenantId: OTHER_TENANT, address: phone }])).toEqual([undefined]);

    await aContact(phone);
    await db.query(`UPDATE contacts SET marketing = 'resumed'`);
    await erasures.begin(TENANT, [phone], new Date());

    expect(await erased.findRefusals(asked)).toEqual([undefined]);
  });

  it('goes on where it was after a crash, one process at a time, and forgets who it was about', async () => {
    const phone = aPhone();
    const { id } = await erasures.begin(TENANT, [phone], new Date());
    const seen: [number, string, string[]][] = [];
    let now = soon();
    const step = (position: string | null, fault?: Error) =>
      erasures.step(now, 2, async (_, { stage, position: from, person }) => {
        seen.push([stage, from, person.addresses]);
        expect(await erasures.step(now, 2, () => Promise.reject(new Error('a second one')))).toBe(false);
        if (fault) throw fault;
        return { removed: { messages: 2 }, position };
      });
    const half = newId();

    await step(half);
    await expect(step(null, new Error('crash'))).rejects.toThrow('crash');
    // It holds up no other meanwhile.
    expect(await step(null)).toBe(false);
    now = inMs(60_000);
    for (const position of [null, null]) await step(position);

    expect(seen.map(([stage, from]) => [stage, from])).toEqual([
      [0, START],
      [0, half],
      [0, half],
      [1, START],
    ]);
    expect(seen[0]![2]).toEqual([phone]);
    expect(await db.manager.findOneByOrFail(Erasure, { id })).toMatchObject({
      finishedAt: expect.any(Date),
      subject: null,
      removed: { messages: 6, contacts: 0, conversations: 0 },
    });
    expect(await step(null)).toBe(false);
  });
});

describe(PersonRepository.name, () => {
  const erase = (person: string, time = soon()) =>
    db.transaction(async (tx) => {
      const { ids } = await people.lockMessages(tx, { tenantId: TENANT, addresses: [person] }, time);
      await people.eraseMessages(tx, ids, erasedKey('1'), new Date());
      return ids;
    });

  it('leaves of a message that it was', async () => {
    const phone = aPhone();
    const sentAt = new Date('2026-11-20T09:00:00.000Z');
    const error = { code: '131026', title: 'Undeliverable', details: `to ${phone}`, class: 'USER', retryable: false };
    const message = await aSent(phone, {
      status: 'FAILED',
      sentAt,
      templateName: 'po_notification',
      templateParameters: ['Ana'],
      recipientName: 'Ana',
      recipientUserId: 'ES.1',
      waId: phone.slice(1),
      metadata: { name: 'Ana' },
      fromPhone: '+15550783881',
      errorCode: '131026',
      errorMessage: `to ${phone}`,
      error: { ...error, action: 'Ask for another number.' },
      providerResponse: { contacts: [{ input: phone }] },
    });
    await db.manager.insert(MessageEvent, {
      messageId: message.id,
      type: 'sent',
      source: 'webhook',
      occurredAt: sentAt,
      details: { whatsapp_message_id: 'wamid.1', pricing: { category: 'utility' }, errors: [phone] },
    });

    await erase(phone);

    expect(await reload(db, message)).toMatchObject({
      ...message,
      contactKey: 'erased:1',
      recipientPhone: null,
      recipientUserId: null,
      waId: null,
      recipientName: null,
      content: {},
      templateParameters: null,
      metadata: {},
      providerResponse: null,
      whatsappMessageId: null,
      errorMessage: 'Undeliverable',
      error: { code: '131026', details: null },
      contentRemovedAt: expect.any(Date),
      updatedAt: expect.any(Date),
    });
    const [line] = await db.manager.find(MessageEvent);
    expect(line?.details).toEqual({ pricing: { category: 'utility' } });
  });

  it('keeps our own number where the message came in', async () => {
    const phone = aPhone();
    const message = await aSent(phone, {
      direction: 'inbound',
      status: 'RECEIVED',
      fromPhone: phone,
      recipientPhone: '+15550783881',
    });

    await erase(phone);

    expect(await reload(db, message)).toMatchObject({ fromPhone: null, recipientPhone: '+15550783881' });
  });

  it('cancels what still waits, and leaves what is on the wire and what came later', async () => {
    const phone = aPhone();
    const waiting = await aSent(phone, { status: 'PENDING', pendingReason: 'held', whatsappMessageId: null });
    const onTheWire = await aClaimed(db, { tenantId: TENANT, recipientPhone: phone });
    const person = { tenantId: TENANT, addresses: [phone] };

    await erase(phone, inMs(-60_000));
    expect((await reload(db, waiting)).status).toBe('PENDING');
    expect(await erase(phone)).toEqual([waiting.id]);

    expect(await reload(db, waiting)).toMatchObject({ status: 'CANCELLED', pendingReason: null, nextAttemptAt: null });
    expect(await timelineOf(db, waiting)).toEqual(['api cancelled']);
    expect(await reload(db, onTheWire)).toMatchObject({ status: 'PENDING', recipientPhone: phone });
    const left = await db.transaction((tx) => people.lockMessages(tx, person, soon()));
    expect(left).toEqual({ ids: [], isAnyOnTheWire: true });
  });

  it('finds what they said in groups, and how far messages there got with them', async () => {
    const [phone, other] = [aPhone(), aPhone()];
    const inGroup = { contactKey: 'group-1', recipientPhone: null, content: { type: 'text', group_id: 'group-1' } };
    const [theirs, others, ours] = [
      await aSent(phone, { ...inGroup, direction: 'inbound', status: 'RECEIVED', fromPhone: phone }),
      await aSent(other, { ...inGroup, direction: 'inbound', status: 'RECEIVED', fromPhone: other }),
      await aSent(phone, inGroup),
    ];
    const line = { messageId: ours.id, type: 'read', occurredAt: new Date() };
    for (const one of [phone, other]) {
      const details = { recipient_participant_id: one.slice(1), pricing: {} };
      await db.manager.insert(MessageEvent, { ...line, source: `webhook/${one.slice(1)}`, details });
    }

    const { position } = await db.transaction((tx) =>
      people.eraseFromGroups(
        tx,
        { tenantId: TENANT, addresses: [phone] },
        { position: START, before: leastIdAt(soon()) },
        erasedKey('1'),
        new Date(),
      ),
    );

    expect(position).toBe(ours.id);
    expect(await reload(db, theirs)).toMatchObject({ fromPhone: null, content: {} });
    expect(await reload(db, others)).toMatchObject({ fromPhone: other, contentRemovedAt: null });
    expect(new Set(await timelineOf(db, ours))).toEqual(
      new Set(['webhook/erased:1 read', `webhook/${other.slice(1)} read`]),
    );
  });

  it('lets a late status move a message, and keeps nothing of the person with it', async () => {
    const phone = aPhone();
    const message = await aSent(phone, { attempts: 1 });
    await erase(phone);
    const event: StatusEvent = {
      whatsappMessageId: message.whatsappMessageId!,
      phoneNumberId: PHONE_NUMBER_ID,
      opaque: writeAttemptRef({ messageId: message.id, attempt: 1 }),
      type: 'read',
      status: 'READ',
      pricing: null,
      participant: null,
      occurredAt: new Date('2026-11-21T09:00:00.000Z'),
      error: null,
      details: { whatsapp_message_id: message.whatsappMessageId, pricing: { category: 'utility' } },
    };

    await db.transaction((tx) => new DeliveryStatusService(new DeliveryStatusRepository()).apply(tx, [event]));

    expect(await reload(db, message)).toMatchObject({ status: 'READ', whatsappMessageId: null });
    const [line] = await db.manager.find(MessageEvent);
    expect(line?.details).toEqual({ pricing: { category: 'utility' } });
  });
});

describe(MentionRepository.name, () => {
  const stretch = () => ({ position: START, before: leastIdAt(soon()) });
  const aDelivery = async (body: object) => {
    const id = newId();
    await db.query('INSERT INTO webhook_deliveries (id, body) VALUES ($1, $2)', [
      id,
      Buffer.from(JSON.stringify(body)),
    ]);
    return id;
  };
  const bodies = async () =>
    (await db.query('SELECT body FROM webhook_deliveries ORDER BY id')).map(({ body }: { body: Buffer }) =>
      JSON.parse(body.toString()),
    );

  it('takes somebody out of deliveries, removes those that spoke of nobody else, and leaves those that wait', async () => {
    const mentions = new MentionRepository(db);
    await aDelivery({ statuses: [{ recipient_id: '34612345678' }] });
    await aDelivery({ statuses: [{ recipient_id: '34612345678' }, { recipient_id: '2' }] });
    await aDelivery({ statuses: [{ recipient_id: '3' }] });
    const waiting = await aDelivery({ statuses: [{ recipient_id: '34612345678' }, { recipient_id: '4' }] });
    await db.query('INSERT INTO webhook_queue (id, delivery_ids) VALUES ($1, ARRAY[$1::uuid])', [waiting]);

    const step = await db.transaction((tx) => mentions.eraseFromDeliveries(tx, stretch(), ['34612345678']));

    expect(step).toEqual({ removed: { webhook_deliveries: 2 }, position: waiting });
    expect(await bodies()).toEqual([
      { statuses: [{ recipient_id: '2' }] },
      { statuses: [{ recipient_id: '3' }] },
      { statuses: [{ recipient_id: '34612345678' }, { recipient_id: '4' }] },
    ]);
  });

  it('removes items that were set aside', async () => {
    for (const [itemIndex, item] of ['{"from":"34612345678"}', '{"from":"2"}'].entries()) {
      const of = { id: newId(), deliveryId: newId(), itemIndex, item };
      await db.manager.insert(SetAsideItem, { ...of, reason: 'unknown-kind', detail: 'It is new.' });
    }

    const step = await db.transaction((tx) => new MentionRepository(db).eraseSetAside(tx, stretch(), ['34612345678']));

    expect(step.removed).toEqual({ webhook_set_aside_items: 1 });
    expect((await db.manager.find(SetAsideItem)).map(({ item }) => item)).toEqual(['{"from":"2"}']);
  });
});
