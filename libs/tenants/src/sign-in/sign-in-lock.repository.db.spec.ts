import 'reflect-metadata';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId } from '#common';

import { aDataSource, createTestDatabase, type TestDatabase } from '../../../../test/support/database.ts';
import type { Aspect } from './attempts.ts';
import { SignInLock } from './sign-in-lock.entity.ts';
import { SignInLockRepository } from './sign-in-lock.repository.ts';

const DAY_S = 86_400;
const START_MS = Date.parse('2026-11-21T09:00:00.000Z');
const at = (seconds: number) => new Date(START_MS + seconds * 1_000);

let database: TestDatabase;
let dataSource: DataSource;
let locks: SignInLockRepository;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await aDataSource(database.url, [SignInLock]);
  locks = new SignInLockRepository(dataSource);
});
afterAll(async () => {
  await dataSource?.destroy();
  await database?.drop();
});

const anAspect = (of: Aspect['of'] = 'account-from-address'): Aspect => ({ of, value: newId() });
describe(SignInLockRepository.name, () => {
  it('allows five attempts, then none for a second, then for two', async () => {
    const aspect = anAspect();
    for (let each = 0; each < 5; each++) expect(await locks.begin([aspect], at(0))).toBeUndefined();

    const answers = [];
    for (const seconds of [0.999, 1, 2.999, 3]) answers.push(await locks.begin([aspect], at(seconds)));

    expect(answers).toEqual([at(1), undefined, at(3), undefined]);
  });

  it('counts no attempt that it refuses', async () => {
    const [aspect, other] = [anAspect(), anAspect()];
    for (let each = 0; each < 5; each++) await locks.begin([aspect], at(0));
    for (let each = 0; each < 9; each++) await locks.begin([aspect, other], at(0));

    for (let each = 0; each < 5; each++) expect(await locks.begin([other], at(0))).toBeUndefined();
  });

  it('lets no more through when they come at once, in several processes', async () => {
    const aspects = [anAspect(), anAspect('address'), anAspect('account')];

    const answers = await Promise.all(Array.from({ length: 20 }, () => locks.begin(aspects, at(0))));

    expect(answers.filter((until) => until === undefined)).toHaveLength(5);
  });

  it('begins anew after a success, except for an address, which gets that one attempt back', async () => {
    const [pair, address] = [anAspect(), anAspect('address')];
    for (let each = 0; each < 29; each++) await locks.begin([address], at(0));
    for (let each = 0; each < 4; each++) await locks.begin([pair], at(0));
    await locks.begin([pair, address], at(0));

    await locks.succeed([pair, address]);

    for (let each = 0; each < 5; each++) expect(await locks.begin([pair], at(0))).toBeUndefined();
    expect(await locks.begin([address], at(0))).toBeUndefined();
    expect(await locks.begin([address], at(0))).toEqual(at(1));
  });

  it('forgets after a day', async () => {
    const aspect = anAspect();
    for (let each = 0; each < 5; each++) await locks.begin([aspect], at(0));

    for (let each = 0; each < 5; each++) expect(await locks.begin([aspect], at(DAY_S + 1))).toBeUndefined();

    await locks.removeForgotten(at(2 * DAY_S + 2));
    expect(await dataSource.manager.count(SignInLock)).toBe(0);
  });

  it('keeps no address that somebody typed', async () => {
    await locks.begin([{ of: 'account', value: 'ana@example.com' }], at(0));

    expect(JSON.stringify(await dataSource.manager.find(SignInLock))).not.toContain('ana');
  });
});
