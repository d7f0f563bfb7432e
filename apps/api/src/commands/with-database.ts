import { type AppConfig, databaseOptions, JointDataSource, loadConfigFromProcess } from '#common';

import { openDatabase } from '../development/open-database.ts';
import { ENTITIES } from '../entities.ts';
import { explainFailure } from '../explain-failure.ts';

/** Runs a command against the application's database, then lets go of it; a fault is one line and exit code 1. */
export async function withDatabase(
  work: (dataSource: JointDataSource, config: AppConfig) => Promise<void>,
): Promise<void> {
  try {
    const config = loadConfigFromProcess();
    const database = await openDatabase(config);
    const dataSource = new JointDataSource({
      ...databaseOptions({ url: database.url, poolSize: 2 }),
      entities: ENTITIES,
    });
    try {
      await dataSource.initialize();
      await work(dataSource, config);
    } finally {
      if (dataSource.isInitialized) await dataSource.destroy();
      await database.release();
    }
  } catch (failure) {
    process.stderr.write(`${explainFailure(failure)}\n`);
    process.exitCode = 1;
  }
}
