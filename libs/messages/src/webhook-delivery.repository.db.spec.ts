import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId } from '#common';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { aMessage, aWamid } from '../../../test/factories/messages.ts';
import { SetAsideItem } from './entities/set-aside-item.entity.ts';
import { WebhookDelivery } from './entities/webhook-delivery.entity.ts';
import { WhatsAppMessage } from './entities/whatsapp-message.entity.ts';
import { type SetAside, WebhookDeliveryRepository } from './webhook-delivery.repository.ts';

describe(WebhookDeliveryRepository.name, () => {
  let store: MessageStore;
  let db: DataSource;
  let deliveries: WebhookDeliveryRepository;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
    deliveries = new WebhookDeliveryRepository(db);
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  const find = (id: string): Promise<WebhookDelivery> => db.manager.findOneByOrFail(WebhookDelivery, { id });
  const refuse = (): Promise<void> => Promise.reject(new Error('a fault'));

  it('keeps the bytes as they came, whatever they are', async () => {
    const body = Buffer.from([0x00, 0xff, 0x7b, 0xed, 0xa0, 0x80]);

    const { body: stored } = await find(await deliveries.store(body));

    expect(stored).toEqual(body);
  });

  it('hands each delivery out once, the oldest first', async () => {
    const ids = [await deliveries.store(Buffer.from('1')), await deliveries.store(Buffer.from('2'))];
    const applied: string[] = [];
    const apply = (_: unknown, { id }: WebhookDelivery): Promise<void> => Promise.resolve(void applied.push(id));

    const answers = [await deliveries.applyNext(apply), await deliveries.applyNext(apply)];
    const idle = await deliveries.applyNext(apply);

    expect([...answers, idle]).toEqual([true, true, false]);
    expect(applied).toEqual(ids);
    expect(await find(ids[0]!)).toMatchObject({ appliedAt: expect.any(Date), attempts: 1 });
  });

  it('takes back what a failed application changed, and tries it again later, others first', async () => {
    const failing = await deliveries.store(Buffer.from('1'));
    const message = await aMessage(db, { status: 'SENT' });

    const attempt = deliveries.applyNext(async (tx) => {
      await tx.update(WhatsAppMessage, message.id, { status: 'READ' });
      return refuse();
    });

    await expect(attempt).rejects.toThrow('a fault');
    expect(await db.manager.findOneBy(WhatsAppMessage, { id: message.id })).toMatchObject({ status: 'SENT' });
    const postponed = await find(failing);
    expect(postponed).toMatchObject({ appliedAt: null, attempts: 1, lastError: 'a fault' });
    expect(postponed.nextAttemptAt.getTime()).toBeGreaterThan(Date.now());
    expect(await deliveries.applyNext(refuse)).toBe(false);
  });

  it('goes on postponing a delivery that failed a thousand times, instead of standing still before it', async () => {
    const id = await deliveries.store(Buffer.from('1'));
    await db.manager.update(WebhookDelivery, id, { attempts: 2_000 });

    await expect(deliveries.applyNext(refuse)).rejects.toThrow('a fault');

    const { attempts, nextAttemptAt } = await find(id);
    expect(attempts).toBe(2_001);
    expect(nextAttemptAt.getTime()).toBeLessThanOrEqual(Date.now() + 300_000);
  });

  it('passes over a delivery that another process is applying', async () => {
    const [first, second] = [await deliveries.store(Buffer.from('1')), await deliveries.store(Buffer.from('2'))];
    const applied: string[] = [];
    let idle: boolean | undefined;

    await deliveries.applyNext(async (_, one) => {
      applied.push(one.id);
      await deliveries.applyNext((__, other) => Promise.resolve(void applied.push(other.id)));
      idle = await deliveries.applyNext(() => Promise.resolve(void applied.push('nothing is left')));
    });

    expect(applied).toEqual([first, second]);
    expect(idle).toBe(false);
  });

  describe('items set aside', () => {
    const aSetAside = (change: Partial<SetAside> = {}): SetAside => ({
      deliveryId: newId(),
      itemIndex: 0,
      reason: 'unknown-message',
      detail: 'no message',
      whatsappMessageId: aWamid(),
      item: '{}',
      ...change,
    });
    const setAside = (item: SetAside) => deliveries.setAside(db.manager, item);
    const joinable = async () => (await deliveries.takeJoinable(db.manager, 10)).map(({ item }) => item);

    it('are kept once for each place in a delivery', async () => {
      const item = aSetAside();

      for (const each of [item, item, { ...item, itemIndex: 1 }]) await setAside(each);

      expect(await db.manager.countBy(SetAsideItem, { deliveryId: item.deliveryId })).toBe(2);
    });

    it('are joined once their wamid is stored', async () => {
      const whatsappMessageId = aWamid();
      await setAside(aSetAside({ whatsappMessageId, item: '"joined"' }));
      await setAside(aSetAside({ item: '"still unknown"' }));
      const before = await joinable();

      await aMessage(db, { status: 'SENT', whatsappMessageId });

      expect(before).toEqual([]);
      expect(await joinable()).toEqual(['"joined"']);
    });

    it('are not joined twice, nor when they were set aside for another reason', async () => {
      const { whatsappMessageId } = await aMessage(db, { status: 'SENT', whatsappMessageId: aWamid() });
      await setAside(aSetAside({ whatsappMessageId, reason: 'not-applicable' }));
      await setAside(aSetAside({ whatsappMessageId }));
      const [item] = await deliveries.takeJoinable(db.manager, 10);

      await deliveries.resolve(db.manager, item!.id);

      expect(await joinable()).toEqual([]);
      expect(await db.manager.findOneBy(SetAsideItem, { id: item!.id })).toMatchObject({
        resolvedAt: expect.any(Date),
      });
    });

    it('are joined by one process at a time', async () => {
      const { whatsappMessageId } = await aMessage(db, { status: 'SENT', whatsappMessageId: aWamid() });
      await setAside(aSetAside({ whatsappMessageId }));

      const [taken, meanwhile] = await db.transaction(async (tx) => [
        await deliveries.takeJoinable(tx, 10),
        await deliveries.takeJoinable(db.manager, 10),
      ]);

      expect([taken?.length, meanwhile?.length]).toEqual([1, 0]);
    });
  });
});
