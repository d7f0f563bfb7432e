import { join } from 'node:path';

import type { AppConfig } from '#common';
import { startEmbeddedPostgres } from '#embedded';

import type { Resolved } from '../app.module.ts';
import { keptSecret } from './secrets.ts';
import { startSimulatorProcess } from './simulator.process.ts';

export interface DevelopmentServices extends Resolved {
  stop: () => Promise<void>;
}

/** PostgreSQL, simulator and API key where the environment names none. In production the configuration is complete, so nothing is started. */
export async function startDevelopmentServices(config: AppConfig): Promise<DevelopmentServices> {
  const stops: (() => Promise<void>)[] = [];
  let databaseUrl = config.database.url;
  if (!databaseUrl) {
    const postgres = await startEmbeddedPostgres({ dataDir: join(config.dataDir, 'postgres') });
    databaseUrl = postgres.url;
    stops.push(() => postgres.stop());
  }
  if (config.whatsapp.useSimulator) stops.push(await startSimulatorProcess(config));
  return {
    databaseUrl,
    adminApiKey: config.adminApiKey ?? keptSecret(config.dataDir, 'admin-api-key'),
    // The simulator first: it must not deliver into a database that is going down.
    stop: async () => {
      for (const stop of stops.reverse()) await stop();
    },
  };
}
