import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId } from '#common';

import { aMessageStore, type MessageStore, timelineOf } from '../../../test/factories/message-store.ts';
import { aClaimed, aMessage, aWamid, inMs, PHONE_NUMBER_ID, reload } from '../../../test/factories/messages.ts';
import { writeAttemptRef } from './attempt-ref.ts';
import { DeliveryStatusRepository } from './delivery-status.repository.ts';
import { DeliveryStatusService, type StatusEvent } from './delivery-status.service.ts';
import { MessageEvent } from './entities/message-event.entity.ts';
import { WebhookWitness } from './entities/webhook-listener.entity.ts';
import type { MessageError, WhatsAppMessage } from './entities/whatsapp-message.entity.ts';

const error: MessageError = {
  code: '131026',
  title: 'Undeliverable',
  details: null,
  class: 'USER',
  retryable: false,
  action: 'Check the number.',
};
const REPORTED: Record<string, StatusEvent['status']> = {
  sent: 'SENT',
  delivered: 'DELIVERED',
  read: 'READ',
  played: 'READ',
  failed: 'FAILED',
};
const OTHER_NUMBER = '999999999999999';

describe(DeliveryStatusService.name, () => {
  const statuses = new DeliveryStatusService(new DeliveryStatusRepository());
  let store: MessageStore;
  let db: DataSource;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  const apply = async (...events: StatusEvent[]): Promise<boolean[]> => {
    const targets = await db.transaction((tx) => statuses.apply(tx, events));
    return targets.map((target) => target !== undefined);
  };
  const aStatus = (change: Partial<StatusEvent>): StatusEvent => ({
    status: 'DELIVERED',
    type: (change.status ?? 'DELIVERED').toLowerCase(),
    participant: null,
    whatsappMessageId: aWamid(),
    phoneNumberId: PHONE_NUMBER_ID,
    opaque: null,
    occurredAt: inMs(0),
    error: null,
    pricing: null,
    details: { pricing: { category: 'utility' } },
    ...change,
  });
  /** What travelled with one attempt. */
  const refOf = ({ id: messageId }: WhatsAppMessage, attempt = 1) => writeAttemptRef({ messageId, attempt });
  const aSent = (change: Partial<WhatsAppMessage> = {}) =>
    aMessage(db, { status: 'SENT', whatsappMessageId: aWamid(), attempts: 1, attemptedAt: inMs(-500), ...change });
  const byWamid = ({ whatsappMessageId }: WhatsAppMessage, change: Partial<StatusEvent> = {}) =>
    aStatus({ whatsappMessageId: whatsappMessageId as string, ...change });

  /** All that statuses change of a message, without what is its own. */
  async function outcomeOf({ id }: WhatsAppMessage): Promise<string> {
    const {
      status,
      sentAt,
      deliveredAt,
      readAt,
      failedAt,
      error: reason,
      whatsappMessageId,
    } = await reload(db, { id });
    const wamid = whatsappMessageId?.replace(id, 'it');
    const lines = (await timelineOf(db, { id })).sort();
    return JSON.stringify({ status, sentAt, deliveredAt, readAt, failedAt, reason, wamid, lines });
  }

  describe('finding the message', () => {
    it('goes by our own reference, settles the message and learns its wamid', async () => {
      const message = await aMessage(db, {
        pendingReason: 'unconfirmed',
        nextAttemptAt: null,
        attempts: 1,
        attemptedAt: inMs(-500),
      });
      const event = aStatus({ status: 'SENT', opaque: refOf(message) });

      expect(await apply(event)).toEqual([true]);

      expect(await reload(db, message)).toMatchObject({
        status: 'SENT',
        pendingReason: null,
        whatsappMessageId: event.whatsappMessageId,
        sentAt: event.occurredAt,
      });
      const [line] = await db.manager.findBy(MessageEvent, { messageId: message.id });
      expect(line).toMatchObject({
        type: 'sent',
        source: 'webhook',
        occurredAt: event.occurredAt,
        details: event.details,
      });
    });

    it.each([
      ['without an opaque reference', null],
      ['with the words of another tool in it', 'campaign-7'],
      ['with a UUID without attempt in it', newId()],
    ])('goes by the wamid %s', async (_, opaque) => {
      const message = await aSent();

      expect(await apply(byWamid(message, { opaque }))).toEqual([true]);
      expect((await reload(db, message)).status).toBe('DELIVERED');
    });

    it('does not know a message that is not there', async () => {
      const opaque = writeAttemptRef({ messageId: newId(), attempt: 1 });

      expect(await apply(aStatus({ opaque }), aStatus({}))).toEqual([false, false]);
    });

    it.each<[string, (message: WhatsAppMessage) => Partial<StatusEvent>]>([
      ['reference', (message) => ({ opaque: refOf(message) })],
      ['wamid', ({ whatsappMessageId }) => ({ whatsappMessageId: whatsappMessageId as string })],
    ])('does not know a message of another number, even by the right %s', async (_, ids) => {
      const message = await aSent();
      const before = await reload(db, message);

      expect(await apply(aStatus({ ...ids(message), phoneNumberId: OTHER_NUMBER }))).toEqual([false]);

      expect(await reload(db, message)).toEqual(before);
      expect(await timelineOf(db, message)).toEqual([]);
    });

    it('does not take an inbound message for one we sent', async () => {
      const inbound = await aMessage(db, { direction: 'inbound', status: 'RECEIVED', whatsappMessageId: aWamid() });

      expect(await apply(byWamid(inbound), aStatus({ opaque: refOf(inbound) }))).toEqual([false, false]);
      expect((await reload(db, inbound)).status).toBe('RECEIVED');
    });
  });

  it.each<[string, Partial<WhatsAppMessage>]>([
    ['on the wire', { pendingReason: 'sending', leaseToken: newId(), leaseExpiresAt: inMs(60_000) }],
    ['about to be sent again', { pendingReason: 'retrying', nextAttemptAt: inMs(0) }],
    ['parked', { pendingReason: 'queued', waitsFor: 'turn', nextAttemptAt: null }],
  ])('takes a message that is %s out of the queue', async (_, change) => {
    const message = await aMessage(db, { attempts: 1, nextAttemptAt: null, ...change });

    await apply(aStatus({ status: 'SENT', opaque: refOf(message) }));

    expect(await reload(db, message)).toMatchObject({
      status: 'SENT',
      pendingReason: null,
      nextAttemptAt: null,
      waitsFor: null,
      leaseToken: null,
      leaseExpiresAt: null,
    });
  });

  it('applies the statuses of many messages at once, and tells which of them are known', async () => {
    const [first, second, third] = [await aSent(), await aSent(), await aSent()];

    const known = await apply(
      byWamid(second, { status: 'FAILED', error }),
      aStatus({}),
      aStatus({ status: 'READ', opaque: refOf(first) }),
    );

    expect(known).toEqual([true, false, true]);
    const rows = await Promise.all([first, second, third].map((message) => reload(db, message)));
    expect(rows.map(({ status }) => status)).toEqual(['READ', 'FAILED', 'SENT']);
  });

  it.each([[['DELIVERED', 'READ']], [['READ', 'DELIVERED']]] as const)(
    'keeps what `delivered` says of the price, and whose country it is, in the order %j',
    async (order) => {
      const message = await aSent({ contactKey: '+34612345678' });
      const told = { DELIVERED: { category: 'utility' }, READ: { category: 'marketing' } };

      for (const status of order) await apply(byWamid(message, { status, pricing: told[status] }));
      await apply(byWamid(message, { status: 'READ', pricing: null, occurredAt: inMs(1_000) }));

      expect((await reload(db, message)).pricing).toEqual({ category: 'utility', country: 'ES' });
    },
  );

  it('writes a repeated status once and leaves the row as it is', async () => {
    const message = await aSent();
    const event = byWamid(message, { status: 'FAILED', error });
    await apply(event);
    const before = await reload(db, message);

    await apply(event, event);

    expect(await reload(db, message)).toEqual(before);
    expect(await timelineOf(db, message)).toEqual(['webhook failed']);
  });

  it.each<[string, [StatusEvent['status'], attempt: number][]]>([
    [
      'one attempt',
      [
        ['SENT', 1],
        ['DELIVERED', 1],
        ['READ', 1],
        ['FAILED', 1],
      ],
    ],
    [
      'two attempts',
      [
        ['SENT', 1],
        ['DELIVERED', 1],
        ['SENT', 2],
        ['FAILED', 2],
      ],
    ],
  ])(
    'comes to one result with the statuses of %s in any order, in one call or several, repeated or not',
    async (_, told) => {
      const began = Math.floor(Date.now() / 1_000) * 1_000 - 10_000;
      const results = new Set<string>();

      for (const order of permutations(told.map(([status, attempt], second) => ({ status, attempt, second })))) {
        for (const calls of [[order], order.map((one) => [one]), [order, [...order].reverse()]]) {
          const attempts = Math.max(...told.map(([, attempt]) => attempt));
          const message = await aMessage(db, { attempts, pendingReason: 'unconfirmed', createdAt: new Date(began) });
          for (const call of calls) {
            const events = call.map(({ status, attempt, second }) =>
              aStatus({
                status,
                opaque: refOf(message, attempt),
                whatsappMessageId: `wamid of ${message.id}, attempt ${attempt}`,
                occurredAt: new Date(began + second * 1_000),
                error: status === 'FAILED' ? error : null,
              }),
            );
            await apply(...events);
          }
          results.add(await outcomeOf(message));
        }
      }

      expect([...results]).toHaveLength(1);
      expect(JSON.parse([...results][0]!)).toMatchObject({
        failedAt: null,
        reason: null,
        sentAt: new Date(began).toISOString(),
      });
    },
  );

  it('comes to one result with any sequence of five kinds, told in one delivery or in several', async () => {
    const began = Math.floor(Date.now() / 1_000) * 1_000 - 10_000;
    const words = ['sent', 'delivered', 'read', 'played', 'failed'];
    /** Each holds all five; which comes when, and how often, differs. */
    const orders = [
      ['sent', 'delivered', 'read', 'played', 'failed'],
      ['failed', 'played', 'read', 'delivered', 'sent'],
      ['played', 'failed', 'sent', 'played', 'delivered', 'read', 'failed'],
      ['delivered', 'delivered', 'failed', 'played', 'sent', 'read'],
      ['read', 'sent', 'failed', 'failed', 'delivered', 'played'],
    ];
    const results = new Set<string>();

    for (const order of orders) {
      for (const size of [1, 2, order.length]) {
        const message = await aSent({ createdAt: new Date(began), sentAt: new Date(began + 1_700) });
        const events = order.map((type) => {
          const status = REPORTED[type]!;
          const occurredAt = new Date(began + (words.indexOf(type) + 1) * 1_000);
          const wamid = `wamid of ${message.id}`;
          const reason = status === 'FAILED' ? error : null;
          return aStatus({ type, status, occurredAt, error: reason, opaque: refOf(message), whatsappMessageId: wamid });
        });
        for (let from = 0; from < events.length; from += size) await apply(...events.slice(from, from + size));
        results.add(await outcomeOf(message));
      }
    }

    expect([...results]).toHaveLength(1);
    expect(JSON.parse([...results][0]!)).toMatchObject({
      status: 'READ',
      lines: words.map((word) => `webhook ${word}`).sort(),
    });
  });

  it.each(['deleted', 'held_for_quality_assessment'])('keeps %s, which moves nothing', async (type) => {
    const message = await aSent();
    const before = await reload(db, message);

    expect(await apply(byWamid(message, { type, status: null }))).toEqual([true]);

    expect(await reload(db, message)).toEqual(before);
    expect(await timelineOf(db, message)).toEqual([`webhook ${type}`]);
  });

  it('has a line for each participant of a group, also within one second', async () => {
    const message = await aSent();
    const readBy = (participant: string) => byWamid(message, { status: 'READ', participant, occurredAt: inMs(-1_000) });
    const [ana, bea] = [readBy('34600000001'), readBy('34600000002')];

    await apply(ana, { ...bea, occurredAt: ana.occurredAt }, ana);

    expect((await timelineOf(db, message)).sort()).toEqual(['webhook/34600000001 read', 'webhook/34600000002 read']);
  });

  it('tells whose message each status is about', async () => {
    const message = await aSent();

    const targets = await db.transaction((tx) => statuses.apply(tx, [byWamid(message), aStatus({})]));

    const { id, tenantId, contactKey } = message;
    expect(targets).toEqual([expect.objectContaining({ id, tenantId, contactKey }), undefined]);
  });

  it('keeps every status on the timeline, also one that moves nothing', async () => {
    const message = await aSent({ status: 'READ', readAt: inMs(0) });

    await apply(byWamid(message));

    expect(await reload(db, message)).toMatchObject({ status: 'READ', deliveredAt: expect.any(Date) });
    expect(await timelineOf(db, message)).toEqual(['webhook delivered']);
  });

  it('shows why a message failed, and forgets it once the message is known to have arrived', async () => {
    const message = await aSent();

    await apply(byWamid(message, { status: 'FAILED', error }));
    const failed = await reload(db, message);
    await apply(byWamid(message));

    expect(failed).toMatchObject({ status: 'FAILED', error, errorCode: '131026', errorMessage: 'Undeliverable' });
    expect(await reload(db, message)).toMatchObject({
      status: 'DELIVERED',
      error: null,
      errorCode: null,
      errorMessage: null,
      failedAt: null,
    });
  });

  it('stores reasons and details with characters that PostgreSQL refuses', async () => {
    const message = await aSent();
    const broken = 'a\0b\ud83d';

    await apply(
      byWamid(message, { status: 'FAILED', error: { ...error, title: broken }, details: { errors: [broken] } }),
    );

    expect(await reload(db, message)).toMatchObject({ status: 'FAILED', errorMessage: 'a\uFFFDb\uFFFD' });
    const [line] = await db.manager.findBy(MessageEvent, { messageId: message.id });
    expect(line?.details).toEqual({ errors: ['a\uFFFDb\uFFFD'] });
  });

  describe('of an attempt that another one followed', () => {
    const aSecondAttempt = () => aClaimed(db, { attempt: 2 });

    it('moves nothing when it tells of a failure', async () => {
      const message = await aSecondAttempt();
      const before = await reload(db, message);

      expect(await apply(aStatus({ status: 'FAILED', error, opaque: refOf(message, 1) }))).toEqual([true]);

      expect(await reload(db, message)).toEqual(before);
      expect(await timelineOf(db, message)).toEqual(['webhook failed']);
    });

    it.each(['SENT', 'DELIVERED', 'READ'] as const)(
      'moves the message when it proves that it was %s',
      async (status) => {
        const message = await aSecondAttempt();

        await apply(aStatus({ status, opaque: refOf(message, 1) }));

        expect((await reload(db, message)).status).toBe(status);
      },
    );

    it('gives the message its wamid only until the last attempt has one', async () => {
      const message = await aSecondAttempt();
      const [first, second, third] = [
        aStatus({ status: 'SENT', opaque: refOf(message, 1) }),
        aStatus({ status: 'SENT', opaque: refOf(message, 2) }),
        aStatus({ status: 'READ', opaque: refOf(message, 1) }),
      ];

      const wamids = [];
      for (const event of [first, second, third]) {
        await apply(event);
        wamids.push((await reload(db, message)).whatsappMessageId);
      }

      expect(wamids).toEqual([first.whatsappMessageId, second.whatsappMessageId, second.whatsappMessageId]);
    });
  });

  describe('of an attempt that failed for certain, after which somebody asked for another', () => {
    const aRetried = (change: Partial<WhatsAppMessage> = {}) =>
      aMessage(db, { attempts: 2, failedAttempts: 2, pendingReason: 'queued', ...change });

    it.each(['SENT', 'FAILED'] as const)('means nothing when it says %s', async (status) => {
      const message = await aRetried();
      const before = await reload(db, message);

      for (const attempt of [1, 2]) {
        const reason = status === 'FAILED' ? error : null;
        expect(await apply(aStatus({ status, error: reason, opaque: refOf(message, attempt) }))).toEqual([true]);
      }

      expect(await reload(db, message)).toEqual(before);
    });

    it.each(['DELIVERED', 'READ'] as const)('counts when it says %s, and spares the next attempt', async (status) => {
      const message = await aRetried();

      await apply(aStatus({ status, opaque: refOf(message, 2) }));

      expect(await reload(db, message)).toMatchObject({ status, pendingReason: null, nextAttemptAt: null });
    });

    it('does not stand in the way of what the next attempt is told', async () => {
      const message = await aRetried({ attempts: 3 });

      await apply(aStatus({ status: 'FAILED', error, opaque: refOf(message, 3) }));

      expect((await reload(db, message)).status).toBe('FAILED');
    });
  });

  describe('as a witness for lost answers', () => {
    const witnesses = () => db.manager.find(WebhookWitness, { order: { phoneNumberId: 'ASC' } });

    it('is remembered for each number by the latest attempt that a status came for', async () => {
      const [older, latest, early] = [inMs(-3_000), inMs(-2_000), inMs(-9_000)];
      const sent = [
        await aSent({ attemptedAt: older }),
        await aSent({ attemptedAt: latest }),
        await aSent({ attemptedAt: early, phoneNumberId: OTHER_NUMBER }),
      ];
      const told = sent.map((message) =>
        aStatus({ opaque: refOf(message), phoneNumberId: message.phoneNumberId, status: 'SENT' }),
      );

      await apply(told[1]!, told[0]!, told[2]!);
      await apply(told[0]!);

      expect(await witnesses()).toEqual([
        { phoneNumberId: PHONE_NUMBER_ID, attemptedAt: latest },
        { phoneNumberId: OTHER_NUMBER, attemptedAt: early },
      ]);
    });

    it('counts for the last attempt only: when an earlier one was made is not known any more', async () => {
      const message = await aClaimed(db, { attempt: 2 });

      await apply(aStatus({ opaque: refOf(message, 1) }));

      expect(await witnesses()).toEqual([]);
    });

    it('does not count without our reference, which alone tells the attempt', async () => {
      await apply(byWamid(await aSent()));

      expect(await witnesses()).toEqual([]);
    });
  });
});

function permutations<T>(items: T[]): T[][] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}
