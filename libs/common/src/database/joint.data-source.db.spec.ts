import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { aDataSource, createTestDatabase, type TestDatabase } from '../../../../test/support/database.ts';
import { databaseOptions } from './database-options.ts';
import { afterCommit, JointDataSource } from './joint.data-source.ts';
import { preparedRows } from './prepared.ts';
import { queryRows } from './rows.ts';

const INSERT = 'INSERT INTO notes VALUES ($1)';

describe(JointDataSource.name, () => {
  let database: TestDatabase;
  let db: JointDataSource;
  let others: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    db = new JointDataSource(databaseOptions({ url: database.url, poolSize: 3 }));
    await db.initialize();
    others = await aDataSource(database.url);
    await others.query('CREATE TABLE notes (id text PRIMARY KEY)');
  });

  beforeEach(() => others.query('TRUNCATE notes'));

  afterAll(async () => {
    await db?.destroy();
    await others?.destroy();
    await database?.drop();
  });

  const write = (id: string) => db.query(INSERT, [id]);
  const notes = async () =>
    (await queryRows<{ id: string }>(others, 'SELECT id FROM notes ORDER BY id')).map(({ id }) => id);

  describe.each<[string, (id: string) => Promise<unknown>]>([
    ['the DataSource', write],
    ['a prepared statement', (id) => preparedRows(db, { name: 'note', text: INSERT }, [id])],
    ['its manager', (id) => db.manager.query(INSERT, [id])],
    ['a transaction of its own', (id) => db.transaction((tx) => tx.query(INSERT, [id]))],
  ])('what is written by %s', (_, writeSo) => {
    it('is taken back when the rest fails', async () => {
      const failing = db.inTransaction(async () => {
        await writeSo('a');
        throw new Error('no');
      });

      await expect(failing).rejects.toThrow('no');
      expect(await notes()).toEqual([]);
    });

    it('is read by the rest at once, and by others after the commit', async () => {
      const seen = await db.inTransaction(async () => {
        await writeSo('a');
        return [await queryRows(db, 'SELECT id FROM notes'), await notes()];
      });

      expect([...seen, await notes()]).toEqual([[{ id: 'a' }], [], ['a']]);
    });
  });

  it('keeps two that run at once apart', async () => {
    const failing = db.inTransaction(() => write('a').then(() => Promise.reject(new Error('no'))));

    await Promise.allSettled([failing, db.inTransaction(() => write('b')), write('c')]);

    expect(await notes()).toEqual(['b', 'c']);
  });

  it('leaves alone what goes on after its end', async () => {
    let later: Promise<unknown> | undefined;
    let end: (() => void) | undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));

    await db.inTransaction(() => {
      later = ended.then(() => write('a'));
      return Promise.resolve();
    });
    end!();
    await later;

    expect(await notes()).toEqual(['a']);
  });

  it('does last what waits for the commit, and not at all when there is none', async () => {
    const seen: string[][] = [];
    const look = () => afterCommit(async () => seen.push(await notes()));

    await db.inTransaction(async () => {
      await look();
      await write('a');
    });
    await db
      .inTransaction(async () => {
        await look();
        throw new Error('no');
      })
      .catch(() => undefined);
    await look();

    expect(seen).toEqual([['a'], ['a']]);
  });
});
