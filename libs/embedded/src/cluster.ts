import { execFile } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { SERVER_ENVIRONMENT } from './binaries.ts';
import { buildAside } from './files.ts';
import type { Placement } from './placement.ts';
import { unavailable } from './unavailable.ts';

/** Superuser of the cluster and owner of everything in it. */
export const SUPERUSER = 'palomar';

/** Case and search beyond ASCII need UTF-8 characters; not every system has each of these. */
const CHARACTER_TYPES = ['C.UTF-8', 'en_US.UTF-8', 'C'];

/**
 * Makes an empty cluster. Texts sort by their bytes, so a new version of the system's locales never upsets an index;
 * whoever connects is trusted, since only this machine can.
 */
export async function createCluster({ location, account }: Placement, bin: string): Promise<void> {
  requireName();
  await buildAside(location, async (folder) => {
    await chown(folder, account.uid, account.gid);
    const flags = ['--no-sync', '--no-instructions', '--auth=trust', '--encoding=UTF8', '--locale=C'];
    const initdb = (characterType: string) =>
      promisify(execFile)(
        join(bin, 'initdb'),
        [...flags, `--lc-ctype=${characterType}`, `--username=${SUPERUSER}`, `--pgdata=${folder}`],
        { ...account, cwd: '/', env: SERVER_ENVIRONMENT },
      );

    for (const characterType of CHARACTER_TYPES) {
      try {
        await initdb(characterType);
        return;
      } catch (error) {
        const { message } = error as Error;
        if (characterType === 'C' || !message.includes('invalid locale')) throw unavailable(message.trim(), error);
      }
    }
  });
}

/** `initdb` looks up the name of who runs it, which a container's made-up uid does not have. */
function requireName(): void {
  try {
    userInfo();
  } catch (error) {
    throw unavailable(`its user (uid ${process.getuid?.()}) has no name on this system`, error);
  }
}
