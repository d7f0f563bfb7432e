import 'reflect-metadata';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { aDataSource, createTestDatabase, type TestDatabase } from '../../../../test/support/database.ts';
import { queryRows } from './rows.ts';

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await aDataSource(database.url);
  await dataSource.query('CREATE TABLE birds (name text)');
});
afterAll(async () => {
  await dataSource?.destroy();
  await database?.drop();
});

describe(queryRows.name, () => {
  it.each([
    ['INSERT', `INSERT INTO birds VALUES ('dove') RETURNING name`],
    ['SELECT', `SELECT name FROM birds`],
    ['UPDATE', `UPDATE birds SET name = 'dove' RETURNING name`],
    ['a statement that updates first', `WITH u AS (UPDATE birds SET name = name RETURNING name) SELECT name FROM u`],
    ['DELETE', `DELETE FROM birds RETURNING name`],
  ])('answers the rows of %s', async (_kind, sql) => {
    await dataSource.query('TRUNCATE birds');
    if (!sql.startsWith('INSERT')) await dataSource.query(`INSERT INTO birds VALUES ('dove')`);

    expect(await queryRows(dataSource, sql)).toEqual([{ name: 'dove' }]);
  });

  it.each([
    ['SELECT', 'SELECT name FROM birds WHERE name = $1'],
    ['UPDATE', 'UPDATE birds SET name = name WHERE name = $1 RETURNING name'],
    ['DELETE', 'DELETE FROM birds WHERE name = $1 RETURNING name'],
  ])('answers none when %s finds none', async (_kind, sql) => {
    expect(await queryRows(dataSource, sql, ['dodo'])).toEqual([]);
  });

  it('runs in a transaction as well', async () => {
    const rows = await dataSource.transaction((tx) => queryRows(tx, 'SELECT 1 AS one'));

    expect(rows).toEqual([{ one: 1 }]);
  });
});
