import type pg from 'pg';
import { DataSource, type EntityManager } from 'typeorm';

/** A statement that runs many times a second. */
export interface Statement {
  /** Its own, within this application. */
  name: string;
  text: string;
}

/**
 * The rows of a prepared statement: each connection parses it once and, where one plan serves all values, plans it once.
 * That is most of the work for a statement that writes a handful of rows.
 */
export async function preparedRows<Row>(
  runner: DataSource | EntityManager,
  { name, text }: Statement,
  values: unknown[],
): Promise<Row[]> {
  const client = await clientOf(runner);
  const { rows } = await client.query<Row & pg.QueryResultRow>({ name, text, values });
  return rows;
}

/** The transaction's connection, or the pool, beneath TypeORM, which knows no prepared statements. */
async function clientOf(runner: DataSource | EntityManager): Promise<pg.Pool | pg.PoolClient> {
  // A DataSource has one as well while all that is asked of it belongs to one transaction (`JointDataSource`).
  const { queryRunner } = runner instanceof DataSource ? runner.manager : runner;
  if (queryRunner) return (await queryRunner.connect()) as pg.PoolClient;
  if (runner instanceof DataSource) return (runner.driver as unknown as { master: pg.Pool }).master;
  throw new Error('A prepared statement needs a DataSource or the manager of a transaction');
}

/**
 * An array as PostgreSQL reads it, of values that need no quotes: ids, numbers, null. Given the array itself, the driver
 * would look at each value and quote it.
 */
export function plainArray(values: (string | number | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}
