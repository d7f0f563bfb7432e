import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { newId } from '#common';

import { HEAD_BYTES } from '../file-format.ts';

/** A whole file that is not kept yet. */
export interface SpooledFile {
  path: string;
  size: number;
  /** Hex. */
  sha256: string;
  /** The first bytes, by which its format is known. */
  head: Buffer;
}

/** There were more bytes than allowed. */
export class TooManyBytesError extends Error {
  constructor(readonly largest: number) {
    super(`More than ${largest} bytes came`);
    this.name = new.target.name;
  }
}

/** A temporary file this old belongs to a process that died. */
const ABANDONED_MS = 24 * 3_600_000;

/** Temporary files, on the file system of the storage. */
export class MediaSpool {
  constructor(private readonly dir: string) {}

  /**
   * Writes what comes into a temporary file, and counts and hashes it on the way. Whoever asked removes the file or gives it
   * to the storage; when it could not be written whole, it is gone.
   * @throws TooManyBytesError as soon as there is one byte too many, and whatever the source throws
   */
  async receive(source: AsyncIterable<Buffer>, largest: number): Promise<SpooledFile> {
    await mkdir(this.dir, { recursive: true });
    const path = join(this.dir, newId());
    const file = await open(path, 'wx');
    try {
      const hash = createHash('sha256');
      let [size, head] = [0, Buffer.alloc(0)];
      for await (const chunk of source) {
        size += chunk.length;
        if (size > largest) throw new TooManyBytesError(largest);
        if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
        hash.update(chunk);
        await file.write(chunk);
      }
      return { path, size, sha256: hash.digest('hex'), head };
    } catch (cause) {
      await this.discard({ path });
      throw cause;
    } finally {
      await file.close();
    }
  }

  async discard({ path }: { path: string }): Promise<void> {
    await rm(path, { force: true });
  }

  /** Removes what dead processes left behind; answers how many files that were. */
  async sweep(now: Date): Promise<number> {
    const names = await readdir(this.dir).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    let removed = 0;
    for (const name of names) {
      const path = join(this.dir, name);
      const found = await stat(path).catch(() => undefined);
      if (!found || now.getTime() - found.mtimeMs < ABANDONED_MS) continue;
      await this.discard({ path });
      removed += 1;
    }
    return removed;
  }
}
