import { randomBytes } from 'node:crypto';

import pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';

import { databaseOptions } from '#common';

import { eventually } from './eventually.ts';

/** How long a connection may take to leave once its pool is closed. */
const LEAVING_MS = 3_000;

export interface TestDatabase {
  url: string;
  /** @throws when connections were left open; the database is dropped all the same */
  drop(): Promise<void>;
}

/** A migrated database without data, for one test file: a clone of the template that Jest's global setup made. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = fromGlobalSetup('PALOMAR_TEST_DATABASE_TEMPLATE');
  const name = `${template}_${randomBytes(6).toString('hex')}`;
  await asAdmin((admin) => admin.query(`CREATE DATABASE "${name}" TEMPLATE "${template}"`));
  return { url: urlOfDatabase(name), drop: () => drop(name) };
}

/** An open connection pool with the application's own settings; the caller destroys it. */
export function aDataSource(url: string, entities: DataSourceOptions['entities'] = []): Promise<DataSource> {
  return new DataSource({ ...databaseOptions({ url, poolSize: 5 }), entities }).initialize();
}

/** Runs `work` on the server the tests use, as somebody who may create and drop databases. */
export async function asAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: fromGlobalSetup('PALOMAR_TEST_DATABASE_URL') });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

export function urlOfDatabase(name: string): string {
  const url = new URL(fromGlobalSetup('PALOMAR_TEST_DATABASE_URL'));
  url.pathname = `/${name}`;
  return url.href;
}

function drop(name: string): Promise<void> {
  return asAdmin(async (admin) => {
    try {
      await eventually(() => refuseConnections(admin, name), { timeoutMs: LEAVING_MS });
    } finally {
      await admin.query(`DROP DATABASE "${name}" WITH (FORCE)`);
    }
  });
}

async function refuseConnections(admin: pg.Client, name: string): Promise<void> {
  const { rows } = await admin.query<{ query: string }>(
    `SELECT query FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
    [name],
  );
  if (rows.length === 0) return;
  const last = rows.map(({ query }) => query).join('\n');
  throw new Error(`${rows.length} connections to the test database were left open; they last ran:\n${last}`);
}

function fromGlobalSetup(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: run the tests with "npm test", whose global setup starts PostgreSQL.`);
  return value;
}
