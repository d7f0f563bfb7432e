import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import { startEmbeddedPostgres } from '#embedded';

import { removePostgresAfterwards } from '../../test/support/afterwards.ts';

/** A PostgreSQL of one side's run alone, durable as in production. */
export interface Cluster {
  url: string;
  /** A folder that goes with it. */
  folder: string;
  remove(): Promise<void>;
}

export async function startCluster({ watchStatements = false } = {}): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'palomar-bench-'));
  await chmod(folder, 0o755); // as root, the server runs as another user
  const dataDir = join(folder, 'postgres');
  const remove = removePostgresAfterwards(dataDir, folder);
  try {
    if (watchStatements) await loadStatementStatistics(dataDir);
    const { url } = await startEmbeddedPostgres({ dataDir });
    return { url, folder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** It counts in memory that the server sets aside at its start only. */
async function loadStatementStatistics(dataDir: string): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDir });
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query('CREATE EXTENSION pg_stat_statements');
  await client.query('ALTER SYSTEM SET shared_preload_libraries = pg_stat_statements');
  await client.end();
  await postgres.stop();
}
