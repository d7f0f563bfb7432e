import 'reflect-metadata';

import { ConfigurationError, loadConfigFromProcess } from '#common';

import { migrate } from './migrate.ts';

/** `npm run migration:run`: the same as at start, for deployments that migrate apart. */
try {
  const { database } = loadConfigFromProcess();
  if (!database.url)
    throw new ConfigurationError(['DATABASE_URL: is required here; the embedded database is migrated by npm start']);
  const ran = await migrate(database.url);
  process.stdout.write(ran.length > 0 ? `Ran ${ran.join(', ')}\n` : 'Nothing to run: the schema is up to date\n');
} catch (failure) {
  process.stderr.write(`${failure instanceof Error ? failure.message : String(failure)}\n`);
  process.exitCode = 1;
}
