import { chmod, cp, lstat, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { findBinaries, usableBy } from './binaries.ts';

jest.setTimeout(60_000);

const asRoot = process.getuid?.() === 0;
const itAsRoot = asRoot ? it : it.skip;
const ACCOUNT = asRoot ? { uid: 65534, gid: 65534 } : { uid: process.getuid!(), gid: process.getgid!() };

describe(usableBy.name, () => {
  let folder: string;
  let packageDir: string;
  let copies: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'palomar-binaries-'));
    await chmod(folder, 0o755);
    packageDir = join(folder, 'project/linux-x64');
    copies = join(folder, 'copies');
    await cp(dirname(dirname(await findBinaries(ACCOUNT))), packageDir, {
      recursive: true,
      filter: async (path) => !(await lstat(path)).isSymbolicLink(),
    });
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('makes the links to libraries that an install without scripts leaves out', async () => {
    const bin = await usableBy(ACCOUNT, packageDir, copies);

    expect(bin).toBe(join(packageDir, 'native/bin'));
    expect((await lstat(join(packageDir, 'native/lib/libpq.so.5'))).isSymbolicLink()).toBe(true);
  });

  itAsRoot('copies the programs once when their account cannot reach the project', async () => {
    await chmod(dirname(packageDir), 0o700);

    const bin = await usableBy(ACCOUNT, packageDir, copies);
    const made = await stat(bin);
    const again = await usableBy(ACCOUNT, packageDir, copies);

    expect(dirname(dirname(dirname(bin)))).toBe(copies);
    expect(again).toBe(bin);
    expect((await stat(again)).ino).toBe(made.ino);
  });

  it('says so when the programs do not run on this system', async () => {
    await writeFile(join(packageDir, 'native/bin/postgres'), '#!/no/such/loader\n');

    await expect(usableBy(ACCOUNT, packageDir, copies)).rejects.toThrow(/glibc[^]*ENOENT[^]*DATABASE_URL/);
  });
});
