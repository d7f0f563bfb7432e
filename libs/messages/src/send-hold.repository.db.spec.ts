import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId } from '#common';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { aMessage, inMs, PHONE_NUMBER_ID, reload } from '../../../test/factories/messages.ts';
import { SendHold } from './entities/send-hold.entity.ts';
import type { MessageError, WhatsAppMessage } from './entities/whatsapp-message.entity.ts';
import { type NewHold, SendHoldRepository } from './send-hold.repository.ts';

const error: MessageError = {
  code: '190',
  title: 'Access token expired',
  details: null,
  class: 'STOP',
  retryable: true,
  action: 'Make a new token.',
};
const TEMPLATE_KEY = `${PHONE_NUMBER_ID}/po_notification/es`;

describe(SendHoldRepository.name, () => {
  let store: MessageStore;
  let db: DataSource;
  let holds: SendHoldRepository;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
    holds = new SendHoldRepository(db);
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  const aNewHold = (change: Partial<NewHold> = {}): NewHold => ({
    scope: 'number',
    scopeKey: PHONE_NUMBER_ID,
    error,
    attemptedAt: inMs(-1_000),
    probeInMs: 60_000,
    ...change,
  });
  const aHold = async (change: Partial<SendHold> = {}): Promise<SendHold> => {
    const hold = db.manager.create(SendHold, {
      id: newId(),
      scope: 'number',
      scopeKey: PHONE_NUMBER_ID,
      error,
      probeAt: inMs(60_000),
      ...change,
    });
    await db.manager.insert(SendHold, hold);
    return hold;
  };
  const find = (id: string) => db.manager.findOneByOrFail(SendHold, { id });
  const ids = (found: { id: string }[]) => found.map(({ id }) => id);
  const aParked = (change: Partial<WhatsAppMessage> = {}) =>
    aMessage(db, {
      pendingReason: 'held',
      waitsFor: 'template',
      nextAttemptAt: null,
      templateName: 'po_notification',
      templateLanguage: 'es',
      ...change,
    });

  describe('opening', () => {
    it('remembers what is held, why, and when it is to be probed', async () => {
      expect(await holds.open(aNewHold())).toBe(true);

      const [hold] = await holds.listOpen();
      expect(hold).toMatchObject({
        scope: 'number',
        scopeKey: PHONE_NUMBER_ID,
        error,
        probes: 0,
        releasedAt: null,
        releasedBy: null,
      });
      expect(hold!.probeAt.getTime() - hold!.heldAt.getTime()).toBe(60_000);
    });

    it('happens once, however many messages are refused at the same time', async () => {
      const opened = await Promise.all(Array.from({ length: 5 }, () => holds.open(aNewHold())));

      expect(opened.filter(Boolean)).toHaveLength(1);
      expect(await holds.listOpen()).toHaveLength(1);
    });

    it('happens once for each scope', async () => {
      const opened = [
        await holds.open(aNewHold()),
        await holds.open(aNewHold({ scopeKey: '2' })),
        await holds.open(aNewHold({ scope: 'waba' })),
      ];

      expect(opened).toEqual([true, true, true]);
    });

    it('does not follow from a refusal that is older than the release', async () => {
      await aHold({ releasedAt: inMs(-2_000), releasedBy: 'admin' });

      const stale = await holds.open(aNewHold({ attemptedAt: inMs(-3_000) }));
      const fresh = await holds.open(aNewHold({ attemptedAt: inMs(-1_000) }));

      expect([stale, fresh]).toEqual([false, true]);
    });

    it('stores a reason with characters that PostgreSQL refuses', async () => {
      await holds.open(aNewHold({ error: { ...error, title: 'a\0b' } }));

      expect((await holds.listOpen())[0]?.error.title).toBe('a\uFFFDb');
    });
  });

  describe('probing', () => {
    it('is due when its time has come, on the clock of the database', async () => {
      const due = await aHold({ probeAt: inMs(-1) });
      const notYet = await aHold({ scopeKey: '2' });
      await aHold({ scopeKey: '3', probeAt: inMs(-1), releasedAt: inMs(-1), releasedBy: 'probe' });

      const open = await db.transaction((tx) => holds.findOpen(tx));

      const isDue = new Map(open.map(({ id, isProbeDue }) => [id, isProbeDue]));
      expect(isDue).toEqual(
        new Map([
          [due.id, true],
          [notYet.id, false],
        ]),
      );
      expect(open.find(({ id }) => id === due.id)).toMatchObject({ scope: 'number', scopeKey: PHONE_NUMBER_ID, error });
    });

    it('is counted, and due again after the pause it was given', async () => {
      const hold = await aHold({ probeAt: inMs(-1) });

      await db.transaction((tx) => holds.noteProbe(tx, hold.id, 60_000));

      const { probes, probeAt } = await find(hold.id);
      expect(probes).toBe(1);
      expect(probeAt.getTime()).toBeGreaterThan(Date.now() + 50_000);
      expect(await db.transaction((tx) => holds.findOpen(tx))).toMatchObject([{ isProbeDue: false }]);
    });

    it('is given up with the transaction that sends it', async () => {
      const hold = await aHold({ probeAt: inMs(-1) });

      const failing = db.transaction(async (tx) => {
        await holds.noteProbe(tx, hold.id, 60_000);
        throw new Error('no');
      });

      await expect(failing).rejects.toThrow('no');
      expect((await find(hold.id)).probes).toBe(0);
    });

    it('of a template is the oldest of its most urgent messages, and that one alone', async () => {
      const createdAt = inMs(-60_000);
      const [older, urgent, newer] = [await aParked(), await aParked({ priority: 0, createdAt }), await aParked()];
      const unpark = () => db.transaction((tx) => holds.unparkOne(tx, TEMPLATE_KEY));

      const probes = [await unpark(), await unpark(), await unpark(), await unpark()];

      expect(probes).toEqual([urgent.id, older.id, newer.id, undefined]);
      // It stands where it stood before, not at the end.
      expect(await reload(db, urgent)).toMatchObject({ waitsFor: null, nextAttemptAt: createdAt });
    });
  });

  describe('releasing', () => {
    it('ends a hold once, and tells who did it', async () => {
      const hold = await aHold();

      const released = [await holds.release(hold.id, 'probe'), await holds.release(hold.id, 'admin')];

      expect(released).toEqual([true, false]);
      expect(await find(hold.id)).toMatchObject({ releasedAt: expect.any(Date), releasedBy: 'probe' });
      expect(await holds.listOpen()).toEqual([]);
    });

    it('does not know a hold that is not there', async () => {
      expect(await holds.release(newId(), 'admin')).toBe(false);
    });

    it("puts a template's parked messages into the queue again, and no others", async () => {
      const hold = await aHold({ scope: 'template', scopeKey: TEMPLATE_KEY });
      const [number, name, language] = TEMPLATE_KEY.split('/');
      for (const scopeKey of [`${number}/${name}/en`, `${number}/another/${language}`, `2/${name}/${language}`]) {
        await aHold({ scope: 'template', scopeKey });
      }
      const parked = [await aParked(), await aParked()];
      const others = [
        await aParked({ templateLanguage: 'en' }),
        await aParked({ templateName: 'another' }),
        await aParked({ phoneNumberId: '2' }),
        await aParked({ waitsFor: 'turn', pendingReason: 'queued' }),
      ];

      await holds.release(hold.id, 'probe');

      for (const message of parked) {
        const { waitsFor, nextAttemptAt } = await reload(db, message);
        expect([waitsFor, nextAttemptAt]).toEqual([null, expect.any(Date)]);
      }
      for (const message of others) expect((await reload(db, message)).nextAttemptAt).toBeNull();
    });

    it('finds what was parked for a template in the instant its hold ended', async () => {
      await aHold({ scope: 'template', scopeKey: TEMPLATE_KEY, releasedAt: inMs(-1), releasedBy: 'probe' });
      const late = await aParked();

      const unparked = [await holds.unparkReleased(), await holds.unparkReleased()];

      expect(unparked).toEqual([1, 0]);
      expect(await reload(db, late)).toMatchObject({ waitsFor: null, nextAttemptAt: expect.any(Date) });
    });

    it('leaves parked messages where another kind of hold ends', async () => {
      const hold = await aHold({ scope: 'number', scopeKey: TEMPLATE_KEY });
      const parked = await aParked();

      await holds.release(hold.id, 'admin');

      expect((await reload(db, parked)).waitsFor).toBe('template');
    });
  });

  it('lists open holds, and all of them, newest first', async () => {
    const [first, second, third] = [
      await aHold(),
      await aHold({ scopeKey: '2', releasedAt: inMs(0), releasedBy: 'admin' }),
      await aHold({ scopeKey: '3' }),
    ];

    expect(ids(await holds.listOpen())).toEqual([third.id, first.id]);
    expect(ids(await holds.list(2))).toEqual([third.id, second.id]);
    expect(ids(await holds.list(2, second.id))).toEqual([first.id]);
  });

  it('finds one by its id', async () => {
    const hold = await aHold();

    expect(await holds.findById(hold.id)).toMatchObject({ scope: 'number' });
    expect(await holds.findById(newId())).toBeNull();
  });
});
