import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId, PLATFORM_TENANT_ID } from '#common';

import { aMessageStore, type MessageStore, timelineOf } from '../../../test/factories/message-store.ts';
import {
  aClaimed,
  aMessage,
  aPhone,
  aWamid,
  inMs,
  PHONE_NUMBER_ID,
  reload,
  toOutbox,
} from '../../../test/factories/messages.ts';
import { MessageEvent } from './entities/message-event.entity.ts';
import { SenderPace } from './entities/sender-pace.entity.ts';
import type { MessageError, WhatsAppMessage } from './entities/whatsapp-message.entity.ts';
import { type AttemptResult, type Claimed, type ClaimRequest, OutboxRepository } from './outbox.repository.ts';
import { SendHoldRepository } from './send-hold.repository.ts';
import type { Permits } from './sender-pace.repository.ts';

const LEASE_MS = 60_000;
const HIGH = 0;
const NORMAL = 1;
const LOW = 2;
const OTHER_NUMBER = '999999999999999';

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

  const aRequest = (change: Partial<ClaimRequest> = {}): ClaimRequest => ({
    permits: somePermits(),
    limit: 100,
    lookAhead: 50,
    leaseToken: newId(),
    leaseMs: LEASE_MS,
    afterTenant: PLATFORM_TENANT_ID,
    stoppedTemplates: [],
    probes: [],
    suspendedTenants: [],
    ...change,
  });
  function somePermits(permits = 1_000): Permits {
    const counted = { permits, at: new Date().toISOString() };
    return { phoneNumberId: PHONE_NUMBER_ID, available: permits, waitMs: 0, refillMs: 0, counted, anyHolds: false };
  }
  const claimAll = (change: Partial<ClaimRequest> = {}): Promise<Claimed> =>
    db.transaction((tx) => outbox.claim(tx, aRequest(change)));
  /** The ids of what is claimed. */
  const claim = async (change: Partial<ClaimRequest> = {}): Promise<string[]> =>
    (await claimAll(change)).messages.map(({ id }) => id);

  /** Many messages at once, in the order of acceptance. */
  async function aBacklog(count: number, change: () => Partial<WhatsAppMessage>): Promise<WhatsAppMessage[]> {
    const backlog = [];
    for (let each = 0; each < count; each++) backlog.push(await aMessage(db, change()));
    return backlog;
  }

  function aResult(message: WhatsAppMessage, change: Partial<AttemptResult> = {}): AttemptResult {
    return {
      message: toOutbox(message),
      elapsedMs: 120,
      outcome: 'accepted',
      status: 'SENT',
      pendingReason: null,
      retryInMs: null,
      waitsForTemplate: false,
      whatsappMessageId: aWamid(),
      waId: '34612345678',
      error: null,
      response: { messages: [] },
      ...change,
    };
  }
  const aRefusal = (change: Partial<AttemptResult> = {}): Partial<AttemptResult> => ({
    outcome: 'refused',
    status: 'FAILED',
    whatsappMessageId: null,
    waId: null,
    error,
    ...change,
  });
  /** The message as whoever claimed it has it: answered by Meta, and its contact's next one given its turn. */
  async function settle(id: string, change: Partial<AttemptResult> = {}): Promise<void> {
    const message = await reload(db, { id });
    await outbox.recordResults([aResult(message, change)]);
    await outbox.giveTurns([message]);
  }

  describe('claiming', () => {
    it('takes a due message out of the queue with everything its sending needs', async () => {
      const message = await aMessage(db, { templateName: 'po_notification', templateLanguage: 'es' });

      const { messages, parked } = await claimAll();

      const { attemptedAt } = await reload(db, message);
      expect(parked).toEqual([]);
      expect(messages).toEqual([
        {
          id: message.id,
          tenantId: message.tenantId,
          phoneNumberId: PHONE_NUMBER_ID,
          recipientPhone: message.recipientPhone,
          recipientUserId: null,
          contactKey: message.contactKey,
          templateName: 'po_notification',
          templateLanguage: 'es',
          content: message.content,
          attempts: 1,
          attemptedAt,
        },
      ]);
    });

    it('counts the attempt and fences it with a lease, in the transaction of its caller', async () => {
      const message = await aMessage(db, { attempts: 2, witnessedAt: inMs(-1_000) });
      const leaseToken = newId();

      const before = await db.transaction(async (tx) => {
        await outbox.claim(tx, aRequest({ leaseToken }));
        return reload(db, message);
      });

      const after = await reload(db, message);
      expect(before).toMatchObject({ attempts: 2, leaseToken: null });
      expect(after).toMatchObject({
        status: 'PENDING',
        pendingReason: 'sending',
        attempts: 3,
        attemptedAt: expect.any(Date),
        nextAttemptAt: null,
        witnessedAt: null,
        leaseToken,
      });
      expect(after.leaseExpiresAt!.getTime() - after.attemptedAt!.getTime()).toBeGreaterThanOrEqual(LEASE_MS - 1);
    });

    it('leaves the message due when the transaction comes to nothing', async () => {
      const message = await aMessage(db);

      const failing = db.transaction(async (tx) => {
        await outbox.claim(tx, aRequest());
        throw new Error('no');
      });

      await expect(failing).rejects.toThrow('no');
      expect(await reload(db, message)).toMatchObject({ attempts: 0, pendingReason: 'queued', leaseToken: null });
      expect(await claim()).toEqual([message.id]);
    });

    it('takes what is due and leaves the rest as it is', async () => {
      const due = await aMessage(db);
      const rest = [
        await aMessage(db, { nextAttemptAt: inMs(60_000), pendingReason: 'retrying' }),
        await aMessage(db, { pendingReason: 'scheduled', sendAt: inMs(60_000), nextAttemptAt: inMs(60_000) }),
        await aMessage(db, { expiresAt: inMs(-1) }),
        await aMessage(db, { pendingReason: 'unconfirmed', nextAttemptAt: null }),
        await aClaimed(db),
        await aMessage(db, { phoneNumberId: OTHER_NUMBER }),
        await aMessage(db, { status: 'SENT' }),
      ];
      const before = await Promise.all(rest.map((message) => reload(db, message)));

      expect(await claim()).toEqual([due.id]);
      expect(await Promise.all(rest.map((message) => reload(db, message)))).toEqual(before);
    });

    it('takes also what became due while its transaction waited to be let in', async () => {
      const claimed = await db.transaction(async (tx) => {
        await tx.query('SELECT');
        const message = await aMessage(db, { nextAttemptAt: new Date() });
        return [message.id, (await outbox.claim(tx, aRequest())).messages[0]?.id];
      });

      expect(claimed[1]).toBe(claimed[0]);
    });

    it('takes what was scheduled when its time has come', async () => {
      const message = await aMessage(db, { pendingReason: 'scheduled', sendAt: inMs(-1), nextAttemptAt: inMs(-1) });

      expect(await claim()).toEqual([message.id]);
    });

    it('takes a permit with each message, and none without', async () => {
      await db.manager.insert(SenderPace, { phoneNumberId: PHONE_NUMBER_ID });
      const left = async () =>
        (await db.manager.findOneByOrFail(SenderPace, { phoneNumberId: PHONE_NUMBER_ID })).permits;
      await claim({ permits: somePermits(7.5) });
      const untouched = await left();
      await aBacklog(3, () => ({}));

      await claim({ permits: somePermits(7.5) });

      expect([untouched, await left()]).toEqual([0, 4.5]);
    });

    it('takes no more than it may', async () => {
      await aBacklog(5, () => ({}));

      expect(await claim({ limit: 2 })).toHaveLength(2);
      expect(await claim({ limit: 2 })).toHaveLength(2);
      expect(await claim({ limit: 2 })).toHaveLength(1);
    });

    it('takes the higher priority first, and within it what waited longest', async () => {
      const tenantId = newId();
      const low = await aMessage(db, { tenantId, priority: LOW, nextAttemptAt: inMs(-9_000) });
      const newer = await aMessage(db, { tenantId, priority: NORMAL, nextAttemptAt: inMs(-1_000) });
      const older = await aMessage(db, { tenantId, priority: NORMAL, nextAttemptAt: inMs(-5_000) });
      const high = await aMessage(db, { tenantId, priority: HIGH, nextAttemptAt: inMs(-500) });

      const order = [];
      for (let each = 0; each < 4; each++) order.push(...(await claim({ limit: 1 })));

      expect(order).toEqual([high.id, older.id, newer.id, low.id]);
    });
  });

  describe('tenants', () => {
    it('take turns: one with a backlog does not keep a single message of another waiting', async () => {
      const [busy, quiet] = [newId(), newId()];
      await aBacklog(500, () => ({ tenantId: busy, nextAttemptAt: inMs(-60_000) }));
      const single = await aMessage(db, { tenantId: quiet });

      const claimed = await claim({ limit: 10 });

      expect(claimed).toContain(single.id);
      expect(claimed).toHaveLength(10);
    });

    it('come in turns also from one claim to the next: whoever had the last one waits', async () => {
      const [first, second, third] = [newId(), newId(), newId()].sort();
      for (const tenantId of [first!, second!, third!]) await aBacklog(2, () => ({ tenantId }));

      const turns = [];
      let afterTenant = first!;
      for (let each = 0; each < 6; each++) {
        const [message] = (await claimAll({ limit: 1, afterTenant })).messages;
        afterTenant = message!.tenantId;
        turns.push(afterTenant);
      }

      expect(turns).toEqual([second, third, first, second, third, first]);
    });

    it('wait, all of them, for a higher priority of any', async () => {
      await aBacklog(3, () => ({}));
      const urgent = await aMessage(db, { priority: HIGH });

      expect(await claim({ limit: 1 })).toEqual([urgent.id]);
    });
  });

  describe('to one person', () => {
    it('goes one message at a time, in the order of acceptance, and each in its turn', async () => {
      const contactKey = aPhone();
      const accepted = [];
      for (let each = 0; each < 5; each++) {
        const { id } = await aMessage(db, { contactKey, nextAttemptAt: inMs(-1_000 - each) });
        accepted.push(id);
      }

      const sent: string[] = [];
      while (sent.length < accepted.length) {
        const onTheWire = await claim();
        expect(onTheWire).toHaveLength(1);
        await settle(onTheWire[0]!);
        sent.push(...onTheWire);
      }

      expect(sent).toEqual(accepted);
    });

    it('parks what must wait, names the contact, and leaves it alone until its turn is given', async () => {
      const contactKey = aPhone();
      const first = await aMessage(db, { contactKey });
      const second = await aMessage(db, { contactKey });

      const { messages, parked } = await claimAll();

      expect(messages.map(({ id }) => id)).toEqual([first.id]);
      expect(parked).toEqual([{ phoneNumberId: PHONE_NUMBER_ID, contactKey }]);
      expect(await reload(db, second)).toMatchObject({
        pendingReason: 'queued',
        waitsFor: 'turn',
        nextAttemptAt: null,
      });
      expect(await claimAll()).toEqual({ messages: [], parked: [] });
    });

    it('gives no turn while the message before is on the wire, and one when it is settled', async () => {
      const contactKey = aPhone();
      await aBacklog(3, () => ({ contactKey }));
      const [first] = await claim();
      const { phoneNumberId } = await reload(db, { id: first! });

      const tooEarly = await outbox.giveTurns([{ phoneNumberId, contactKey }]);
      await outbox.recordResults([aResult(await reload(db, { id: first! }))]);
      const inTime = await outbox.giveTurns([
        { phoneNumberId, contactKey },
        { phoneNumberId, contactKey },
      ]);

      expect([tooEarly, inTime]).toEqual([0, 1]);
      expect(await claim()).toHaveLength(1);
    });

    it('gives turns that nobody gave, to everybody', async () => {
      const contacts = [aPhone(), aPhone()];
      for (const contactKey of contacts) await aBacklog(2, () => ({ contactKey }));
      const firsts = await claim();
      const others = await aBacklog(2, () => ({ contactKey: contacts[0]! }));
      await outbox.recordResults(await Promise.all(firsts.map(async (id) => aResult(await reload(db, { id })))));
      const whileParked = await claim({ limit: 0 });

      const given = await outbox.giveLostTurns();

      expect([whileParked, given]).toEqual([[], 2]);
      const next = await claim();
      expect(next).toHaveLength(2);
      expect(next).not.toContain(others[1]!.id);
    });

    it('lets a higher priority overtake an earlier message, and the earlier one wait for it', async () => {
      const contactKey = aPhone();
      const earlier = await aMessage(db, { contactKey });
      const urgent = await aMessage(db, { contactKey, priority: HIGH });

      const first = await claim();
      const meanwhile = await claim();
      await settle(urgent.id);
      const second = await claim();

      expect([first, meanwhile, second]).toEqual([[urgent.id], [], [earlier.id]]);
    });

    it('does not let a higher priority overtake what is on the wire', async () => {
      const { contactKey } = await aClaimed(db);
      await aMessage(db, { contactKey, priority: HIGH });

      expect(await claim()).toEqual([]);
    });

    it('keeps later messages behind one that is tried again', async () => {
      const { contactKey } = await aMessage(db, { pendingReason: 'retrying', nextAttemptAt: inMs(60_000) });
      await aMessage(db, { contactKey });

      expect(await claim()).toEqual([]);
    });

    it('sends nothing, however urgent, while Meta throttles the pair', async () => {
      const { contactKey } = await aMessage(db, { pendingReason: 'throttled', nextAttemptAt: inMs(60_000) });
      await aMessage(db, { contactKey, priority: HIGH });

      expect(await claim()).toEqual([]);
    });

    it.each<[string, Partial<WhatsAppMessage>]>([
      ['unconfirmed', { pendingReason: 'unconfirmed', nextAttemptAt: null }],
      ['scheduled for later', { pendingReason: 'scheduled', sendAt: inMs(60_000), nextAttemptAt: inMs(60_000) }],
      ['expired', { expiresAt: inMs(-1) }],
      ['parked for a stopped template', { pendingReason: 'held', waitsFor: 'template', nextAttemptAt: null }],
    ])('is not blocked by an earlier message that is %s', async (_, change) => {
      const { contactKey } = await aMessage(db, change);
      const later = await aMessage(db, { contactKey });

      expect(await claim()).toEqual([later.id]);
    });

    it('waits for an earlier scheduled message whose time has come', async () => {
      const contactKey = aPhone();
      const scheduled = await aMessage(db, { contactKey, pendingReason: 'scheduled', nextAttemptAt: inMs(-1) });
      await aMessage(db, { contactKey });

      expect(await claim()).toEqual([scheduled.id]);
    });

    it('does not wait for messages from another number', async () => {
      const { contactKey } = await aClaimed(db, { phoneNumberId: OTHER_NUMBER });
      const message = await aMessage(db, { contactKey });

      expect(await claim()).toEqual([message.id]);
    });

    it('does not keep others waiting, however many messages there are', async () => {
      const [tenantId, contactKey] = [newId(), aPhone()];
      const [first] = await aBacklog(300, () => ({ tenantId, contactKey, nextAttemptAt: inMs(-60_000) }));
      const other = await aMessage(db, { tenantId });

      const claimed: string[] = [];
      for (let rounds = 0; rounds < 10 && claimed.length < 2; rounds++) claimed.push(...(await claim({ limit: 10 })));

      expect(claimed).toEqual([first!.id, other.id]);
    });
  });

  describe('stopped templates', () => {
    const STOPPED = 'po_notification/es';
    const ofTemplate = { templateName: 'po_notification', templateLanguage: 'es' };

    it('have their messages parked as held; others go', async () => {
      const stopped = await aMessage(db, ofTemplate);
      const other = await aMessage(db, { ...ofTemplate, templateLanguage: 'en' });
      const text = await aMessage(db);

      const claimed = await claim({ stoppedTemplates: [STOPPED] });

      expect(claimed.sort()).toEqual([other.id, text.id].sort());
      expect(await reload(db, stopped)).toMatchObject({
        pendingReason: 'held',
        waitsFor: 'template',
        nextAttemptAt: null,
        attempts: 0,
      });
    });

    it('do not keep other messages to the same person waiting', async () => {
      const contactKey = aPhone();
      await aMessage(db, { ...ofTemplate, contactKey });
      const text = await aMessage(db, { contactKey });

      const { parked } = await claimAll({ stoppedTemplates: [STOPPED] });
      await outbox.giveTurns(parked);

      expect(await claim({ stoppedTemplates: [STOPPED] })).toEqual([text.id]);
    });

    it('have one message sent all the same, as a probe', async () => {
      const [probe, other] = await aBacklog(2, () => ofTemplate);

      const claimed = await claim({ stoppedTemplates: [STOPPED], probes: [probe!.id] });

      expect(claimed).toEqual([probe!.id]);
      expect((await reload(db, other!)).waitsFor).toBe('template');
    });

    it('have their probe sent before a backlog that came after it', async () => {
      const tenantId = newId();
      await aBacklog(120, () => ({ tenantId, nextAttemptAt: inMs(-60_000) }));
      const parked = { pendingReason: 'held', waitsFor: 'template', nextAttemptAt: null } as const;
      const held = await aMessage(db, { ...ofTemplate, ...parked, tenantId, createdAt: inMs(-120_000) });

      const claimed = await db.transaction(async (tx) => {
        const probe = await new SendHoldRepository(db).unparkOne(tx, `${PHONE_NUMBER_ID}/${STOPPED}`);
        return outbox.claim(tx, aRequest({ limit: 10, stoppedTemplates: [STOPPED], probes: [probe!] }));
      });

      expect(claimed.messages.map(({ id }) => id)).toContain(held.id);
    });
  });

  describe('suspended tenants', () => {
    const tenantId = newId();
    const suspendedTenants = [tenantId];

    it('have their messages parked as held, until they are resumed', async () => {
      const held = await aMessage(db, { tenantId });
      const other = await aMessage(db);

      const during = await claim({ suspendedTenants });
      const whileSuspended = await outbox.unparkTenants(suspendedTenants);
      const parked = await reload(db, held);
      const unparked = await outbox.unparkTenants([]);

      expect([during, whileSuspended, unparked]).toEqual([[other.id], 0, 1]);
      expect(parked).toMatchObject({ pendingReason: 'held', waitsFor: 'tenant', nextAttemptAt: null, attempts: 0 });
      expect(await claim()).toEqual([held.id]);
    });

    it('do not keep the messages of others to the same person waiting', async () => {
      const contactKey = aPhone();
      await aMessage(db, { tenantId, contactKey });
      const other = await aMessage(db, { contactKey });

      const { parked } = await claimAll({ suspendedTenants });
      await outbox.giveTurns(parked);

      expect(await claim({ suspendedTenants })).toEqual([other.id]);
    });
  });

  describe('recording results', () => {
    it('makes an accepted message SENT with its wamid and gives the lease back', async () => {
      const sending = await aClaimed(db, { error, errorCode: error.code });
      const result = aResult(sending);

      await outbox.recordResults([result]);

      expect(await reload(db, sending)).toMatchObject({
        status: 'SENT',
        pendingReason: null,
        whatsappMessageId: result.whatsappMessageId,
        waId: '34612345678',
        sentAt: expect.any(Date),
        nextAttemptAt: null,
        leaseToken: null,
        leaseExpiresAt: null,
        error: null,
        errorCode: null,
        providerResponse: { messages: [] },
      });
    });

    it('writes a line that tells the attempt, when it began and when it was over', async () => {
      const attemptedAt = inMs(-5_000);
      const sending = await aClaimed(db, { attempt: 3, attemptedAt });
      const retry = aRefusal({ status: 'PENDING', pendingReason: 'retrying', retryInMs: 60_000 });

      await outbox.recordResults([aResult(sending, { ...retry, elapsedMs: 1_500 })]);

      const [line] = await db.manager.findBy(MessageEvent, { messageId: sending.id });
      expect(line).toMatchObject({
        type: 'retrying',
        source: 'dispatcher',
        occurredAt: new Date(attemptedAt.getTime() + 1_500),
        details: { attempt: 3, outcome: 'refused', error, retry_in_ms: 60_000 },
      });
      expect(new Date(line!.details!.started_at as string)).toEqual(attemptedAt);
    });

    it('makes a final refusal FAILED with its reason', async () => {
      const sending = await aClaimed(db);

      await outbox.recordResults([aResult(sending, aRefusal())]);

      expect(await reload(db, sending)).toMatchObject({
        status: 'FAILED',
        pendingReason: null,
        error,
        errorCode: '131016',
        errorMessage: 'A service is overloaded',
        failedAt: expect.any(Date),
        leaseToken: null,
      });
      expect(await timelineOf(db, sending)).toEqual(['dispatcher failed']);
    });

    it('queues a passing refusal again, but not before its pause is over', async () => {
      const sending = await aClaimed(db);
      const retry = aRefusal({ status: 'PENDING', pendingReason: 'retrying', retryInMs: 60_000 });

      await outbox.recordResults([aResult(sending, retry)]);

      expect(await claim()).toEqual([]);
      expect(await reload(db, sending)).toMatchObject({ status: 'PENDING', pendingReason: 'retrying', error });
      await db.query(`UPDATE whatsapp_messages SET next_attempt_at = next_attempt_at - interval '60 seconds'`);
      expect(await claim()).toEqual([sending.id]);
    });

    it('never queues a message again whose answer was lost', async () => {
      const sending = await aClaimed(db);
      const lost = aRefusal({ outcome: 'unknown', status: 'PENDING', pendingReason: 'unconfirmed' });

      await outbox.recordResults([aResult(sending, lost)]);

      expect(await reload(db, sending)).toMatchObject({
        status: 'PENDING',
        pendingReason: 'unconfirmed',
        nextAttemptAt: null,
        waitsFor: null,
        leaseToken: null,
      });
      expect(await claim()).toEqual([]);
    });

    it('parks a message whose template was stopped', async () => {
      const sending = await aClaimed(db);
      const held = aRefusal({ status: 'PENDING', pendingReason: 'held', waitsForTemplate: true });

      await outbox.recordResults([aResult(sending, held)]);

      expect(await reload(db, sending)).toMatchObject({
        pendingReason: 'held',
        waitsFor: 'template',
        nextAttemptAt: null,
        leaseToken: null,
      });
    });

    it('makes the result of an older attempt a line of the timeline, and nothing else', async () => {
      const second = await aClaimed(db, { attempt: 2 });
      const before = await reload(db, second);
      const first = { ...second, attempts: 1, attemptedAt: inMs(-60_000) };

      await outbox.recordResults([aResult(first)]);
      await outbox.recordResults([aResult(first, aRefusal())]);

      expect(await reload(db, second)).toEqual(before);
      expect((await timelineOf(db, second)).sort()).toEqual(['dispatcher failed', 'dispatcher sent']);
    });

    it('changes nothing and writes no second line when it is repeated', async () => {
      const sending = await aClaimed(db);
      const result = aResult(sending);
      await outbox.recordResults([result]);
      const before = await reload(db, sending);

      await outbox.recordResults([result]);

      const { whatsappMessageId, sentAt } = before;
      expect(await reload(db, sending)).toMatchObject({ status: 'SENT', whatsappMessageId, sentAt });
      expect(await timelineOf(db, sending)).toEqual(['dispatcher sent']);
    });

    it('adds only what it lacks to a message that a status moved first', async () => {
      const sentAt = inMs(-500);
      const faster = await aMessage(db, { status: 'DELIVERED', attempts: 1, sentAt, deliveredAt: inMs(-100) });
      const result = aResult(faster);

      await outbox.recordResults([result]);

      expect(await reload(db, faster)).toMatchObject({
        status: 'DELIVERED',
        sentAt,
        pendingReason: null,
        nextAttemptAt: null,
        whatsappMessageId: result.whatsappMessageId,
        waId: '34612345678',
      });
    });

    it('keeps the reason of a failure that Meta reported before its answer came', async () => {
      const failed = await aMessage(db, { status: 'FAILED', attempts: 1, error, errorCode: error.code });

      await outbox.recordResults([aResult(failed)]);

      expect(await reload(db, failed)).toMatchObject({ status: 'FAILED', error, errorCode: error.code });
    });

    it.each(['SENT', 'DELIVERED', 'READ', 'FAILED', 'CANCELLED'] as const)(
      'does not let a refusal that comes late move a %s message',
      async (status) => {
        const moved = await aMessage(db, { status, attempts: 1 });
        const before = await reload(db, moved);

        await outbox.recordResults([aResult(moved, aRefusal())]);

        expect(await reload(db, moved)).toEqual(before);
      },
    );

    it('shows a message that was cancelled while its answer was lost as the SENT it is', async () => {
      const cancelled = await aMessage(db, { status: 'CANCELLED', attempts: 1, error, errorCode: error.code });

      await outbox.recordResults([aResult(cancelled)]);

      expect(await reload(db, cancelled)).toMatchObject({ status: 'SENT', error: null, errorCode: null });
    });

    it('takes the late answer for a message that is unconfirmed by now', async () => {
      const unconfirmed = await aMessage(db, { pendingReason: 'unconfirmed', nextAttemptAt: null, attempts: 1 });

      await outbox.recordResults([aResult(unconfirmed)]);

      expect(await reload(db, unconfirmed)).toMatchObject({ status: 'SENT', pendingReason: null });
    });

    it('records many results in one statement, each for its own message', async () => {
      const [one, other] = [await aClaimed(db), await aClaimed(db)];

      await outbox.recordResults([aResult(one), aResult(other, aRefusal())]);

      const statuses = [await reload(db, one), await reload(db, other)].map(({ status }) => status);
      expect(statuses).toEqual(['SENT', 'FAILED']);
    });

    it('stores an answer with characters that PostgreSQL refuses', async () => {
      const sending = await aClaimed(db);
      const response = { 'a\0': 'NUL \0, half a pair \ud83d', list: ['\udc00'] };

      await outbox.recordResults([aResult(sending, { response })]);

      const { status, providerResponse } = await reload(db, sending);
      expect(status).toBe('SENT');
      expect(providerResponse).toEqual({ 'a\uFFFD': 'NUL \uFFFD, half a pair \uFFFD', list: ['\uFFFD'] });
    });
  });

  it('prolongs leases of its own process only', async () => {
    const [own, foreign] = [newId(), newId()];
    const leases = { leaseMs: -1_000 };
    const mine = await aClaimed(db, { ...leases, leaseToken: own });
    const theirs = await aClaimed(db, { ...leases, leaseToken: foreign });
    const finished = await aClaimed(db, { ...leases, leaseToken: own });

    await outbox.heartbeat([mine.id, theirs.id], own, LEASE_MS);

    const rows = await Promise.all([mine, theirs, finished].map((message) => reload(db, message)));
    expect(rows.map(({ leaseExpiresAt }) => leaseExpiresAt! > new Date())).toEqual([true, false, false]);
  });
});
