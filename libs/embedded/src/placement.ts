import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { codeOf, makeOpenFolder, unlessMissing } from './files.ts';
import { unavailable } from './unavailable.ts';

/** What root keeps for the server's account when the project itself is out of that account's reach. */
export const SHARED_DIR = '/var/lib/palomar';

/** Whom the server runs as, as ids for `spawn`. */
export interface Account {
  uid: number;
  gid: number;
}

export interface Placement {
  /** The folder that holds the data: the wished one, unless its account could not reach it. */
  location: string;
  account: Account;
}

/**
 * Where the data lives and who runs the server. PostgreSQL refuses to run as root, so root hands it to `postgres` or
 * `nobody`; a folder that account cannot reach (a project under `/root`) is replaced by one under `/var/lib/palomar`,
 * and `<dataDir>.location` says so, for people and for the next start. Data that exists stays with its owner.
 */
export async function placementOf(dataDir: string): Promise<Placement> {
  await mkdir(dirname(resolve(dataDir)), { recursive: true });
  const wished = join(await realpath(dirname(resolve(dataDir))), basename(dataDir));
  const note = `${wished}.location`;
  const moved = (await isCluster(wished)) ? undefined : await unlessMissing(readFile(note, 'utf8'));
  const location = moved?.trim() || wished;
  const account = (await ownerOf(location)) ?? (await defaultAccount());
  const self = process.getuid?.();

  if (self !== 0 && account.uid !== self) {
    throw unavailable(`its data in ${location} belongs to another user (uid ${account.uid})`);
  }
  if (self !== 0 || (await canReach(account, location))) return { location, account };
  if (await isCluster(location)) {
    throw unavailable(`its data in ${location} is out of reach of its owner (uid ${account.uid})`);
  }
  const reachable = join(SHARED_DIR, `pg-${createHash('sha256').update(wished).digest('hex').slice(0, 12)}`);
  await makeOpenFolder(SHARED_DIR);
  await writeFile(note, `${reachable}\n`);
  return { location: reachable, account: (await ownerOf(reachable)) ?? account };
}

/** Whether a folder holds a database cluster; one that is closed to us is somebody else's. */
export async function isCluster(location: string): Promise<boolean> {
  try {
    return (await unlessMissing(stat(join(location, 'PG_VERSION')))) !== undefined;
  } catch (error) {
    if (codeOf(error) === 'EACCES') return true;
    throw error;
  }
}

async function ownerOf(location: string): Promise<Account | undefined> {
  const found = await unlessMissing(stat(location));
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : undefined;
}

async function defaultAccount(): Promise<Account> {
  const self = { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 };
  if (self.uid !== 0) return self;
  for (const name of ['postgres', 'nobody']) {
    const account = await accountNamed(name);
    if (account) return account;
  }
  throw unavailable('PostgreSQL refuses to run as root, and there is neither a user "postgres" nor "nobody"');
}

async function accountNamed(name: string): Promise<Account | undefined> {
  const id = async (flag: string) => Number((await promisify(execFile)('id', [flag, name])).stdout);
  try {
    return { uid: await id('-u'), gid: await id('-g') };
  } catch {
    return undefined; // `id` fails for a name it does not know
  }
}

async function canReach(account: Account, path: string): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const executable = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & executable) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
