import pg from 'pg';
import type { DataSourceOptions } from 'typeorm';

import { HeardClient } from './heard.client.ts';
import { CommitActions } from './on-commit.ts';
import { SnakeCaseStrategy } from './snake-case.strategy.ts';
import { TenantPool } from './tenant-pool.ts';
import { TYPES } from './timestamps.ts';

export interface DatabaseOptions {
  url: string;
  poolSize: number;
}

/**
 * How PostgreSQL plans our statements, each of which goes by an index: a plan that was prepared while a table was small
 * must not walk through all of it when it has grown, compiling a claim costs twenty times what it saves, and so does a
 * process started to help.
 */
const PLANNER = '-c enable_seqscan=off -c jit=off -c max_parallel_workers_per_gather=0';

/** Times are written in UTC, which is read fastest; what they mean does not depend on it. */
const SESSION = '-c TimeZone=UTC';

/** The connection as every process of ours opens it. The schema comes from migrations only: `synchronize` is off everywhere. */
export function databaseOptions({ url, poolSize }: DatabaseOptions): DataSourceOptions & { type: 'postgres' } {
  return {
    type: 'postgres',
    url,
    poolSize,
    synchronize: false,
    subscribers: [CommitActions],
    migrationsTableName: 'schema_migrations',
    namingStrategy: new SnakeCaseStrategy(),
    applicationName: 'palomar',
    connectTimeoutMS: 5_000,
    // A connection that PostgreSQL drops while idle is replaced by the pool; it must not end the process.
    poolErrorHandler: () => undefined,
    driver: { ...pg, Pool: TenantPool },
    extra: { keepAlive: true, Client: HeardClient, options: `${PLANNER} ${SESSION}`, types: TYPES },
  };
}
