import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource, EntityManager } from 'typeorm';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { PHONE_NUMBER_ID } from '../../../test/factories/messages.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { SenderPace } from './entities/sender-pace.entity.ts';
import { type Permits, SenderPaceRepository } from './sender-pace.repository.ts';

const PER_SECOND = 1_000;
/** At once, at `PER_SECOND`: 96 % of 30 ms. */
const BURST = 28;

describe(SenderPaceRepository.name, () => {
  let store: MessageStore;
  let db: DataSource;
  let paces: SenderPaceRepository;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
    paces = new SenderPaceRepository(db);
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  const look = (perSecond = PER_SECOND): Promise<Permits> =>
    db.transaction((tx) => paces.lock(tx, PHONE_NUMBER_ID, perSecond));
  const available = async (perSecond = PER_SECOND) => (await look(perSecond)).available;
  /** Lets time pass, on the clock that counts. */
  const pass = (ms: number) =>
    db.query(
      `UPDATE sender_paces SET counted_at = counted_at - $1 * interval '1 ms', slowed_at = slowed_at - $1 * interval '1 ms'`,
      [ms],
    );
  /** A number whose bucket is empty, and stays so for the time being. */
  const anEmpty = (change: Partial<SenderPace> = {}) =>
    db.manager.insert(SenderPace, {
      phoneNumberId: PHONE_NUMBER_ID,
      permits: 0,
      countedAt: () => 'clock_timestamp()',
      ...change,
    });
  const pace = () => db.manager.findOneByOrFail(SenderPace, { phoneNumberId: PHONE_NUMBER_ID });

  describe('permits', () => {
    it('are none for a number that was never asked for, which then begins to gather them', async () => {
      expect(await available(1)).toBe(0);
      expect(await db.manager.count(SenderPace)).toBe(1);
    });

    it('gather with time', async () => {
      await anEmpty();
      await db.query(`UPDATE sender_paces SET counted_at = clock_timestamp() - interval '500 ms'`);

      const { counted } = await look(1);

      expect(counted.permits).toBeGreaterThanOrEqual(0.48);
      expect(counted.permits).toBeLessThan(0.96);
    });

    it('gather up to the burst, however long nothing was sent', async () => {
      await anEmpty();
      await pass(3_600_000);

      expect(await available()).toBe(BURST);
    });

    it('gather at least one also for a slow number', async () => {
      await anEmpty();
      await pass(3_600_000);

      expect(await available(1)).toBe(1);
    });

    it('are not spent by who only looks', async () => {
      await anEmpty();
      await pass(3_600_000);

      await look();
      await look();

      expect((await pace()).permits).toBe(0);
      expect(await available()).toBe(BURST);
    });

    it('tell how long it takes until asking is worthwhile', async () => {
      // Half an hour of pause: no permit can gather while the test runs.
      await anEmpty({ countedAt: new Date(Date.now() + 1_800_000) });

      const slow = await look(1);
      const fast = await look(PER_SECOND);

      expect(slow).toMatchObject({ available: 0, waitMs: Math.ceil(1_000 / 0.96), refillMs: Math.ceil(1_000 / 0.96) });
      expect(fast).toMatchObject({ available: 0, waitMs: 15, refillMs: 15 });
    });

    it('are counted by one transaction at a time', async () => {
      await anEmpty();
      await pass(3_600_000);
      const order: string[] = [];
      let second: Promise<void> | undefined;

      await db.transaction(async (tx: EntityManager) => {
        await paces.lock(tx, PHONE_NUMBER_ID, PER_SECOND);
        second = look().then(({ counted }) => {
          // What the first one spent is seen by the second.
          order.push('second', counted.permits < BURST ? 'sees the first' : 'does not see the first');
        });
        await eventually(async () => {
          const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
          expect(await db.query(waiting)).toHaveLength(1);
        });
        await tx.update(SenderPace, PHONE_NUMBER_ID, { permits: 0, countedAt: inAnHour() });
        order.push('first');
      });
      await second;

      expect(order).toEqual(['first', 'second', 'sees the first']);
    });
  });

  describe('after a refusal for being too fast', () => {
    beforeEach(async () => {
      await anEmpty({ permits: BURST });
      await pass(3_600_000);
    });

    it('nothing is sent for a second', async () => {
      await paces.slowDown(PHONE_NUMBER_ID);

      const { permits, countedAt, slowedAt } = await pace();
      expect(permits).toBe(0);
      expect(Math.abs(countedAt.getTime() - slowedAt.getTime() - 1_000)).toBeLessThanOrEqual(1);
    });

    it('no permits gather before the pause is over', async () => {
      await paces.slowDown(PHONE_NUMBER_ID);

      await db.query(`UPDATE sender_paces SET counted_at = clock_timestamp() + interval '1 hour'`);
      const during = await look();
      await pass(3_602_000);

      expect(during.counted.permits).toBe(0);
      expect(await available()).toBeGreaterThan(0);
    });

    it('the number goes on with nine tenths of its pace, and less after each further one', async () => {
      const shares = [];
      for (let each = 0; each < 3; each++) {
        await paces.slowDown(PHONE_NUMBER_ID);
        shares.push((await pace()).slowdown);
        await pass(1_100);
      }

      // Between them, a little of the pace came back.
      expect(shares[0]).toBeCloseTo(0.9, 5);
      expect(shares[1]).toBeGreaterThan(0.81);
      expect(shares[1]).toBeLessThan(0.86);
      expect(shares[2]).toBeLessThan(shares[1]!);
    });

    it('the pace is a smaller one, also for what can be sent at once', async () => {
      await paces.slowDown(PHONE_NUMBER_ID);
      await db.query(`UPDATE sender_paces SET counted_at = clock_timestamp() - interval '1 hour'`);

      const permits = await available();
      expect(permits).toBeGreaterThanOrEqual(Math.floor(BURST * 0.9));
      expect(permits).toBeLessThan(BURST);
    });

    it('refusals that come together are one', async () => {
      await paces.slowDown(PHONE_NUMBER_ID);
      await pass(-60_000);
      const { countedAt } = await pace();

      await Promise.all([1, 2, 3].map(() => paces.slowDown(PHONE_NUMBER_ID)));

      expect((await pace()).slowdown).toBeCloseTo(0.9, 5);
      expect((await pace()).countedAt).toEqual(countedAt);
    });

    it('it never comes to a standstill', async () => {
      await db.query('UPDATE sender_paces SET slowdown = 0.1, slowed_at = clock_timestamp()');
      for (let each = 0; each < 3; each++) {
        await paces.slowDown(PHONE_NUMBER_ID);
        await pass(1_100);
      }

      expect((await pace()).slowdown).toBeGreaterThanOrEqual(0.1);
    });

    it('the pace comes back by itself, and no further than it was', async () => {
      await paces.slowDown(PHONE_NUMBER_ID);
      await pass(2_000);
      const halfway = await available();
      await pass(3_600_000);

      expect(halfway).toBeGreaterThanOrEqual(Math.floor(BURST * 0.9));
      expect(halfway).toBeLessThan(BURST);
      expect(await available()).toBe(BURST);
    });

    it('other numbers keep their pace', async () => {
      await db.manager.insert(SenderPace, { phoneNumberId: '2' });

      await paces.slowDown('2');

      expect(await available()).toBe(BURST);
    });
  });
});

function inAnHour(): Date {
  return new Date(Date.now() + 3_600_000);
}
