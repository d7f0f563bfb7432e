import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId } from '#common';

import { aMessageStore, type MessageStore, timelineOf } from '../../../test/factories/message-store.ts';
import { aClaimed, aMessage, aPhone, inMs, PHONE_NUMBER_ID, reload } from '../../../test/factories/messages.ts';
import { MessageEvent } from './entities/message-event.entity.ts';
import { WebhookListener, WebhookWitness } from './entities/webhook-listener.entity.ts';
import type { MessageError, WhatsAppMessage } from './entities/whatsapp-message.entity.ts';
import { OutboxCareRepository } from './outbox.care.repository.ts';
import { WebhookDeliveryRepository } from './webhook-delivery.repository.ts';

const OTHER_NUMBER = '999999999999999';

const error: MessageError = {
  code: 'unconfirmed',
  title: 'The answer was lost',
  details: 'A status settles it.',
  class: 'UNKNOWN',
  retryable: false,
  action: 'Wait.',
};

describe(OutboxCareRepository.name, () => {
  let store: MessageStore;
  let db: DataSource;
  let care: OutboxCareRepository;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
    care = new OutboxCareRepository(db);
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  describe('leases', () => {
    it('that ran out make their messages unconfirmed, because they may have been sent', async () => {
      const message = await aClaimed(db, { attempt: 2, leaseMs: -1 });

      expect(await care.sweepLeases(error)).toBe(1);

      expect(await reload(db, message)).toMatchObject({
        status: 'PENDING',
        pendingReason: 'unconfirmed',
        nextAttemptAt: null,
        leaseToken: null,
        leaseExpiresAt: null,
        attempts: 2,
        error,
        errorCode: error.code,
        errorMessage: error.details,
      });
      const [line] = await db.manager.findBy(MessageEvent, { messageId: message.id });
      expect(line).toMatchObject({ type: 'unconfirmed', source: 'dispatcher', details: { attempt: 2 } });
    });

    it('that still run are left alone', async () => {
      const message = await aClaimed(db);

      expect(await care.sweepLeases(error)).toBe(0);
      expect((await reload(db, message)).pendingReason).toBe('sending');
      expect(await timelineOf(db, message)).toEqual([]);
    });
  });

  it('counts what waits, by what it waits for', async () => {
    await aMessage(db);
    await aMessage(db);
    await aMessage(db, { pendingReason: 'held' });
    await aClaimed(db);
    await aMessage(db, { status: 'SENT' });

    expect(await care.countPending()).toEqual(
      new Map([
        ['queued', 2],
        ['held', 1],
        ['sending', 1],
      ]),
    );
  });

  describe('expiry', () => {
    const EXPIRED: MessageError = { ...error, code: 'expired', details: null };

    it.each<[string, Partial<WhatsAppMessage>]>([
      ['waits in the queue', {}],
      ['waits for its turn', { waitsFor: 'turn', nextAttemptAt: null }],
      ['waits for a stopped template', { pendingReason: 'held', waitsFor: 'template', nextAttemptAt: null }],
      ['waits for its next attempt', { pendingReason: 'retrying', nextAttemptAt: inMs(60_000), attempts: 1 }],
    ])('fails what %s for too long, and says why', async (_, change) => {
      const message = await aMessage(db, { expiresAt: inMs(-1), ...change });

      expect(await care.expireOverdue(EXPIRED)).toBe(1);

      expect(await reload(db, message)).toMatchObject({
        status: 'FAILED',
        pendingReason: null,
        nextAttemptAt: null,
        waitsFor: null,
        errorCode: 'expired',
        errorMessage: EXPIRED.title,
        error: EXPIRED,
        failedAt: expect.any(Date),
      });
      expect(await timelineOf(db, message)).toEqual(['dispatcher expired']);
    });

    it.each<[string, Partial<WhatsAppMessage>]>([
      ['may have been sent', { pendingReason: 'unconfirmed', nextAttemptAt: null }],
      ['is on the wire', { pendingReason: 'sending', leaseToken: newId(), leaseExpiresAt: inMs(60_000) }],
      ['is sent', { status: 'SENT' }],
      ['has time yet', { expiresAt: inMs(60_000) }],
    ])('spares what %s', async (_, change) => {
      const message = await aMessage(db, { expiresAt: inMs(-1), ...change });
      const before = await reload(db, message);

      expect(await care.expireOverdue(EXPIRED)).toBe(0);
      expect(await reload(db, message)).toEqual(before);
      expect(await timelineOf(db, message)).toEqual([]);
    });

    it('does not wait for what somebody else is just changing', async () => {
      const [locked, free] = [await aMessage(db, { expiresAt: inMs(-1) }), await aMessage(db, { expiresAt: inMs(-1) })];

      const expired = await db.transaction(async (tx) => {
        await tx.query('SELECT FROM whatsapp_messages WHERE id = $1 FOR UPDATE', [locked.id]);
        return care.expireOverdue(EXPIRED);
      });

      expect(expired).toBe(1);
      expect((await reload(db, free)).status).toBe('FAILED');
    });
  });

  describe('settling unconfirmed messages', () => {
    const GRACE_MS = 60_000;
    /** When the attempt was made whose answer was lost. */
    const ATTEMPTED_AT = inMs(-600_000);

    const anUnconfirmed = (change: Partial<WhatsAppMessage> = {}) =>
      aMessage(db, {
        contactKey: aPhone(),
        pendingReason: 'unconfirmed',
        nextAttemptAt: null,
        attempts: 1,
        attemptedAt: ATTEMPTED_AT,
        ...change,
      });
    /** A process that takes deliveries; by default it has done so since long before the attempt. */
    const aListener = (change: Partial<WebhookListener> = {}) =>
      db.manager.insert(WebhookListener, {
        id: newId(),
        listeningSince: inMs(-3_600_000),
        seenAt: new Date(),
        ...change,
      });
    /** The latest attempt that a status came for. */
    const aWitness = (attemptedAt = inMs(-400_000), phoneNumberId = PHONE_NUMBER_ID) =>
      db.manager.insert(WebhookWitness, { phoneNumberId, attemptedAt });
    const witnessedAt = async (message: WhatsAppMessage) => (await reload(db, message)).witnessedAt;

    describe('noting a witness', () => {
      it('takes the status of an attempt that was made later from the same number', async () => {
        const message = await anUnconfirmed();
        await aListener();
        await aWitness();

        await care.noteWitnesses();

        expect(await witnessedAt(message)).toEqual(expect.any(Date));
      });

      it('keeps the first time it was noted: the grace is counted from there', async () => {
        const since = inMs(-30_000);
        const message = await anUnconfirmed({ witnessedAt: since });
        await aListener();
        await aWitness();

        await care.noteWitnesses();

        expect(await witnessedAt(message)).toEqual(since);
      });

      it.each<[string, () => Promise<unknown>]>([
        ['without a status', () => aListener()],
        [
          'of an attempt that was made before',
          () => Promise.all([aListener(), aWitness(new Date(ATTEMPTED_AT.getTime() - 1))]),
        ],
        ['of another number', () => Promise.all([aListener(), aWitness(inMs(-400_000), OTHER_NUMBER)])],
        ['while nobody takes deliveries', () => aWitness()],
        [
          'when somebody began to take deliveries since',
          () => Promise.all([aListener(), aListener({ listeningSince: inMs(-500_000) }), aWitness()]),
        ],
        [
          'when somebody who took deliveries went away since',
          () => Promise.all([aListener(), aListener({ seenAt: inMs(-500_000) }), aWitness()]),
        ],
      ])('takes none %s', async (_, arrange) => {
        const message = await anUnconfirmed();
        await arrange();

        await care.noteWitnesses();

        expect(await witnessedAt(message)).toBeNull();
      });

      it('is not disturbed by somebody who went away before the attempt', async () => {
        const message = await anUnconfirmed();
        await Promise.all([aListener(), aListener({ seenAt: inMs(-700_000) }), aWitness()]);

        await care.noteWitnesses();

        expect(await witnessedAt(message)).toEqual(expect.any(Date));
      });

      it('concerns unconfirmed messages only', async () => {
        const onTheWire = await aClaimed(db, { attemptedAt: ATTEMPTED_AT });
        await aListener();
        await aWitness();

        await care.noteWitnesses();

        expect(await witnessedAt(onTheWire)).toBeNull();
      });
    });

    describe('queueing again where a witness is asked for', () => {
      const aWitnessed = (change: Partial<WhatsAppMessage> = {}) =>
        anUnconfirmed({ witnessedAt: inMs(-GRACE_MS - 1_000), ...change });
      const requeue = () => care.requeueUnconfirmed(GRACE_MS, true);

      it('takes what has one, and says on the timeline that a duplicate is possible', async () => {
        const message = await aWitnessed();
        await aListener();

        expect(await requeue()).toBe(1);

        const { nextAttemptAt, ...row } = await reload(db, message);
        expect(row).toMatchObject({ status: 'PENDING', pendingReason: 'retrying', witnessedAt: null, attempts: 1 });
        expect(nextAttemptAt!.getTime()).toBeLessThanOrEqual(Date.now());
        const [line] = await db.manager.findBy(MessageEvent, { messageId: message.id });
        expect(line).toMatchObject({
          type: 'resent',
          source: 'dispatcher',
          details: { after_attempt: 1, note: expect.stringContaining('duplicate') },
        });
      });

      it.each<[string, Partial<WhatsAppMessage>]>([
        ['has none', { witnessedAt: null }],
        ['has one since less than the grace', { witnessedAt: inMs(-GRACE_MS / 2) }],
        ['was attempted less than the grace ago', { attemptedAt: inMs(-GRACE_MS / 2) }],
        [
          'expired meanwhile: it may have been sent, so it must not fail as "not sent in time"',
          { expiresAt: inMs(-1) },
        ],
        ['waits for something else', { pendingReason: 'retrying', nextAttemptAt: inMs(60_000) }],
      ])('leaves what %s', async (_, change) => {
        const message = await aWitnessed(change);
        await aListener();
        const before = await reload(db, message);

        expect(await requeue()).toBe(0);
        expect(await reload(db, message)).toEqual(before);
        expect(await timelineOf(db, message)).toEqual([]);
      });

      it.each<[string, () => Promise<unknown>]>([
        ['nobody takes deliveries', () => Promise.resolve()],
        ['somebody began to take deliveries since the attempt', () => aListener({ listeningSince: inMs(-300_000) })],
        [
          'somebody who took deliveries went away since the attempt',
          () => Promise.all([aListener(), aListener({ seenAt: inMs(-300_000) })]),
        ],
        [
          'deliveries wait to be applied: its status may be among them',
          () =>
            Promise.all([
              aListener(),
              new WebhookDeliveryRepository(db).store({ body: Buffer.from('{}'), appId: null }),
            ]),
        ],
      ])('leaves it, witnessed as it is, when %s', async (_, arrange) => {
        const message = await aWitnessed();
        await arrange();

        expect(await requeue()).toBe(0);
        expect((await reload(db, message)).pendingReason).toBe('unconfirmed');
      });
    });

    describe('queueing again in any case', () => {
      const requeue = () => care.requeueUnconfirmed(GRACE_MS, false);

      it('needs no witness and nobody who listens, only the grace', async () => {
        const old = await anUnconfirmed();
        const young = await anUnconfirmed({ attemptedAt: inMs(-GRACE_MS / 2) });

        expect(await requeue()).toBe(1);

        const reasons = [await reload(db, old), await reload(db, young)].map(({ pendingReason }) => pendingReason);
        expect(reasons).toEqual(['retrying', 'unconfirmed']);
      });

      it('waits all the same while deliveries wait to be applied', async () => {
        await anUnconfirmed();
        await new WebhookDeliveryRepository(db).store({ body: Buffer.from('{}'), appId: null });

        expect(await requeue()).toBe(0);
      });

      it('leaves what expired meanwhile', async () => {
        await anUnconfirmed({ expiresAt: inMs(-1) });

        expect(await requeue()).toBe(0);
      });
    });
  });
});
