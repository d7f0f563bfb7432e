import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';

import { isSha256 } from '../sha256.ts';
import { type ByteRange, MediaMissingError, MediaStorage } from './media-storage.ts';

/** Files under `dir`, in two levels of folders so that none grows too large: `ab/cd/abcd…`. */
export class DiskStorage extends MediaStorage {
  constructor(private readonly dir: string) {
    super();
  }

  /** The temporary file must be on the same file system: only a rename is all or nothing. */
  async keep(sha256: string, { path }: { path: string }): Promise<void> {
    const target = this.pathOf(sha256);
    await sync(path);
    await mkdir(dirname(target), { recursive: true });
    // In the place of the same bytes, if they are there already: whoever reads them goes on reading.
    await rename(path, target);
  }

  async has(sha256: string): Promise<boolean> {
    return access(this.pathOf(sha256)).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false;
        throw error;
      },
    );
  }

  async read(sha256: string, range?: ByteRange): Promise<Readable> {
    try {
      const file = await open(this.pathOf(sha256));
      return file.createReadStream({ ...range });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new MediaMissingError(sha256);
      throw error;
    }
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.pathOf(sha256), { force: true });
  }

  /** @throws Error for what is no hash, and so could lead anywhere */
  private pathOf(sha256: string): string {
    if (!isSha256(sha256)) throw new Error('Media is kept by its SHA-256 in lower-case hex, and by no other name');
    return join(this.dir, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  }
}

/** A rename can be durable before the bytes are: after a power cut the name would promise what is not there. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
