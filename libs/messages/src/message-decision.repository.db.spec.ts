import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId } from '#common';

import { aMessageStore, type MessageStore, timelineOf } from '../../../test/factories/message-store.ts';
import { aClaimed, aMessage, inMs, reload } from '../../../test/factories/messages.ts';
import { MessageEvent } from './entities/message-event.entity.ts';
import type { WhatsAppMessage } from './entities/whatsapp-message.entity.ts';
import { type Decided, MessageDecisionRepository } from './message-decision.repository.ts';

const DAY_MS = 24 * 3_600_000;

describe(MessageDecisionRepository.name, () => {
  let store: MessageStore;
  let db: DataSource;
  let decisions: MessageDecisionRepository;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
    decisions = new MessageDecisionRepository(db);
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  /** Expects that a decision finds nothing to decide. */
  async function expectUntouched(message: WhatsAppMessage, decide: (of: Decided) => Promise<string[]>): Promise<void> {
    const before = await reload(db, message);

    expect(await decide({ id: message.id })).toEqual([]);

    expect(await reload(db, message)).toEqual(before);
    expect(await timelineOf(db, message)).toEqual([]);
  }
  const anUnconfirmed = (change: Partial<WhatsAppMessage> = {}) =>
    aMessage(db, { pendingReason: 'unconfirmed', nextAttemptAt: null, attempts: 1, ...change });
  const aFailed = (change: Partial<WhatsAppMessage> = {}) =>
    aMessage(db, { status: 'FAILED', attempts: 2, failedAt: inMs(-500), ...change });

  describe('cancelling', () => {
    const cancel = (of: Decided) => decisions.cancel(of);

    it.each<[string, Partial<WhatsAppMessage>]>([
      ['is queued', {}],
      ['is scheduled', { pendingReason: 'scheduled', nextAttemptAt: inMs(60_000) }],
      ['waits for its turn', { waitsFor: 'turn', nextAttemptAt: null }],
      ['is held', { pendingReason: 'held', waitsFor: 'template', nextAttemptAt: null }],
      ['is unconfirmed', { pendingReason: 'unconfirmed', nextAttemptAt: null }],
    ])('takes a message that %s out of the queue', async (_, change) => {
      const message = await aMessage(db, { attempts: 1, ...change });

      expect(await cancel({ id: message.id })).toEqual([message.id]);

      expect(await reload(db, message)).toMatchObject({
        status: 'CANCELLED',
        pendingReason: null,
        nextAttemptAt: null,
        waitsFor: null,
      });
      const [line] = await db.manager.findBy(MessageEvent, { messageId: message.id });
      expect(line).toMatchObject({ type: 'cancelled', source: 'api', details: { after_attempt: 1 } });
    });

    it('spares what is on the wire', async () => {
      await expectUntouched(await aClaimed(db), cancel);
    });

    it.each(['SENT', 'DELIVERED', 'READ', 'FAILED', 'CANCELLED'] as const)('spares what is %s', async (status) => {
      await expectUntouched(await aMessage(db, { status }), cancel);
    });
  });

  describe('sending again what failed', () => {
    const retry = (of: Decided) => decisions.retryFailed(of);

    it('queues it, and knows from then on that the attempts so far failed', async () => {
      const message = await aFailed();

      expect(await retry({ id: message.id })).toEqual([message.id]);

      const { nextAttemptAt, ...row } = await reload(db, message);
      expect(row).toMatchObject({
        status: 'PENDING',
        pendingReason: 'queued',
        attempts: 2,
        failedAttempts: 2,
        failedAt: null,
        expiresAt: message.expiresAt,
      });
      expect(nextAttemptAt!.getTime()).toBeLessThanOrEqual(Date.now());
      const [line] = await db.manager.findBy(MessageEvent, { messageId: message.id });
      expect(line).toMatchObject({ type: 'retried', source: 'api', details: { after_attempt: 2 } });
    });

    it('leaves a message that says nothing any more', async () => {
      await expectUntouched(await aFailed({ content: {}, contentRemovedAt: inMs(-1_000) }), retry);
    });

    it('gives it a new day where its time is over', async () => {
      const message = await aFailed({ expiresAt: inMs(-1) });

      await retry({ id: message.id });

      const { expiresAt } = await reload(db, message);
      expect(expiresAt!.getTime()).toBeGreaterThan(Date.now() + DAY_MS - 60_000);
      expect(expiresAt!.getTime()).toBeLessThanOrEqual(Date.now() + DAY_MS);
    });

    it.each<[string, Partial<WhatsAppMessage>]>([
      ['waits', {}],
      ['is unconfirmed', { pendingReason: 'unconfirmed', nextAttemptAt: null }],
      ['is sent', { status: 'SENT' }],
      ['is cancelled', { status: 'CANCELLED' }],
      ['came in', { status: 'RECEIVED', direction: 'inbound' }],
    ])('leaves what %s', async (_, change) => {
      await expectUntouched(await aMessage(db, change), retry);
    });
  });

  describe('sending again what is unconfirmed', () => {
    const retry = (of: Decided) => decisions.retryUnconfirmed(of);

    it('queues it, and does not call its attempts failed: their status still counts', async () => {
      const message = await anUnconfirmed({ witnessedAt: inMs(-1_000) });

      expect(await retry({ id: message.id })).toEqual([message.id]);

      const { nextAttemptAt, ...row } = await reload(db, message);
      expect(row).toMatchObject({
        status: 'PENDING',
        pendingReason: 'queued',
        attempts: 1,
        failedAttempts: 0,
        witnessedAt: null,
        expiresAt: message.expiresAt,
      });
      expect(nextAttemptAt!.getTime()).toBeLessThanOrEqual(Date.now());
      const [line] = await db.manager.findBy(MessageEvent, { messageId: message.id });
      expect(line).toMatchObject({ type: 'resent', source: 'api', details: { after_attempt: 1 } });
    });

    it('gives it a new day where its time is over', async () => {
      const message = await anUnconfirmed({ expiresAt: inMs(-1) });

      await retry({ id: message.id });

      expect((await reload(db, message)).expiresAt!.getTime()).toBeGreaterThan(Date.now() + DAY_MS - 60_000);
    });

    it.each<[string, Partial<WhatsAppMessage>]>([
      ['waits', {}],
      ['is tried again anyway', { pendingReason: 'retrying' }],
      ['failed', { status: 'FAILED' }],
    ])('leaves what %s', async (_, change) => {
      await expectUntouched(await aMessage(db, change), retry);
    });

    it('leaves what is on the wire', async () => {
      await expectUntouched(await aClaimed(db), retry);
    });
  });

  it.each<[string, (of: Decided) => Promise<string[]>, () => Promise<WhatsAppMessage[]>]>([
    [
      'to cancel it',
      (of) => decisions.cancel(of),
      async () => [await aMessage(db, { batchId: BATCH }), await anUnconfirmed({ batchId: BATCH })],
    ],
    [
      'to send again what failed',
      (of) => decisions.retryFailed(of),
      async () => [await aFailed({ batchId: BATCH }), await aFailed({ batchId: BATCH })],
    ],
    [
      'to send again what is unconfirmed',
      (of) => decisions.retryUnconfirmed(of),
      async () => [await anUnconfirmed({ batchId: BATCH }), await anUnconfirmed({ batchId: BATCH })],
    ],
  ])('is taken for a whole batch, %s, and concerns no other', async (_, decide, arrange) => {
    const concerned = await arrange();
    await aMessage(db, { batchId: BATCH, status: 'READ' });
    await aClaimed(db, { batchId: BATCH });
    await aMessage(db, { batchId: newId() });
    await aFailed({ batchId: newId() });
    await anUnconfirmed();

    const decided = await decide({ batchId: BATCH });

    expect(decided.sort()).toEqual(concerned.map(({ id }) => id).sort());
  });
});

const BATCH = newId();
