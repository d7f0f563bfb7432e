import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId } from '#common';

import { aMessageStore, type MessageStore, timelineOf } from '../../../test/factories/message-store.ts';
import {
  aMessage,
  anAttempt,
  aPhone,
  aWamid,
  inMs,
  PHONE_NUMBER_ID,
  reload,
} from '../../../test/factories/messages.ts';
import { MessageAttempt } from './entities/message-attempt.entity.ts';
import { MessageEvent } from './entities/message-event.entity.ts';
import type { MessageError, WhatsAppMessage } from './entities/whatsapp-message.entity.ts';
import { type AttemptResult, OutboxRepository } from './outbox.repository.ts';
import { WebhookDeliveryRepository } from './webhook-delivery.repository.ts';

const LEASE_MS = 60_000;
const HIGH = 0;
const NORMAL = 1;
const LOW = 2;

const error: MessageError = {
  code: '131016',
  title: 'Service unavailable',
  details: 'A service is overloaded',
  class: 'RETRY',
  retryable: true,
  action: 'None.',
};

describe(OutboxRepository.name, () => {
  let store: MessageStore;
  let db: DataSource;
  let outbox: OutboxRepository;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
    outbox = new OutboxRepository(db);
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  const claim = async (limit = 100, leaseToken = newId(), leaseMs = LEASE_MS): Promise<string[]> =>
    (await outbox.claimDue(PHONE_NUMBER_ID, limit, leaseToken, leaseMs)).map(({ id }) => id);

  /** On the wire: claimed, with a committed attempt. */
  async function aSending(change: Partial<WhatsAppMessage> = {}) {
    const message = await aMessage(db, {
      pendingReason: 'sending',
      leaseToken: newId(),
      leaseExpiresAt: inMs(LEASE_MS),
      ...change,
    });
    return { message, attemptId: await anAttempt(db, message) };
  }

  function aResult(
    { message, attemptId }: { message: WhatsAppMessage; attemptId: string },
    change: Partial<AttemptResult> = {},
  ): AttemptResult {
    return {
      messageId: message.id,
      attemptId,
      outcome: 'accepted',
      status: 'SENT',
      pendingReason: null,
      retryInMs: null,
      whatsappMessageId: aWamid(),
      waId: '34612345678',
      error: null,
      response: { messages: [] },
      ...change,
    };
  }
  const aRefusal = (change: Partial<AttemptResult>): Partial<AttemptResult> => ({
    outcome: 'refused',
    whatsappMessageId: null,
    waId: null,
    error,
    ...change,
  });

  describe('claiming', () => {
    it('takes what is due and leaves the rest', async () => {
      const due = await aMessage(db);
      await aMessage(db, { nextAttemptAt: inMs(60_000) });
      await aMessage(db, { pendingReason: 'scheduled', sendAt: inMs(60_000), nextAttemptAt: inMs(60_000) });
      await aMessage(db, { expiresAt: inMs(-1) });
      await aMessage(db, { pendingReason: 'unconfirmed' });
      await aMessage(db, { leaseToken: newId(), leaseExpiresAt: inMs(60_000) });
      await aMessage(db, { phoneNumberId: '999999999999999' });
      for (const status of ['SENT', 'DELIVERED', 'READ', 'FAILED', 'CANCELLED'] as const) {
        await aMessage(db, { status, nextAttemptAt: inMs(-1_000) });
      }

      expect(await claim()).toEqual([due.id]);
    });

    it('takes the higher priority first, and within it what waited longest', async () => {
      const low = await aMessage(db, { priority: LOW, nextAttemptAt: inMs(-9_000) });
      const newer = await aMessage(db, { priority: NORMAL, nextAttemptAt: inMs(-1_000) });
      const older = await aMessage(db, { priority: NORMAL, nextAttemptAt: inMs(-5_000) });
      const high = await aMessage(db, { priority: HIGH, nextAttemptAt: inMs(-500) });

      const order = [await claim(1), await claim(1), await claim(1), await claim(1)].flat();

      expect(order).toEqual([high.id, older.id, newer.id, low.id]);
    });

    it('gives each message to one of many claimers only', async () => {
      const ids = [];
      for (let each = 0; each < 60; each++) ids.push((await aMessage(db)).id);

      const claimed: string[] = [];
      while (claimed.length < ids.length) {
        const batches = await Promise.all(Array.from({ length: 10 }, () => claim(3)));
        if (batches.flat().length === 0) break;
        claimed.push(...batches.flat());
      }

      expect(claimed.sort()).toEqual(ids.sort());
    });

    it('gives many claimers one message of a contact at a time, in the order of acceptance', async () => {
      const contactKey = aPhone();
      const accepted = [];
      for (let each = 0; each < 5; each++) {
        const { id } = await aMessage(db, { contactKey, nextAttemptAt: inMs(-1_000 - each) });
        accepted.push(id);
      }

      const sent: string[] = [];
      while (sent.length < accepted.length) {
        const inFlight = (await Promise.all(Array.from({ length: 5 }, () => claim()))).flat();
        expect(inFlight).toHaveLength(1);
        await db.query(`UPDATE whatsapp_messages SET status = 'SENT', lease_token = NULL WHERE id = $1`, inFlight);
        sent.push(...inFlight);
      }

      expect(sent).toEqual(accepted);
    });

    it('lets a higher priority overtake an earlier message to the same contact, and the earlier one wait for it', async () => {
      const contactKey = aPhone();
      const earlier = await aMessage(db, { contactKey });
      const urgent = await aMessage(db, { contactKey, priority: HIGH });

      const first = await claim();
      const meanwhile = await claim();
      await db.query(`UPDATE whatsapp_messages SET status = 'SENT', lease_token = NULL WHERE id = $1`, [urgent.id]);
      const second = await claim();

      expect([first, meanwhile, second]).toEqual([[urgent.id], [], [earlier.id]]);
    });

    it('keeps later messages of a contact behind one that is tried again', async () => {
      const contactKey = aPhone();
      await aMessage(db, { contactKey, pendingReason: 'retrying', nextAttemptAt: inMs(60_000) });
      await aMessage(db, { contactKey });

      expect(await claim()).toEqual([]);
    });

    it.each<[string, Partial<WhatsAppMessage>]>([
      ['unconfirmed', { pendingReason: 'unconfirmed' }],
      ['held', { pendingReason: 'held', nextAttemptAt: inMs(60_000) }],
      ['scheduled for later', { pendingReason: 'scheduled', sendAt: inMs(60_000), nextAttemptAt: inMs(60_000) }],
      ['expired', { expiresAt: inMs(-1) }],
    ])('is not blocked by an earlier message of the contact that is %s', async (_, change) => {
      const contactKey = aPhone();
      await aMessage(db, { contactKey, ...change });
      const later = await aMessage(db, { contactKey });

      expect(await claim()).toEqual([later.id]);
    });

    it('waits for a held message of the contact that is just being tried', async () => {
      const contactKey = aPhone();
      const held = await aMessage(db, { contactKey, pendingReason: 'held' });
      await claim(1);
      await aMessage(db, { contactKey });

      expect((await reload(db, held)).leaseToken).not.toBeNull();
      expect(await claim()).toEqual([]);
    });
  });

  describe('the fence', () => {
    it('commits an attempt and a line of the timeline for each claimed message', async () => {
      const message = await aMessage(db, { attempts: 2 });
      const leaseToken = newId();
      await claim(1, leaseToken);

      const attempts = await outbox.fence([message.id], leaseToken);

      const attemptId = attempts.get(message.id);
      expect(await reload(db, message)).toMatchObject({
        attempts: 3,
        pendingReason: 'sending',
        currentAttemptId: attemptId,
      });
      const [attempt] = await db.manager.findBy(MessageAttempt, { messageId: message.id });
      expect(attempt).toMatchObject({ id: attemptId, attemptNumber: 3, outcome: null, startedAt: expect.any(Date) });
      expect(await timelineOf(db, message)).toEqual(['dispatcher sending']);
    });

    it.each<[string, Partial<WhatsAppMessage>]>([
      ['of another process', { leaseToken: newId() }],
      ['that ran out', { leaseExpiresAt: inMs(-1) }],
      ['of a message that expired meanwhile', { expiresAt: inMs(-1) }],
      ['of a message that was cancelled meanwhile', { status: 'CANCELLED' }],
    ])('holds back with a lease %s', async (_, change) => {
      const leaseToken = newId();
      const message = await aMessage(db, { leaseToken, leaseExpiresAt: inMs(LEASE_MS), ...change });

      const attempts = await outbox.fence([message.id], leaseToken);

      expect(attempts.size).toBe(0);
      expect(await db.manager.count(MessageAttempt)).toBe(0);
      expect(await timelineOf(db, message)).toEqual([]);
    });
  });

  describe('recording results', () => {
    it('makes an accepted message SENT with its wamid and gives the lease back', async () => {
      const sending = await aSending();
      const result = aResult(sending);

      await outbox.recordResults([result]);

      expect(await reload(db, sending.message)).toMatchObject({
        status: 'SENT',
        pendingReason: null,
        whatsappMessageId: result.whatsappMessageId,
        waId: '34612345678',
        sentAt: expect.any(Date),
        nextAttemptAt: null,
        leaseToken: null,
        leaseExpiresAt: null,
        error: null,
        providerResponse: { messages: [] },
      });
      expect(await db.manager.findOneBy(MessageAttempt, { id: sending.attemptId })).toMatchObject({
        outcome: 'accepted',
        whatsappMessageId: result.whatsappMessageId,
        finishedAt: expect.any(Date),
      });
      expect(await timelineOf(db, sending.message)).toEqual(['dispatcher sent']);
    });

    it('makes a final refusal FAILED with its reason', async () => {
      const sending = await aSending();

      await outbox.recordResults([aResult(sending, aRefusal({ status: 'FAILED' }))]);

      expect(await reload(db, sending.message)).toMatchObject({
        status: 'FAILED',
        pendingReason: null,
        error,
        errorCode: '131016',
        errorMessage: 'A service is overloaded',
        failedAt: expect.any(Date),
        leaseToken: null,
      });
    });

    it('queues a passing refusal again, but not before its pause is over', async () => {
      const sending = await aSending();
      const retry = aRefusal({ status: 'PENDING', pendingReason: 'retrying', retryInMs: 60_000 });

      await outbox.recordResults([aResult(sending, retry)]);

      expect(await claim()).toEqual([]);
      expect(await reload(db, sending.message)).toMatchObject({ status: 'PENDING', pendingReason: 'retrying', error });
      expect(await timelineOf(db, sending.message)).toEqual(['dispatcher retrying']);
      await db.query(`UPDATE whatsapp_messages SET next_attempt_at = next_attempt_at - interval '60 seconds'`);
      expect(await claim()).toEqual([sending.message.id]);
    });

    it('never queues a message again whose answer was lost', async () => {
      const sending = await aSending();
      const lost = aRefusal({ outcome: 'unknown', status: 'PENDING', pendingReason: 'unconfirmed' });

      await outbox.recordResults([aResult(sending, lost)]);

      expect(await reload(db, sending.message)).toMatchObject({
        status: 'PENDING',
        pendingReason: 'unconfirmed',
        nextAttemptAt: null,
      });
      expect(await claim()).toEqual([]);
    });

    it('keeps the result of an older attempt on that attempt alone', async () => {
      const { message, attemptId: older } = await aSending();
      await anAttempt(db, message, { attemptNumber: 2 });
      const before = await reload(db, message);

      await outbox.recordResults([aResult({ message, attemptId: older }, aRefusal({ status: 'FAILED' }))]);

      expect(await reload(db, message)).toEqual(before);
      expect(await timelineOf(db, message)).toEqual([]);
      expect(await db.manager.findOneBy(MessageAttempt, { id: older })).toMatchObject({ outcome: 'refused' });
    });

    it('adds only what it lacks to a message that a status moved first', async () => {
      const sentAt = inMs(-500);
      const sending = await aSending({ status: 'READ', pendingReason: null, sentAt, readAt: inMs(-100) });
      const result = aResult(sending);

      await outbox.recordResults([result]);

      expect(await reload(db, sending.message)).toMatchObject({
        status: 'READ',
        sentAt,
        pendingReason: null,
        nextAttemptAt: null,
        whatsappMessageId: result.whatsappMessageId,
        waId: '34612345678',
      });
    });

    it.each(['SENT', 'DELIVERED', 'READ', 'FAILED', 'CANCELLED'] as const)(
      'does not let a refusal that comes late move a %s message',
      async (status) => {
        const sending = await aSending({ status, pendingReason: null });
        const before = await reload(db, sending.message);

        await outbox.recordResults([aResult(sending, aRefusal({ status: 'FAILED' }))]);

        expect(await reload(db, sending.message)).toEqual(before);
      },
    );

    it('shows a message that was cancelled while its answer was lost as the SENT it is', async () => {
      const sending = await aSending({ status: 'CANCELLED', pendingReason: null, error, errorCode: error.code });

      await outbox.recordResults([aResult(sending)]);

      expect(await reload(db, sending.message)).toMatchObject({ status: 'SENT', error: null, errorCode: null });
    });

    it('takes the late answer for a message that was swept as unconfirmed', async () => {
      const sending = await aSending({ leaseExpiresAt: inMs(-1) });
      await outbox.sweepLeases(error);

      await outbox.recordResults([aResult(sending)]);

      expect(await reload(db, sending.message)).toMatchObject({ status: 'SENT', pendingReason: null });
    });

    it('records many results in one statement, each for its own message', async () => {
      const [one, other] = [await aSending(), await aSending()];

      await outbox.recordResults([aResult(one), aResult(other, aRefusal({ status: 'FAILED' }))]);

      const statuses = [await reload(db, one.message), await reload(db, other.message)].map(({ status }) => status);
      expect(statuses).toEqual(['SENT', 'FAILED']);
    });

    it('stores an answer with characters that PostgreSQL refuses', async () => {
      const sending = await aSending();
      const response = { 'a\0': 'NUL \0, half a pair \ud83d', list: ['\udc00'] };

      await outbox.recordResults([aResult(sending, { response })]);

      const { status, providerResponse } = await reload(db, sending.message);
      expect(status).toBe('SENT');
      expect(providerResponse).toEqual({ 'a\uFFFD': 'NUL \uFFFD, half a pair \uFFFD', list: ['\uFFFD'] });
    });
  });

  describe('leases', () => {
    it('are prolonged by the heartbeat of their own process only', async () => {
      const [own, foreign] = [newId(), newId()];
      const mine = await aMessage(db, { leaseToken: own, leaseExpiresAt: inMs(-1) });
      const theirs = await aMessage(db, { leaseToken: foreign, leaseExpiresAt: inMs(-1) });

      await outbox.heartbeat([mine.id, theirs.id], own, LEASE_MS);
      await outbox.sweepLeases(error);

      const tokens = [await reload(db, mine), await reload(db, theirs)].map(({ leaseToken }) => leaseToken);
      expect(tokens).toEqual([own, null]);
    });

    it('that ran out before the fence make the message due again', async () => {
      const message = await aMessage(db);
      await claim(1, newId(), 0);

      const swept = await outbox.sweepLeases(error);

      expect(swept).toEqual({ released: 1, unconfirmed: 0 });
      expect(await timelineOf(db, message)).toEqual(['dispatcher released']);
      expect(await claim()).toEqual([message.id]);
    });

    it('that ran out after the fence make the message unconfirmed, because it may have been sent', async () => {
      const { message } = await aSending({ leaseExpiresAt: inMs(-1) });

      const swept = await outbox.sweepLeases(error);

      expect(swept).toEqual({ released: 0, unconfirmed: 1 });
      const { code: errorCode, details: errorMessage } = error;
      expect(await reload(db, message)).toMatchObject({ pendingReason: 'unconfirmed', error, errorCode, errorMessage });
      expect(await timelineOf(db, message)).toEqual(['dispatcher unconfirmed']);
      expect(await claim()).toEqual([]);
    });

    it('that still run are left alone', async () => {
      const { message } = await aSending();

      expect(await outbox.sweepLeases(error)).toEqual({ released: 0, unconfirmed: 0 });
      expect((await reload(db, message)).pendingReason).toBe('sending');
    });

    it('are given back for what was not sent yet, and kept for what is on the wire', async () => {
      const leaseToken = newId();
      const waiting = await aMessage(db);
      await claim(1, leaseToken);
      const { message: onTheWire } = await aSending({ leaseToken });

      await outbox.release(leaseToken);

      const tokens = [await reload(db, waiting), await reload(db, onTheWire)].map((message) => message.leaseToken);
      expect(tokens).toEqual([null, leaseToken]);
    });
  });

  describe('expiry', () => {
    const EXPIRED: MessageError = { ...error, code: 'expired', details: null };

    it('fails what was not sent in time, and says why', async () => {
      const message = await aMessage(db, { expiresAt: inMs(-1), pendingReason: 'held' });

      expect(await outbox.expireOverdue(EXPIRED)).toBe(1);

      expect(await reload(db, message)).toMatchObject({
        status: 'FAILED',
        pendingReason: null,
        errorCode: 'expired',
        errorMessage: EXPIRED.title,
        error: EXPIRED,
        failedAt: expect.any(Date),
      });
      expect(await timelineOf(db, message)).toEqual(['dispatcher expired']);
    });

    it.each<[string, Partial<WhatsAppMessage>]>([
      ['may have been sent', { pendingReason: 'unconfirmed' }],
      ['is on the wire', { pendingReason: 'sending', leaseToken: newId(), leaseExpiresAt: inMs(60_000) }],
      ['is sent', { status: 'SENT' }],
    ])('spares what %s', async (_, change) => {
      const message = await aMessage(db, { expiresAt: inMs(-1), ...change });

      expect(await outbox.expireOverdue(EXPIRED)).toBe(0);
      expect(await timelineOf(db, message)).toEqual([]);
    });
  });

  describe('settling unconfirmed messages', () => {
    const GRACE_MS = 60_000;
    const LISTENING = inMs(-3_600_000);

    async function anUnconfirmed(change: Partial<WhatsAppMessage> = {}, startedAt = inMs(-600_000)) {
      const message = await aMessage(db, { pendingReason: 'unconfirmed', nextAttemptAt: null, ...change });
      await anAttempt(db, message, { startedAt, outcome: 'unknown' });
      return message;
    }

    /** Another message, sent after the unconfirmed one, and when its status came. */
    async function aWitness({
      seenAt = inMs(-300_000),
      sentAt = inMs(-400_000),
      phoneNumberId = PHONE_NUMBER_ID,
    } = {}) {
      const witness = await aMessage(db, { status: 'SENT', phoneNumberId });
      await anAttempt(db, witness, { startedAt: sentAt, outcome: 'accepted' });
      const line = { messageId: witness.id, type: 'sent', source: 'webhook', occurredAt: seenAt } as const;
      await db.manager.insert(MessageEvent, { ...line, createdAt: seenAt });
    }

    it('queues it again once a later message of the number had its status, and says so on the timeline', async () => {
      const message = await anUnconfirmed();
      await aWitness();

      expect(await outbox.requeueUnconfirmed(GRACE_MS, LISTENING)).toBe(1);

      expect((await reload(db, message)).pendingReason).toBe('retrying');
      expect(await timelineOf(db, message)).toEqual(['dispatcher resent']);
      expect(await claim()).toEqual([message.id]);
    });

    it.each<[string, () => Promise<unknown>]>([
      ['without a witness', () => Promise.resolve()],
      ['when the witness was sent before it', () => aWitness({ sentAt: inMs(-700_000) })],
      ['when the witness is of another number', () => aWitness({ phoneNumberId: '999999999999999' })],
      ["when the witness's status is too fresh for its own to have come", () => aWitness({ seenAt: inMs(-1_000) })],
      ["when the witness's status is of an earlier attempt", () => aWitness({ seenAt: inMs(-500_000) })],
    ])('leaves it unconfirmed %s', async (_, arrange) => {
      const message = await anUnconfirmed();
      await arrange();

      expect(await outbox.requeueUnconfirmed(GRACE_MS, LISTENING)).toBe(0);
      expect((await reload(db, message)).pendingReason).toBe('unconfirmed');
    });

    it('believes no witness about attempts made while nobody was listening', async () => {
      await anUnconfirmed();
      await aWitness();

      expect(await outbox.requeueUnconfirmed(GRACE_MS, inMs(-500_000))).toBe(0);
    });

    it('waits while deliveries are stored but not applied: its status may be among them', async () => {
      await anUnconfirmed();
      await aWitness();
      await new WebhookDeliveryRepository(db).store(Buffer.from('{}'));

      expect(await outbox.requeueUnconfirmed(GRACE_MS, LISTENING)).toBe(0);
      expect(await outbox.requeueUnconfirmed(GRACE_MS, null)).toBe(0);
    });

    it('needs no witness where the policy is to send again in any case', async () => {
      const old = await anUnconfirmed();
      await anUnconfirmed({}, inMs(-GRACE_MS / 2));

      expect(await outbox.requeueUnconfirmed(GRACE_MS, null)).toBe(1);
      expect((await reload(db, old)).pendingReason).toBe('retrying');
    });

    it('does not queue what expired meanwhile: it may have been sent, so it must not fail as "not sent in time"', async () => {
      const message = await anUnconfirmed({ expiresAt: inMs(-1) });

      expect(await outbox.requeueUnconfirmed(GRACE_MS, null)).toBe(0);
      expect((await reload(db, message)).pendingReason).toBe('unconfirmed');
    });
  });
});
