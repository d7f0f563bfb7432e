import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ArrayContains, type DataSource } from 'typeorm';

import { newId } from '#common';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { aMessage, aWamid } from '../../../test/factories/messages.ts';
import { SetAsideItem } from './entities/set-aside-item.entity.ts';
import { QueuedDeliveries, WebhookDelivery } from './entities/webhook-delivery.entity.ts';
import { WhatsAppMessage } from './entities/whatsapp-message.entity.ts';
import { WebhookArchiveRepository } from './webhook-archive.repository.ts';
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

  const queued = (deliveryId: string): Promise<QueuedDeliveries | null> =>
    db.manager.findOneBy(QueuedDeliveries, { deliveryIds: ArrayContains([deliveryId]) });
  const refuse = (): Promise<void> => Promise.reject(new Error('a fault'));
  const take = (text: string): Promise<string> => deliveries.store({ body: Buffer.from(text), appId: null });
  /** Rounds of this process, each with what it was handed. */
  function anApplication() {
    const rounds: string[][] = [];
    const apply = (_: unknown, handed: { body: Buffer }[]): Promise<void> =>
      Promise.resolve(void rounds.push(handed.map(({ body }) => body.toString())));
    return { rounds, apply };
  }

  describe('taking', () => {
    it('keeps the bytes as they came, whatever they are', async () => {
      const body = Buffer.from([0x00, 0xff, 0x7b, 0xed, 0xa0, 0x80]);

      const id = await deliveries.store({ body, appId: null });

      expect((await db.manager.findOneByOrFail(WebhookDelivery, { id })).body).toEqual(body);
      expect(await queued(id)).toMatchObject({ attempts: 0, lastError: null });
    });

    it('commits together what arrives at the same time, each under its own id', async () => {
      const texts = Array.from({ length: 50 }, (_, index) => String(index));

      const ids = await Promise.all(texts.map(take));

      const bodies = await Promise.all(ids.map((id) => db.manager.findOneByOrFail(WebhookDelivery, { id })));
      expect(bodies.map(({ body }) => body.toString())).toEqual(texts);
      const [transactions] = await db.query<{ count: number }[]>(
        'SELECT count(DISTINCT xmin::text)::int AS count FROM webhook_deliveries',
      );
      expect(transactions).toEqual({ count: 1 });
    });
  });

  describe('applying', () => {
    it('hands out what is due, the oldest first, and each delivery once', async () => {
      for (const text of ['1', '2', '3']) await take(text);
      const { rounds, apply } = anApplication();

      const answers = [await deliveries.applyNext(apply), await deliveries.applyNext(apply)];

      expect(answers).toEqual([true, false]);
      expect(rounds).toEqual([['1', '2', '3']]);
      expect([await db.manager.count(QueuedDeliveries), await db.manager.count(WebhookDelivery)]).toEqual([0, 3]);
    });

    it('takes no more bytes into a round than it can hold, and one that is larger alone', async () => {
      const megabytes = (count: number): Promise<string> => take('x'.repeat(count * 1024 * 1024));
      for (const count of [1, 0.5, 0.75, 3, 0]) await megabytes(count);
      const { rounds, apply } = anApplication();

      while (await deliveries.applyNext(apply));

      expect(rounds.map((round) => round.map(({ length }) => length / 1024 / 1024))).toEqual([
        [1, 0.5],
        [0.75],
        [3],
        [0],
      ]);
    });

    it('takes no more of them when they are replayed', async () => {
      const ids = await Promise.all([1, 2, 3].map(() => take('x'.repeat(1024 * 1024))));
      const { rounds, apply } = anApplication();
      while (await deliveries.applyNext(apply));

      await new WebhookArchiveRepository(db).replay(ids);
      while (await deliveries.applyNext(apply));

      expect(rounds.map(({ length }) => length)).toEqual([2, 1, 2, 1]);
    });

    it('lists a delivery once that is replayed while it waits with others, and is done with it', async () => {
      const ids = await Promise.all(['1', '2', '3'].map(take));
      const archive = new WebhookArchiveRepository(db);

      await archive.replay([ids[1]!]);

      const listed = await archive.list({ state: 'waiting' }, 10);
      expect(listed.map(({ id }) => id)).toEqual([...ids].reverse());
      while (await deliveries.applyNext(anApplication().apply));
      expect(await db.manager.count(QueuedDeliveries)).toBe(0);
    });

    it('is done with a delivery that was erased while it was queued again', async () => {
      const ids = [await take('1'), await take('2')];
      const { rounds, apply } = anApplication();
      while (await deliveries.applyNext(apply));
      await new WebhookArchiveRepository(db).replay(ids);
      await db.manager.delete(WebhookDelivery, { id: ids[0] });

      while (await deliveries.applyNext(apply));

      expect(rounds.slice(1)).toEqual([['2']]);
      expect(await db.manager.count(QueuedDeliveries)).toBe(0);
    });

    it('takes back what a failed application changed, and leaves its deliveries due', async () => {
      const ids = [await take('1'), await take('2')];
      const message = await aMessage(db, { status: 'SENT' });

      const attempt = deliveries.applyNext(async (tx) => {
        await tx.update(WhatsAppMessage, message.id, { status: 'READ' });
        return refuse();
      });

      await expect(attempt).rejects.toThrow('a fault');
      expect(await db.manager.findOneBy(WhatsAppMessage, { id: message.id })).toMatchObject({ status: 'SENT' });
      for (const id of ids) expect(await queued(id)).toMatchObject({ attempts: 1, lastError: 'a fault' });
    });

    it('applies those of a failed round one by one, and those that came later together', async () => {
      for (const text of ['1', '2']) await take(text);
      await expect(deliveries.applyNext(refuse)).rejects.toThrow('a fault');
      for (const text of ['3', '4']) await take(text);
      const { rounds, apply } = anApplication();

      while ((await deliveries.applyNext(apply)) || (await deliveries.applyFailed(apply)));

      expect(rounds).toEqual([['3', '4'], ['1'], ['2']]);
    });

    it('applies one by one what was stored together and failed, also where another process failed with it', async () => {
      await Promise.all(['1', '2', '3'].map(take));
      await expect(new WebhookDeliveryRepository(db).applyNext(refuse)).rejects.toThrow('a fault');
      const { rounds, apply } = anApplication();

      while (await deliveries.applyFailed(apply));

      expect(rounds).toEqual([['1'], ['2'], ['3']]);
      expect(await db.manager.count(QueuedDeliveries)).toBe(0);
    });

    it('applies no more than a thousand at once', async () => {
      await Promise.all(Array.from({ length: 1_001 }, (_, index) => take(String(index))));
      const { rounds, apply } = anApplication();

      while (await deliveries.applyNext(apply));

      expect(rounds.flat()).toEqual(Array.from({ length: 1_001 }, (_, index) => String(index)));
      expect(rounds.every(({ length }) => length <= 1_000)).toBe(true);
      expect(rounds).toHaveLength(2);
    });

    it('tries again later what failed alone, and the others go on', async () => {
      const bad = await take('bad');
      await take('good');
      const { rounds, apply } = anApplication();
      const choosy = (_: unknown, handed: { body: Buffer }[]): Promise<void> =>
        handed.some(({ body }) => body.toString() === 'bad') ? refuse() : apply(_, handed);

      await expect(deliveries.applyNext(choosy)).rejects.toThrow('a fault');
      await expect(deliveries.applyFailed(choosy)).rejects.toThrow('a fault');
      await deliveries.applyFailed(choosy);

      expect(rounds).toEqual([['good']]);
      const { attempts, nextAttemptAt } = (await queued(bad))!;
      expect(attempts).toBe(2);
      expect(nextAttemptAt.getTime()).toBeGreaterThan(Date.now());
      expect(await deliveries.applyFailed(refuse)).toBe(false);
    });

    it('fetches the body of what another process took, or an earlier one', async () => {
      await take('1');
      const { rounds, apply } = anApplication();

      await new WebhookDeliveryRepository(db).applyNext(apply);

      expect(rounds).toEqual([['1']]);
    });

    it('goes on postponing a delivery that failed a thousand times, instead of standing still before it', async () => {
      const deliveryId = await take('1');
      await db.manager.update(QueuedDeliveries, deliveryId, { attempts: 2_000 });

      await expect(deliveries.applyFailed(refuse)).rejects.toThrow('a fault');

      const { attempts, nextAttemptAt } = (await queued(deliveryId))!;
      expect(attempts).toBe(2_001);
      expect(nextAttemptAt.getTime()).toBeLessThanOrEqual(Date.now() + 300_000);
    });

    it('passes over deliveries that another process is applying', async () => {
      await take('1');
      const { rounds, apply } = anApplication();
      let idle: boolean | undefined;

      await deliveries.applyNext(async (_, handed) => {
        await apply(_, handed);
        await take('2');
        await deliveries.applyNext(apply);
        idle = await deliveries.applyNext(apply);
      });

      expect(rounds).toEqual([['1'], ['2']]);
      expect(idle).toBe(false);
    });
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
    const setAside = (...items: SetAside[]) => db.transaction((tx) => deliveries.setAside(tx, items));
    const joinable = async () => (await deliveries.takeJoinable(db.manager, 10)).map(({ item }) => item);

    it('are kept once for each place in a delivery', async () => {
      const item = aSetAside();

      await setAside(item, { ...item, itemIndex: 1 });
      await setAside(item);

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

      await deliveries.resolve(db.manager, [item!.id]);

      expect(await joinable()).toEqual([]);
      expect(await db.manager.findOneBy(SetAsideItem, { id: item!.id })).toMatchObject({
        resolvedAt: expect.any(Date),
      });
    });

    describe('that nobody stored the wamid of', () => {
      const settle = () => deliveries.settleSentElsewhere(60_000, 10);
      const waited = (ms: number) =>
        db.query(`UPDATE webhook_set_aside_items SET created_at = now() - $1 * interval '1 millisecond'`, [ms]);
      const stored = ({ deliveryId }: SetAside) => db.manager.findOneByOrFail(SetAsideItem, { deliveryId });

      it('are of messages sent elsewhere, once they waited long enough', async () => {
        const item = aSetAside();
        await setAside(item);
        await waited(50_000);
        const early = await settle();
        await waited(61_000);

        expect([early, await settle(), await settle()]).toEqual([0, 1, 0]);
        expect(await stored(item)).toMatchObject({ reason: 'sent-elsewhere', resolvedAt: expect.any(Date) });
      });

      it('are left to be joined when their wamid came at last', async () => {
        const item = aSetAside({ item: '"late"' });
        await setAside(item);
        await waited(61_000);
        await aMessage(db, { status: 'SENT', whatsappMessageId: item.whatsappMessageId });

        expect(await settle()).toBe(0);
        expect(await joinable()).toEqual(['"late"']);
      });

      it('remain a fault when they name a message of ours', async () => {
        const item = aSetAside({ reason: 'unknown-reference' });
        await setAside(item);
        await waited(61_000);

        expect(await settle()).toBe(0);
        expect(await stored(item)).toMatchObject({ reason: 'unknown-reference', resolvedAt: null });
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
