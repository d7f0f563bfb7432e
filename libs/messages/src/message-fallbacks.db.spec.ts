import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { aMessageStore, type MessageStore, timelineOf } from '../../../test/factories/message-store.ts';
import { aMessage, aWamid, reload } from '../../../test/factories/messages.ts';
import { MessageFallback } from './entities/message-fallback.entity.ts';
import type { WhatsAppMessage } from './entities/whatsapp-message.entity.ts';
import { storeFallbacks, useFallbacks } from './message-fallbacks.ts';
import { OutboxCareRepository } from './outbox.care.repository.ts';

const FALLBACK = {
  templateName: 'follow_up',
  templateLanguage: 'es',
  templateParameters: ['Ana'],
  content: { type: 'template', template: { name: 'follow_up', language: { code: 'es' } } },
};

describe('fallbacks', () => {
  let store: MessageStore;
  let db: DataSource;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  const outOfWindow: Partial<WhatsAppMessage> = {
    status: 'FAILED',
    errorCode: '131047',
    attempts: 1,
    whatsappMessageId: aWamid(),
  };
  async function aFailed(change: Partial<WhatsAppMessage> = {}): Promise<WhatsAppMessage> {
    const message = await aMessage(db, { ...outOfWindow, whatsappMessageId: aWamid(), ...change });
    await storeFallbacks(db.manager, [{ messageId: message.id, ...FALLBACK }]);
    return message;
  }
  const use = (...messages: WhatsAppMessage[]) =>
    db.transaction((tx) =>
      useFallbacks(
        tx,
        messages.map(({ id }) => id),
      ),
    );

  it('let a message whose window is closed go on as its template, once', async () => {
    const message = await aFailed();

    expect([await use(message), await use(message)]).toEqual([1, 0]);

    expect(await reload(db, message)).toMatchObject({
      ...FALLBACK,
      status: 'PENDING',
      pendingReason: 'queued',
      messageType: 'TEMPLATE',
      attempts: 1,
      failedAttempts: 1,
      failedAt: null,
      nextAttemptAt: expect.any(Date),
    });
    expect(await timelineOf(db, message)).toEqual(['dispatcher fallback']);
    expect(await db.manager.count(MessageFallback)).toBe(0);
  });

  it.each<[string, Partial<WhatsAppMessage>]>([
    ['failed for another reason', { errorCode: '131026' }],
    ['arrived after all', { status: 'DELIVERED' }],
    ['was cancelled', { status: 'CANCELLED' }],
  ])('leave a message as it is that %s', async (_, change) => {
    const message = await aFailed(change);

    expect(await use(message)).toBe(0);
    expect((await reload(db, message)).status).toBe(change.status ?? 'FAILED');
  });

  it('leave a message alone that has none', async () => {
    const message = await aMessage(db, outOfWindow);

    expect(await use(message)).toBe(0);
  });

  it('are forgotten after a month', async () => {
    const [old, young] = [await aFailed(), await aFailed()];
    await db.manager.update(MessageFallback, old.id, { createdAt: new Date(Date.now() - 31 * 86_400_000) });

    await new OutboxCareRepository(db).removeOldFallbacks();

    expect((await db.manager.find(MessageFallback)).map(({ messageId }) => messageId)).toEqual([young.id]);
  });
});
