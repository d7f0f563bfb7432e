import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource, EntityManager } from 'typeorm';

import { aDataSource, createTestDatabase, type TestDatabase } from '../../../../test/support/database.ts';
import { onCommit } from './on-commit.ts';

let database: TestDatabase;
let dataSource: DataSource;
let done: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await aDataSource(database.url);
});
beforeEach(() => {
  done = [];
});
afterAll(async () => {
  await dataSource?.destroy();
  await database?.drop();
});

describe(onCommit.name, () => {
  const note = (tx: EntityManager, what: string) => onCommit(tx, () => done.push(what));
  const fail = (): Promise<never> => Promise.reject(new Error('no'));

  it('waits for the commit, and does each thing once, in order', async () => {
    await dataSource.transaction(async (tx) => {
      note(tx, 'first');
      note(tx, 'second');
      await tx.query('SELECT 1');
      expect(done).toEqual([]);
    });

    expect(done).toEqual(['first', 'second']);
  });

  it('does nothing for a transaction that comes to nothing', async () => {
    const transaction = dataSource.transaction(async (tx) => {
      note(tx, 'never');
      return fail();
    });

    await expect(transaction).rejects.toThrow('no');
    expect(done).toEqual([]);
  });

  it('waits for the transaction around a savepoint', async () => {
    await dataSource.transaction(async (tx) => {
      await tx.transaction((savepoint) => Promise.resolve(note(savepoint, 'inner')));
      expect(done).toEqual([]);
    });

    expect(done).toEqual(['inner']);
  });

  it('does nothing for a savepoint that was rolled back', async () => {
    await dataSource.transaction(async (tx) => {
      const inner = tx.transaction(async (savepoint) => {
        note(savepoint, 'never');
        return fail();
      });
      await expect(inner).rejects.toThrow('no');
      note(tx, 'after it');
    });

    expect(done).toEqual(['after it']);
  });

  it('is refused outside a transaction', () => {
    expect(() => note(dataSource.manager, 'never')).toThrow('onCommit needs the manager of a transaction');
  });
});
