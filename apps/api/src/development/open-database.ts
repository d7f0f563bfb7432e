import { join } from 'node:path';

import type { AppConfig } from '#common';
import { startEmbeddedPostgres } from '#embedded';

export interface Database {
  url: string;
  /** Lets go of the embedded database; it stops when nobody else uses it. */
  release: () => Promise<void>;
}

/** `DATABASE_URL`, or the embedded PostgreSQL, started if it does not run yet. */
export async function openDatabase({ database, dataDir }: AppConfig): Promise<Database> {
  if (database.url) return { url: database.url, release: () => Promise.resolve() };
  const postgres = await startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres') });
  return { url: postgres.url, release: () => postgres.stop() };
}
