import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId } from '#common';

import { aMessageStore, type MessageStore } from '../../../../test/factories/message-store.ts';
import { aMessage, aPendingMessage, aWamid, inMs, reload, toOutbox } from '../../../../test/factories/messages.ts';
import { writeAttemptRef } from '../attempt-ref.ts';
import { DeliveryStatusRepository } from '../delivery-status.repository.ts';
import { DeliveryStatusService } from '../delivery-status.service.ts';
import type { ReportedStatus } from '../delivery-status.ts';
import { StatisticsChange, StatisticsCount } from '../entities/statistics.entity.ts';
import { type MessageError, WhatsAppMessage } from '../entities/whatsapp-message.entity.ts';
import { MessageDecisionRepository } from '../message-decision.repository.ts';
import { storeFallbacks, WINDOW_CLOSED } from '../message-fallbacks.ts';
import { OutboxCareRepository } from '../outbox.care.repository.ts';
import { type AttemptResult, OutboxRepository } from '../outbox.repository.ts';
import { ToldMessageRepository } from '../told-message.repository.ts';
import { WhatsAppMessageRepository } from '../whatsapp-message.repository.ts';
import { StatisticsCountRepository } from './statistics-count.repository.ts';

const TENANTS = [newId(), newId()];
const NUMBERS = ['106540352242922', '106540352242923'];
const TEMPLATES = [
  { templateName: 'po_notification', templateLanguage: 'es' },
  { templateName: 'po_notification', templateLanguage: 'en' },
  { templateName: null, templateLanguage: null },
];
const anError = (code: string): MessageError => ({
  ...{ code, title: 'Refused', details: null, class: 'USER', retryable: false, action: 'Check the number.' },
});

/** Always the same choices for the same seed (mulberry32). */
function choices(seed: number) {
  const random = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return { random, oneOf: <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]! };
}

