import { describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';

import { aDataSource, asAdmin, createTestDatabase } from './database.ts';

jest.setTimeout(30_000);

describe(createTestDatabase.name, () => {
  it('gives each its own migrated database', async () => {
    const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    const [one, other] = await Promise.all([aDataSource(first.url), aDataSource(second.url)]);

    await one.query('CREATE TABLE of_the_first ()');

    expect(await one.query(`SELECT to_regclass('whatsapp_messages')::text AS name`)).toEqual([
      { name: 'whatsapp_messages' },
    ]);
    expect(await other.query(`SELECT to_regclass('of_the_first') AS name`)).toEqual([{ name: null }]);
    await Promise.all([one.destroy(), other.destroy()]);
    await Promise.all([first.drop(), second.drop()]);
  });

  it('clones the template for many at once', async () => {
    const databases = await Promise.all(Array.from({ length: 8 }, () => createTestDatabase()));

    expect(new Set(databases.map(({ url }) => url)).size).toBe(8);
    await Promise.all(databases.map((database) => database.drop()));
  });

  it('complains of a connection that was left open, and drops the database all the same', async () => {
    const database = await createTestDatabase();
    const leaked = new pg.Client({ connectionString: database.url });
    leaked.on('error', () => undefined); // the drop cuts it
    await leaked.connect();
    await leaked.query('SELECT 42');

    await expect(database.drop()).rejects.toThrow(/1 connections[^]*SELECT 42/);

    const name = new URL(database.url).pathname.slice(1);
    const { rowCount } = await asAdmin((admin) => admin.query('SELECT FROM pg_database WHERE datname = $1', [name]));
    expect(rowCount).toBe(0);
  });
});
