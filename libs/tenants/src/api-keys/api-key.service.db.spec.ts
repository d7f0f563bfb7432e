import 'reflect-metadata';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { Clock } from '#common';

import { aDataSource, createTestDatabase, type TestDatabase } from '../../../../test/support/database.ts';
import { ApiKey, SCOPES } from './api-key.entity.ts';
import { ApiKeyRepository, type NewApiKey } from './api-key.repository.ts';
import { ApiKeyService } from './api-key.service.ts';
import { PlatformKey } from './platform-key.ts';

const TENANT = '0192f0c1-2b3c-7d4e-8f50-6172839405a6';
const START = new Date('2026-11-21T09:00:00.000Z');

class HandClock extends Clock {
  private time = START.getTime();

  now(): Date {
    return new Date(this.time);
  }

  pass(ms: number): void {
    this.time += ms;
  }
}

let database: TestDatabase;
let dataSource: DataSource;
let keys: ApiKeyRepository;
let clock: HandClock;
let service: ApiKeyService;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await aDataSource(database.url, [ApiKey]);
  keys = new ApiKeyRepository(dataSource);
});
beforeEach(() => {
  clock = new HandClock();
  service = new ApiKeyService(keys, clock, new PlatformKey('the-platform-key'));
});
afterAll(async () => {
  await dataSource?.destroy();
  await database?.drop();
});

const aKey = (given: Partial<NewApiKey> = {}) =>
  keys.create({ name: 'procurement', tenantId: TENANT, scopes: ['messages:send'], expiresAt: null, ...given });
const reload = (id: string) => dataSource.manager.findOneByOrFail(ApiKey, { id });

describe(ApiKeyService.name, () => {
  it('knows the tenant and the scopes of a key', async () => {
    const { id, key } = await aKey({ scopes: ['messages:send', 'statistics:read'] });

    expect(await service.identify(key)).toEqual({
      tenantId: TENANT,
      scopes: ['messages:send', 'statistics:read'],
      actor: { kind: 'api-key', id, name: 'procurement' },
    });
  });

  it('knows a platform key that was made later by its lack of a tenant', async () => {
    const { key } = await aKey({ tenantId: null, scopes: ['admin'] });

    expect(await service.identify(key)).toMatchObject({ tenantId: null, scopes: ['admin'] });
  });

  it('gives the key of the environment every scope over every tenant', async () => {
    expect(await service.identify('the-platform-key')).toEqual({
      tenantId: null,
      scopes: SCOPES,
      actor: { kind: 'environment', id: null, name: 'ADMIN_API_KEY' },
    });
  });

  it.each(['', 'pal_', 'the-platform-keys', "' OR true --", 'x\0y'])('does not know the key %p', async (key) => {
    await aKey();

    expect(await service.identify(key)).toBeUndefined();
  });

  it('does not take what is stored of a key for the key', async () => {
    const { id } = await aKey();
    const { keyHash, prefix } = await reload(id);

    expect([await service.identify(keyHash), await service.identify(prefix)]).toEqual([undefined, undefined]);
  });

  it('does not know a revoked key any more', async () => {
    const { id, key } = await aKey();
    await keys.revoke(id);

    expect(await service.identify(key)).toBeUndefined();
  });

  it('knows a key until the moment it expires', async () => {
    const { key } = await aKey({ expiresAt: new Date(START.getTime() + 1_000) });

    clock.pass(999);
    const before = await service.identify(key);
    clock.pass(1);
    const then = await service.identify(key);

    expect([before?.tenantId, then]).toEqual([TENANT, undefined]);
  });

  describe('asked for what it remembers', () => {
    it('says the same of a key that it was asked for, as long as nothing has to be written of its use', async () => {
      const { key } = await aKey();
      const before = service.recall(key);
      const asked = await service.identify(key);
      const then = service.recall(key);
      clock.pass(60_000);

      expect([before, then, service.recall(key)]).toEqual([undefined, asked, undefined]);
    });

    it('knows the key of the environment always', async () => {
      expect(service.recall('the-platform-key')).toEqual(await service.identify('the-platform-key'));
    });

    it('says nothing of a key that expired, is unknown, or was forgotten', async () => {
      const expiring = await aKey({ expiresAt: new Date(START.getTime() + 1_000) });
      const forgotten = await aKey();
      for (const key of [expiring.key, forgotten.key, 'unknown']) await service.identify(key);
      clock.pass(1_000);

      expect([service.recall(expiring.key), service.recall('unknown')]).toEqual([undefined, undefined]);
      service.forget();
      expect(service.recall(forgotten.key)).toBeUndefined();
    });
  });

  it('notes when a key was used, by the minute', async () => {
    const { id, key } = await aKey();
    const lastUses: (Date | null)[] = [];

    for (const ms of [0, 59_999, 1]) {
      clock.pass(ms);
      await service.identify(key);
      lastUses.push((await reload(id)).lastUsedAt);
    }

    expect(lastUses).toEqual([START, START, new Date(START.getTime() + 60_000)]);
  });

  it('notes no use of a key that is refused', async () => {
    const { id, key } = await aKey({ expiresAt: START });

    await service.identify(key);

    expect((await reload(id)).lastUsedAt).toBeNull();
  });
});

describe(ApiKeyRepository.name, () => {
  it('keeps of a key no more than its beginning and its hash', async () => {
    const { id, key } = await aKey();

    const [row] = await dataSource.query(`SELECT to_jsonb(k)::text AS row FROM api_keys k WHERE id = $1`, [id]);

    expect(key).toMatch(/^pal_[\w-]{43}$/);
    expect(row.row).toContain(key.slice(0, 10));
    expect(row.row).not.toContain(key.slice(0, 11));
  });

  it('lists the newest first', async () => {
    const older = await aKey();
    const newer = await aKey();

    const ids = (await keys.list()).map(({ id }) => id);

    expect(ids.slice(0, 2)).toEqual([newer.id, older.id]);
  });

  it('revokes a key once, and none that does not exist', async () => {
    const { id } = await aKey();

    const revoked = [await keys.revoke(id), await keys.revoke(id), await keys.revoke(TENANT)];

    expect(revoked).toEqual([true, false, false]);
  });
});
