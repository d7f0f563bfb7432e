import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startEmbeddedPostgres } from '#embedded';

import { migrate } from '../../migrations/migrate.ts';
import { removePostgresAfterwards } from './afterwards.ts';
import { asAdmin, urlOfDatabase } from './database.ts';

type End = () => Promise<void>;

/**
 * The server of this test run, with the template database that `createTestDatabase` clones: the one of
 * TEST_DATABASE_URL, whose user must be allowed to create databases, or a throw-away one.
 */
export async function startTestPostgres(): Promise<End> {
  // A name of its own: several runs may share the server of TEST_DATABASE_URL.
  const template = `palomar_test_${randomBytes(4).toString('hex')}`;
  const given = process.env.TEST_DATABASE_URL;
  const end = given ? useServer(given, template) : await startOwnServer();
  process.env.PALOMAR_TEST_DATABASE_TEMPLATE = template;

  await asAdmin((admin) => admin.query(`CREATE DATABASE "${template}" TEMPLATE template0`));
  await migrate(urlOfDatabase(template));
  // A database that somebody is connected to cannot be cloned.
  await asAdmin((admin) => admin.query(`ALTER DATABASE "${template}" ALLOW_CONNECTIONS false`));
  return end;
}

function useServer(url: string, template: string): End {
  process.env.PALOMAR_TEST_DATABASE_URL = url;
  return () =>
    asAdmin(async (admin) => {
      const { rows } = await admin.query<{ datname: string }>(
        'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
        [template],
      );
      for (const { datname } of rows) await admin.query(`DROP DATABASE "${datname}" WITH (FORCE)`);
    });
}

async function startOwnServer(): Promise<End> {
  const folder = await mkdtemp(join(tmpdir(), 'palomar-test-'));
  await chmod(folder, 0o755); // as root, the server runs as another user
  const dataDir = join(folder, 'postgres');
  const end = removePostgresAfterwards(dataDir, folder);
  const { url } = await startEmbeddedPostgres({ dataDir, durable: false });
  process.env.PALOMAR_TEST_DATABASE_URL = url;
  return end;
}
