import { DataSource } from 'typeorm';

import { databaseOptions } from '#common';

import { migrations } from './index.ts';
import { makeTenantRole } from './tenant-role.ts';

export { migrations };

/** Any number will do, as long as every replica uses the same. */
const MIGRATION_LOCK = 6_171_031;

/**
 * Runs the migrations that have not run yet, in order, each in its own transaction. Replicas that start together wait
 * for the first one at an advisory lock. Then makes the role that works for tenants, where the login needs one. Returns the
 * names of what ran.
 */
export async function migrate(url: string): Promise<string[]> {
  const dataSource = new DataSource({ ...databaseOptions({ url, poolSize: 2 }), migrations });
  await dataSource.initialize();
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const ran = await dataSource.runMigrations({ transaction: 'each' });
    await makeTenantRole(dataSource);
    await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    return ran.map(({ name }) => name);
  } finally {
    // Closing the connections gives the lock back, too, whatever happened before.
    await lock.release();
    await dataSource.destroy();
  }
}
