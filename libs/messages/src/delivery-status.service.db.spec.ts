import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId } from '#common';

import { aMessageStore, type MessageStore, timelineOf } from '../../../test/factories/message-store.ts';
import { aMessage, anAttempt, aWamid, inMs, PHONE_NUMBER_ID, reload } from '../../../test/factories/messages.ts';
import { DeliveryStatusService, type StatusEvent } from './delivery-status.service.ts';
import { MessageEvent } from './entities/message-event.entity.ts';
import type { MessageError } from './entities/whatsapp-message.entity.ts';

const error: MessageError = {
  code: '131026',
  title: 'Undeliverable',
  details: null,
  class: 'USER',
  retryable: false,
  action: 'Check the number.',
};

describe(DeliveryStatusService.name, () => {
  const statuses = new DeliveryStatusService();
  let store: MessageStore;
  let db: DataSource;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  const apply = (event: StatusEvent): Promise<boolean> => db.transaction((tx) => statuses.apply(tx, event));
  const aStatus = (change: Partial<StatusEvent>): StatusEvent => ({
    status: 'DELIVERED',
    whatsappMessageId: aWamid(),
    phoneNumberId: PHONE_NUMBER_ID,
    attemptId: null,
    occurredAt: inMs(0),
    error: null,
    details: { pricing: { category: 'utility' } },
    ...change,
  });

  it('finds the message by its attempt, settles it and learns its wamid', async () => {
    const message = await aMessage(db, { pendingReason: 'unconfirmed', nextAttemptAt: null });
    const attemptId = await anAttempt(db, message);
    const event = aStatus({ status: 'SENT', attemptId });

    expect(await apply(event)).toBe(true);

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

  it('takes a message that is on the wire, or about to be sent again, out of the outbox', async () => {
    const message = await aMessage(db, {
      pendingReason: 'sending',
      leaseToken: newId(),
      leaseExpiresAt: inMs(60_000),
    });
    const attemptId = await anAttempt(db, message);

    await apply(aStatus({ status: 'SENT', attemptId }));

    expect(await reload(db, message)).toMatchObject({ nextAttemptAt: null, leaseToken: null, leaseExpiresAt: null });
  });

  it.each([
    ['without an opaque id', null],
    ['with the words of another tool in the opaque field', 'campaign-7'],
    ['with a UUID in the opaque field that is not ours', newId()],
  ])('finds the message by its wamid %s', async (_, attemptId) => {
    const message = await aMessage(db, { status: 'SENT', whatsappMessageId: aWamid() });

    const known = await apply(aStatus({ attemptId, whatsappMessageId: message.whatsappMessageId as string }));

    expect(known).toBe(true);
    expect((await reload(db, message)).status).toBe('DELIVERED');
  });

  it('does not know a message of another number, even by the right ids', async () => {
    const message = await aMessage(db, { status: 'SENT', whatsappMessageId: aWamid() });
    const attemptId = await anAttempt(db, message);
    const before = await reload(db, message);

    const known = await apply(
      aStatus({ attemptId, whatsappMessageId: message.whatsappMessageId as string, phoneNumberId: '999999999999999' }),
    );

    expect(known).toBe(false);
    expect(await reload(db, message)).toEqual(before);
    expect(await timelineOf(db, message)).toEqual([]);
  });

  it('does not take an inbound message for one we sent', async () => {
    const inbound = await aMessage(db, { direction: 'inbound', status: 'RECEIVED', whatsappMessageId: aWamid() });

    expect(await apply(aStatus({ whatsappMessageId: inbound.whatsappMessageId as string }))).toBe(false);
    expect((await reload(db, inbound)).status).toBe('RECEIVED');
  });

  it('writes a repeated status once and leaves the row as it is', async () => {
    const message = await aMessage(db, { status: 'SENT', whatsappMessageId: aWamid() });
    const event = aStatus({ status: 'FAILED', error, whatsappMessageId: message.whatsappMessageId as string });
    await apply(event);
    const before = await reload(db, message);

    await apply(event);

    expect(await reload(db, message)).toEqual(before);
    expect(await timelineOf(db, message)).toEqual(['webhook failed']);
  });

  it('keeps every status on the timeline, also one that moves nothing', async () => {
    const message = await aMessage(db, { status: 'READ', whatsappMessageId: aWamid(), readAt: inMs(0) });

    await apply(aStatus({ status: 'DELIVERED', whatsappMessageId: message.whatsappMessageId as string }));

    expect(await reload(db, message)).toMatchObject({ status: 'READ', deliveredAt: expect.any(Date) });
    expect(await timelineOf(db, message)).toEqual(['webhook delivered']);
  });

  it('shows why a message failed, and forgets it once the message is known to have arrived', async () => {
    const message = await aMessage(db, { status: 'SENT', whatsappMessageId: aWamid() });
    const event = aStatus({ whatsappMessageId: message.whatsappMessageId as string });

    await apply({ ...event, status: 'FAILED', error });
    const failed = await reload(db, message);
    await apply({ ...event, status: 'DELIVERED' });

    expect(failed).toMatchObject({ status: 'FAILED', error, errorCode: '131026', errorMessage: 'Undeliverable' });
    expect(await reload(db, message)).toMatchObject({
      status: 'DELIVERED',
      error: null,
      errorCode: null,
      errorMessage: null,
      failedAt: null,
    });
  });

  it('stores a reason with characters that PostgreSQL refuses', async () => {
    const message = await aMessage(db, { status: 'SENT', whatsappMessageId: aWamid() });
    const broken = { ...error, title: 'a\0b\ud83d' };

    await apply(aStatus({ status: 'FAILED', error: broken, whatsappMessageId: message.whatsappMessageId as string }));

    expect(await reload(db, message)).toMatchObject({ status: 'FAILED', errorMessage: 'a\uFFFDb\uFFFD' });
  });

  describe('of an attempt that another one followed', () => {
    async function aSecondAttempt() {
      const message = await aMessage(db, {
        pendingReason: 'sending',
        leaseToken: newId(),
        leaseExpiresAt: inMs(60_000),
      });
      const old = await anAttempt(db, message, { attemptNumber: 1, outcome: 'unknown' });
      const current = await anAttempt(db, message, { attemptNumber: 2 });
      return { message, old, current };
    }

    it('moves nothing when it tells of a failure', async () => {
      const { message, old } = await aSecondAttempt();
      const before = await reload(db, message);

      expect(await apply(aStatus({ status: 'FAILED', error, attemptId: old }))).toBe(true);

      expect(await reload(db, message)).toEqual(before);
      expect(await timelineOf(db, message)).toEqual(['webhook failed']);
    });

    it('moves the message when it proves a delivery', async () => {
      const { message, old } = await aSecondAttempt();

      await apply(aStatus({ status: 'DELIVERED', attemptId: old }));

      expect((await reload(db, message)).status).toBe('DELIVERED');
    });

    it('gives the message its wamid only until the current attempt has one', async () => {
      const { message, old, current } = await aSecondAttempt();
      const [first, second, third] = [
        aStatus({ status: 'SENT', attemptId: old }),
        aStatus({ status: 'SENT', attemptId: current }),
        aStatus({ status: 'READ', attemptId: old }),
      ];

      const wamids = [];
      for (const event of [first, second, third]) {
        await apply(event);
        wamids.push((await reload(db, message)).whatsappMessageId);
      }

      expect(wamids).toEqual([first.whatsappMessageId, second.whatsappMessageId, second.whatsappMessageId]);
    });
  });
});
