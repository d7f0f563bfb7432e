import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { forTenant, newId } from '#common';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { aPhone, aWamid, inMs, PHONE_NUMBER_ID } from '../../../test/factories/messages.ts';
import { ConversationRepository, type InboundNote, windowAt } from './conversation.repository.ts';
import { Conversation } from './entities/conversation.entity.ts';

const HOUR_MS = 3_600_000;
const TENANT = newId();

describe(ConversationRepository.name, () => {
  let store: MessageStore;
  let db: DataSource;
  let conversations: ConversationRepository;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
  });

  beforeEach(async () => {
    await store.clear();
    conversations = new ConversationRepository(db);
  });

  afterAll(() => store.close());

  const aNote = (change: Partial<InboundNote> = {}): InboundNote => ({
    tenantId: TENANT,
    phoneNumberId: PHONE_NUMBER_ID,
    contactKey: '+34612345678',
    contactName: 'Ana',
    at: inMs(-60_000),
    messageId: newId(),
    wamid: aWamid(),
    ...change,
  });
  const note = (...notes: InboundNote[]) => db.transaction((tx) => conversations.noteInbound(tx, notes));
  const all = () => db.manager.find(Conversation, { order: { contactKey: 'ASC' } });
  const heardSince = (hours: number) =>
    db.query(`INSERT INTO heard_numbers VALUES ($1, now() - $2 * interval '1 hour')`, [PHONE_NUMBER_ID, hours]);
  const window = (contactKey = '+34612345678') => conversations.windowOf(PHONE_NUMBER_ID, [contactKey]);

  describe('noting what came in', () => {
    it('makes one conversation of many messages, and tells its last one and how many are unread', async () => {
      const [first, last, other] = [
        aNote({ at: inMs(-9_000) }),
        aNote({ at: inMs(-1_000) }),
        aNote({ contactKey: aPhone() }),
      ];

      await note(last, first, other);
      await note(aNote({ at: inMs(-5_000), contactName: null }));

      const known = await db.manager.findOneByOrFail(Conversation, { contactKey: '+34612345678' });
      expect(known).toMatchObject({
        contactName: 'Ana',
        unread: 3,
        lastInboundAt: last.at,
        lastInboundId: last.messageId,
        lastInboundWamid: last.wamid,
      });
      expect(await all()).toHaveLength(2);
    });

    it('learns a new name, and keeps the old one where none comes', async () => {
      await note(aNote());
      await note(aNote({ contactName: 'Ana María' }));
      await note(aNote({ contactName: null }));

      expect((await all()).map(({ contactName }) => contactName)).toEqual(['Ana María']);
    });

    it('is not at odds with another process that notes the same people in another order', async () => {
      const people = Array.from({ length: 20 }, aPhone);
      const notes = people.map((contactKey) => aNote({ contactKey }));

      await Promise.all(Array.from({ length: 6 }, (_, round) => note(...(round % 2 ? notes : [...notes].reverse()))));

      expect((await all()).map(({ unread }) => unread)).toEqual(people.map(() => 6));
    });
  });

  describe('the window', () => {
    it('is open for 24 hours after somebody wrote, whichever tenant they wrote to', async () => {
      const at = inMs(-23 * HOUR_MS);
      await note(aNote({ at: inMs(-30 * HOUR_MS) }), aNote({ at, tenantId: newId() }));

      const seen = await forTenant(newId(), () => window());

      expect(seen).toEqual({ state: 'open', openUntil: new Date(at.getTime() + 24 * HOUR_MS) });
    });

    it('is closed after that, and for whoever never wrote, once the number was heard for 24 hours', async () => {
      await heardSince(25);
      const at = inMs(-25 * HOUR_MS);
      await note(aNote({ at }));

      expect(await window()).toEqual({ state: 'closed', openUntil: new Date(at.getTime() + 24 * HOUR_MS) });
      expect(await window(aPhone())).toEqual({ state: 'closed', openUntil: null });
    });

    it.each([[undefined], [23]])('is unknown while the number is heard for less: %p hours', async (hours) => {
      if (hours !== undefined) await heardSince(hours);

      expect(await window()).toEqual({ state: 'unknown', openUntil: null });
    });

    it('begins to be known with the first delivery, not with each start', async () => {
      await heardSince(25);

      await new ConversationRepository(db).noteHeard([PHONE_NUMBER_ID, PHONE_NUMBER_ID]);

      expect((await window()).state).toBe('closed');
    });

    it('is open until the very moment it ends', () => {
      const now = new Date();
      const states = [-1, 0, 1].map(
        (ms) => windowAt(now, new Date(now.getTime() - 24 * HOUR_MS + ms), new Date(0)).state,
      );

      expect(states).toEqual(['closed', 'closed', 'open']);
    });
  });

  describe('lists', () => {
    const listed = async (...given: Parameters<ConversationRepository['list']>) =>
      (await conversations.list(...given)).map(({ contactKey }) => contactKey);

    it('show the last one written to first, page after page', async () => {
      for (const contactKey of ['a', 'b', 'c']) await note(aNote({ contactKey }));
      await note(aNote({ contactKey: 'a' }));

      const page = await conversations.list({}, 2);

      expect(page.map(({ contactKey }) => contactKey)).toEqual(['a', 'c']);
      expect(await listed({}, 2, page.at(-1)!.lastInboundId)).toEqual(['b']);
    });

    it('are narrowed by tenant, person, window and what is unread', async () => {
      await note(aNote({ contactKey: 'open' }));
      await note(aNote({ contactKey: 'closed', at: inMs(-25 * HOUR_MS) }));
      await note(aNote({ contactKey: 'foreign', tenantId: newId() }));
      const read = await db.manager.findOneByOrFail(Conversation, { contactKey: 'open' });
      await conversations.markRead(read.id, read.lastInboundWamid);

      expect(await listed({ tenantId: TENANT }, 9)).toEqual(['closed', 'open']);
      expect(await listed({ tenantId: TENANT, window: 'open' }, 9)).toEqual(['open']);
      expect(await listed({ tenantId: TENANT, window: 'closed' }, 9)).toEqual(['closed']);
      expect(await listed({ tenantId: TENANT, unread: true }, 9)).toEqual(['closed']);
      expect(await listed({ unread: false }, 9)).toEqual(['open']);
      expect(await listed({ contactKey: 'foreign' }, 9)).toEqual(['foreign']);
    });
  });

  describe('of a person with several addresses', () => {
    const OLD = '+34612345678';
    /** Wrote under a user id, then from a number, then from another; somebody else wrote in between. */
    async function aPersonOfThree(): Promise<Map<string, Conversation>> {
      const contact = newId();
      for (const [address, kind] of [
        ['ES.1', 'user_id'],
        [OLD, 'phone'],
        ['+34687654321', 'phone'],
      ]) {
        await db.query(
          'INSERT INTO contact_addresses (tenant_id, address, kind, contact_id, seen_at) VALUES ($1, $2, $3, $4, now())',
          [TENANT, address, kind, contact],
        );
      }
      for (const contactKey of ['ES.1', OLD, 'somebody else', '+34687654321']) await note(aNote({ contactKey }));
      await note(aNote({ contactKey: OLD, tenantId: newId() }), aNote({ contactKey: OLD, phoneNumberId: '2' }));
      const own = (await all()).filter(({ tenantId, phoneNumberId }) => tenantId === TENANT && phoneNumberId !== '2');
      return new Map(own.map((one) => [one.contactKey, one]));
    }
    const keys = (contactKeys: string[]) => [...contactKeys].sort();

    it('are one, under the address they wrote from last, with all that is unread', async () => {
      await aPersonOfThree();

      const listed = await conversations.list({ tenantId: TENANT, phoneNumberId: PHONE_NUMBER_ID }, 9);

      expect(listed.map(({ contactKey, unread }) => [contactKey, unread])).toEqual([
        ['+34687654321', 3],
        ['somebody else', 1],
      ]);
      expect(keys(listed[0]!.contactKeys)).toEqual(keys(['ES.1', OLD, '+34687654321']));
      expect(listed[1]!.contactKeys).toEqual(['somebody else']);
    });

    it('are found by each address and under each id', async () => {
      const own = await aPersonOfThree();
      const latest = own.get('+34687654321')!.id;

      const byAddress = await conversations.list({ phoneNumberId: PHONE_NUMBER_ID, contactKey: 'ES.1' }, 9);
      const found = await Promise.all([...own.values()].map(({ id }) => conversations.find(id)));

      expect(byAddress.map(({ id }) => id)).toEqual([latest]);
      expect(found.map((one) => one!.id).filter((id) => id === latest)).toHaveLength(3);
      expect(await conversations.find(newId())).toBeNull();
    });

    it('are read as a whole', async () => {
      const own = await aPersonOfThree();
      const latest = own.get('+34687654321')!;

      await conversations.markRead(latest.id, latest.lastInboundWamid);

      const unread = await conversations.list({ tenantId: TENANT, unread: true }, 9);
      expect(unread.map(({ contactKey }) => contactKey)).toEqual([OLD, 'somebody else']);
      expect(unread[0]!.phoneNumberId).toBe('2');
    });

    it('stay unread where something came in since, from another address', async () => {
      const own = await aPersonOfThree();
      const seen = own.get(OLD)!;

      await conversations.markRead(seen.id, seen.lastInboundWamid);

      const [person] = await conversations.list({ tenantId: TENANT, phoneNumberId: PHONE_NUMBER_ID }, 1);
      expect([person!.contactKey, person!.unread]).toEqual(['+34687654321', 1]);
    });

    it('are unread while any of them is', async () => {
      const own = await aPersonOfThree();
      await db.manager.update(Conversation, own.get('+34687654321')!.id, { unread: 0 });

      const unread = await conversations.list({ tenantId: TENANT, phoneNumberId: PHONE_NUMBER_ID, unread: true }, 9);

      expect(unread.map(({ contactKey }) => contactKey)).toEqual(['+34687654321', 'somebody else']);
    });
  });

  it('stays unread when something came in after what was read', async () => {
    const seen = aNote({ at: inMs(-9_000) });
    await note(seen);
    await note(aNote({ at: inMs(0) }));
    const [{ id }] = (await all()) as [Conversation];

    await conversations.markRead(id, seen.wamid);

    expect((await all())[0]!.unread).toBe(2);
  });
});
