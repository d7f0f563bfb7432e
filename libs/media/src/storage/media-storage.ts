import type { Readable } from 'node:stream';

/** Part of a file: both ends are included, as in HTTP. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Where bytes are kept, by their SHA-256 in hex: the same bytes are one file, whoever sent them. Every process that takes
 * part must reach the same place.
 */
export abstract class MediaStorage {
  /** Takes a finished temporary file; it is gone afterwards. A file with this hash may be there already. */
  abstract keep(sha256: string, temporary: { path: string; size: number }): Promise<void>;
  abstract has(sha256: string): Promise<boolean>;
  /** @throws MediaMissingError when there is no such file */
  abstract read(sha256: string, range?: ByteRange): Promise<Readable>;
  /** Nothing happens when there is no such file. */
  abstract remove(sha256: string): Promise<void>;
}

/** The record speaks of a file that is not there: removed by hand, or another folder is mounted. */
export class MediaMissingError extends Error {
  constructor(readonly sha256: string) {
    super(`The media storage has no file ${sha256}`);
    this.name = new.target.name;
  }
}