describe(StatisticsCountRepository.name, () => {
  let store: MessageStore;
  let db: DataSource;
  let counts: StatisticsCountRepository;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
    counts = new StatisticsCountRepository(db);
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  const differences = () => counts.compare(5);
  const platform = (period: 'quarter' | 'day') => db.manager.findBy(StatisticsCount, { scope: 'platform', period });
  const anyTime = new Date('2026-11-21T23:58:00Z');

  it.each([1, 2, 3, 4])(
    'equals a recount after each of many changes, summed up at any moment (seed %d)',
    async (seed) => {
      const { random, oneOf } = choices(seed);
      const steps = stepsOn(db, counts, oneOf, random);
      const taken: string[] = [];

      for (let index = 0; index < 60; index++) {
        const [name, step] = oneOf(Object.entries(steps));
        taken.push(name);
        await step();

        expect({ taken, found: await differences() }).toEqual({ taken, found: [] });
      }
      while ((await counts.sumUp(3)) > 0);

      expect(await db.manager.count(StatisticsChange)).toBe(0);
      expect(await differences()).toEqual([]);
      expect(await db.manager.count(WhatsAppMessage)).toBeGreaterThan(5);
    },
  );

  it('counts in the quarter of an hour and the day in which a message was accepted', async () => {
    await aMessage(db, { createdAt: anyTime, status: 'READ', sentAt: inMs(0) });
    await aMessage(db, { createdAt: new Date('2026-11-22T00:00:00Z'), direction: 'inbound', status: 'RECEIVED' });
    await counts.sumUp(100);

    expect(await platform('quarter')).toMatchObject([
      { start: new Date('2026-11-21T23:45:00Z'), accepted: '1', delivered: '1', read: '1', received: '0' },
      { start: new Date('2026-11-22T00:00:00Z'), accepted: '0', read: '0', received: '1' },
    ]);
    expect(await platform('day')).toMatchObject([
      { start: new Date('2026-11-21T00:00:00Z'), accepted: '1' },
      { start: new Date('2026-11-22T00:00:00Z'), received: '1' },
    ]);
  });

  it('notes nothing of a claim', async () => {
    const message = await aMessage(db);
    const before = await db.manager.count(StatisticsChange);

    await db.manager.update(WhatsAppMessage, { id: message.id }, { attempts: 1, pendingReason: 'sending' });

    expect(await db.manager.count(StatisticsChange)).toBe(before);
  });

  it('notes one change for many messages of a group', async () => {
    const many = Array.from({ length: 20 }, () => aPendingMessage({ tenantId: TENANTS[0] }));

    await new WhatsAppMessageRepository(db).createPendingWith(many, () => Promise.resolve());

    expect(await db.manager.find(StatisticsChange)).toMatchObject([{ accepted: 20, pending: 20, sent: 0 }]);
  });

  it('takes nothing back when what a message said is erased', async () => {
    const message = await aMessage(db, { status: 'READ', readAt: inMs(0) });
    const before = await db.manager.count(StatisticsChange);

    await db.manager.update(WhatsAppMessage, { id: message.id }, { content: {}, recipientPhone: null, contactKey: '' });

    expect(await db.manager.count(StatisticsChange)).toBe(before);
    expect(await differences()).toEqual([]);
  });

  it('sums up once, also when several do it at the same time', async () => {
    for (let index = 0; index < 40; index++) await aMessage(db, { tenantId: TENANTS[0], createdAt: anyTime });

    const summed = await Promise.all(Array.from({ length: 4 }, () => counts.sumUp(15)));
    await counts.sumUp(100);

    expect(summed.reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(15);
    expect(await platform('day')).toMatchObject([{ accepted: '40' }]);
    expect(await differences()).toEqual([]);
  });

  it('finds counts that differ from the messages, and mends them by counting anew', async () => {
    await aMessage(db, { tenantId: TENANTS[0], createdAt: anyTime });
    await counts.sumUp(100);
    await db.query(`UPDATE statistics_counts SET accepted = 7 WHERE scope = 'tenant' AND period = 'day'`);

    const found = await differences();
    await counts.rebuild();

    const cell = { scope: 'tenant', period: 'day', tenant_id: TENANTS[0], label: 'accepted' };
    expect(found).toMatchObject([{ ...cell, counted: 7, recounted: 1 }]);
    expect(await differences()).toEqual([]);
  });
});

/** Everything that happens to messages, through the code that does it. */
function stepsOn(
  db: DataSource,
  counts: StatisticsCountRepository,
  oneOf: <T>(all: readonly T[]) => T,
  random: () => number,
) {
  const messages = new WhatsAppMessageRepository(db);
  const outbox = new OutboxRepository(db);
  const decisions = new MessageDecisionRepository(db);
  const statuses = new DeliveryStatusService(new DeliveryStatusRepository());
  const told = new ToldMessageRepository();
  const known: string[] = [];
  const some = async (): Promise<WhatsAppMessage | undefined> =>
    known.length > 0 ? reload(db, { id: oneOf(known) }) : undefined;

  const accept = async () => {
    const group = { tenantId: oneOf(TENANTS), phoneNumberId: oneOf(NUMBERS), ...oneOf(TEMPLATES) };
    const many = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
      aPendingMessage({ ...group, sendAt: oneOf([null, inMs(500)]), expiresAt: inMs(oneOf([-10, 3_600_000])) }),
    );
    await messages.createPendingWith(many, (tx) =>
      storeFallbacks(
        tx,
        many.map(({ id }) => ({
          messageId: id,
          ...oneOf(TEMPLATES.slice(0, 2)),
          templateParameters: [],
          content: {},
        })) as never,
      ),
    );
    known.push(...many.map(({ id }) => id));
  };
  const attempt = async () => {
    const message = await some();
    if (!message) return;
    if (message.status === 'PENDING') {
      const claim = { attempts: message.attempts + 1, attemptedAt: inMs(0), nextAttemptAt: null };
      await db.manager.update(WhatsAppMessage, { id: message.id }, { ...claim, pendingReason: 'sending' });
    }
    const status = oneOf(['SENT', 'FAILED', 'PENDING'] as const);
    const result: AttemptResult = {
      message: toOutbox(await reload(db, message)),
      elapsedMs: 5,
      outcome: status === 'SENT' ? 'accepted' : 'refused',
      status,
      pendingReason: status === 'PENDING' ? 'retrying' : null,
      retryInMs: null,
      waitsForTemplate: false,
      whatsappMessageId: status === 'SENT' ? aWamid() : null,
      waId: null,
      error: status === 'SENT' ? null : anError(oneOf(['131026', WINDOW_CLOSED])),
      response: null,
    };
    await outbox.recordResults([result, result].slice(0, oneOf([1, 1, 2])));
  };
  const report = async () => {
    const message = await some();
    if (!message) return;
    const status = oneOf(['SENT', 'DELIVERED', 'READ', 'FAILED'] as const satisfies ReportedStatus[]);
    const event = {
      type: status.toLowerCase(),
      status,
      participant: null,
      whatsappMessageId: message.whatsappMessageId ?? aWamid(),
      phoneNumberId: message.phoneNumberId,
      opaque: writeAttemptRef({ messageId: message.id, attempt: oneOf([1, Math.max(message.attempts, 1)]) }),
      occurredAt: inMs(Math.floor(random() * 200_000)),
      error: status === 'FAILED' ? anError(oneOf(['131026', WINDOW_CLOSED, 'odd\ncode'])) : null,
      pricing: status === 'DELIVERED' || status === 'READ' ? { category: oneOf(['utility', 'service']) } : null,
      details: {},
    };
    await db.transaction((tx) => statuses.apply(tx, oneOf([[event], [event, event]])));
  };
  const decide = (how: 'cancel' | 'retryFailed' | 'retryUnconfirmed') => async () => {
    const message = await some();
    if (message) await decisions[how]({ id: message.id });
  };
  const receive = () =>
    db.transaction(async (tx) => {
      const wamid = aWamid();
      const echo = { direction: 'outbound', status: 'SENT', sentAt: inMs(-2_000) } as const;
      const inbound = { direction: 'inbound', status: 'RECEIVED', sentAt: inMs(-2_000) } as const;
      const message = { ...aPendingMessage({ tenantId: oneOf(TENANTS) }), ...oneOf([echo, inbound]) };
      const one = { ...message, waId: null, whatsappMessageId: wamid, createdAt: oneOf([null, inMs(-86_400_000)]) };
      await told.store(tx, [one, { ...one, id: newId() }]);
    });
  const expire = () => new OutboxCareRepository(db).expireOverdue(anError('expired'));
  const sumUp = () => counts.sumUp(oneOf([1, 3, 1_000]));
  return {
    ...{
      accept,
      attempt,
      attemptAgain: attempt,
      report,
      reportAgain: report,
      reportMore: report,
      receive,
      expire,
      sumUp,
    },
    ...{ cancel: decide('cancel'), retry: decide('retryFailed'), resend: decide('retryUnconfirmed') },
  };
}
