import 'reflect-metadata';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { Clock, newId } from '#common';

import { aDataSource, createTestDatabase, type TestDatabase } from '../../../../test/support/database.ts';
import { ApiKeyQuota } from './api-key-quota.entity.ts';
import { ApiKeyQuotaRepository } from './api-key-quota.repository.ts';
import { WINDOW_MS } from './quota.ts';
import { RequestQuotas } from './request-quotas.ts';

const LIMIT = 100;
/** A twentieth. */
const PART = 5;

class HandClock extends Clock {
  private time = Date.now();

  now(): Date {
    return new Date(this.time);
  }

  pass(ms: number): void {
    this.time += ms;
  }
}

class CountingRepository extends ApiKeyQuotaRepository {
  draws = 0;

  override draw(apiKeyId: string, amount: number) {
    this.draws += 1;
    return super.draw(apiKeyId, amount);
  }
}

describe(RequestQuotas.name, () => {
  let database: TestDatabase;
  let db: DataSource;
  let repository: CountingRepository;
  let clock: HandClock;
  let key: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    db = await aDataSource(database.url, [ApiKeyQuota]);
  });

  beforeEach(() => {
    repository = new CountingRepository(db);
    clock = new HandClock();
    key = newId();
  });

  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });

  const aReplica = () => new RequestQuotas(repository, clock);
  /** How many of so many requests at once were let through. */
  async function takeMany(quotas: RequestQuotas, count: number, limit = LIMIT): Promise<number> {
    const taken = await Promise.all(Array.from({ length: count }, () => quotas.take(key, limit)));
    return taken.filter(({ granted }) => granted).length;
  }
  async function endWindow(): Promise<void> {
    await db.query(`UPDATE api_key_quotas SET window_ends_at = now() - interval '1 second'`);
    clock.pass(WINDOW_MS);
  }

  it('counts down to the limit, and refuses what is more', async () => {
    const quotas = aReplica();

    const first = await quotas.take(key, LIMIT);
    const others = await takeMany(quotas, LIMIT);
    const last = await quotas.take(key, LIMIT);

    expect(first).toEqual({
      policy: 'key',
      limit: LIMIT,
      remaining: LIMIT - 1,
      resetMs: expect.any(Number),
      granted: true,
    });
    expect(first.resetMs).toBeLessThanOrEqual(WINDOW_MS);
    expect([others, last.granted, last.remaining]).toEqual([LIMIT - 1, false, 0]);
  });

  it('asks the database once for each twentieth of the limit, and no more once it is reached', async () => {
    const quotas = aReplica();

    await takeMany(quotas, PART);
    const draws = [repository.draws];
    await takeMany(quotas, 3 * LIMIT);
    draws.push(repository.draws);

    expect(draws).toEqual([1, LIMIT / PART]);
  });

  it('lets replicas together through as often as one, but for what lies idle in one of them', async () => {
    const [one, other] = [aReplica(), aReplica()];

    const idle = await takeMany(one, 1);
    const busy = await takeMany(other, 2 * LIMIT);
    const rest = await takeMany(one, 2 * LIMIT);

    expect([idle, busy, rest]).toEqual([1, LIMIT - PART, PART - 1]);
  });

  it('begins anew when the window is over', async () => {
    const quotas = aReplica();
    const before = await takeMany(quotas, 2 * LIMIT);

    await endWindow();

    expect([before, await takeMany(quotas, 2 * LIMIT)]).toEqual([LIMIT, LIMIT]);
  });

  it('counts by a limit that was changed at once, and what was drawn before against it', async () => {
    const quotas = aReplica();
    await takeMany(quotas, 2 * LIMIT);

    expect(await takeMany(quotas, 3 * LIMIT, 2 * LIMIT)).toBe(LIMIT);
    expect(await takeMany(quotas, LIMIT, LIMIT / 2)).toBe(0);
  });

  it('keeps keys apart', async () => {
    const quotas = aReplica();
    await takeMany(quotas, LIMIT);

    expect(await quotas.take(newId(), LIMIT)).toMatchObject({ granted: true, remaining: LIMIT - 1 });
  });

  it('takes a limit of one', async () => {
    expect(await takeMany(aReplica(), 3, 1)).toBe(1);
  });

  it('does not make a window longer when the clock is set back', async () => {
    const quotas = aReplica();
    await takeMany(quotas, LIMIT);
    clock.pass(-3_600_000);

    expect((await quotas.take(key, LIMIT)).resetMs).toBeLessThanOrEqual(WINDOW_MS);
  });

  it('answers a fault of the database as such, and draws again with the next request', async () => {
    const quotas = aReplica();
    const draw = repository.draw.bind(repository);
    repository.draw = () => Promise.reject(new Error('The database is away'));
    await expect(quotas.take(key, LIMIT)).rejects.toThrow('away');
    repository.draw = draw;

    expect(await quotas.take(key, LIMIT)).toMatchObject({ granted: true });
  });
});
