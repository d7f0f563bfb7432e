import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { MediaConfig } from '#common';

import { DiskStorage } from './disk.storage.ts';
import { MediaSpool } from './media-spool.ts';
import type { MediaStorage } from './media-storage.ts';
import { S3Storage } from './s3.storage.ts';

/** Where files are put: temporary ones, and those that are kept. */
export class MediaPlace {
  constructor(
    readonly spool: MediaSpool,
    /** Undefined where the configuration names none: nothing is fetched and no upload taken. */
    readonly storage: MediaStorage | undefined,
  ) {}

  static of({ dir, s3 }: MediaConfig): MediaPlace {
    if (s3) return new MediaPlace(new MediaSpool(join(tmpdir(), 'palomar-media')), new S3Storage(s3));
    if (dir) return new MediaPlace(new MediaSpool(join(dir, 'tmp')), new DiskStorage(dir));
    return new MediaPlace(new MediaSpool(join(tmpdir(), 'palomar-media')), undefined);
  }

  async close(): Promise<void> {
    if (this.storage instanceof S3Storage) await this.storage.close();
  }
}
