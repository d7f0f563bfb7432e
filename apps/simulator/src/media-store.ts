import { createHash } from 'node:crypto';

import { graphObjectId } from './ids.ts';

export interface MediaFile {
  id: string;
  mimeType: string;
  bytes: Buffer;
  /** As announced: the number of bytes and, in hex, their hash when the file came. */
  size: number;
  sha256: string;
}

/** Meta gives five minutes. */
const URL_LIFE_S = 300;
const LARGEST_TOTAL = 256 * 1024 * 1024;

/** Files that were uploaded or that customers sent, in memory; the oldest go when they grow too large together. */
export class MediaStore {
  readonly #files = new Map<string, MediaFile>();
  #total = 0;
  #expiredUrls = 0;

  add(mimeType: string, bytes: Buffer): MediaFile {
    const file = {
      id: graphObjectId(),
      mimeType,
      bytes,
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    };
    this.#files.set(file.id, file);
    this.#total += bytes.length;
    for (const [id] of this.#files) {
      if (this.#total <= LARGEST_TOTAL) break;
      this.delete(id);
    }
    return file;
  }

  /** Other bytes under the same id; what is said of the file stays as it was. */
  replaceBytes(id: string, bytes: Buffer): boolean {
    const file = this.#files.get(id);
    if (!file) return false;
    this.#total += bytes.length - file.bytes.length;
    file.bytes = bytes;
    return true;
  }

  /** The next URLs that are given out will be past their time. */
  expireNextUrls(count: number): void {
    this.#expiredUrls = count;
  }

  /** When a URL that is given out now ends, in seconds since 1970. */
  nextExpiry(): number {
    const seconds = Math.floor(Date.now() / 1000);
    if (this.#expiredUrls === 0) return seconds + URL_LIFE_S;
    this.#expiredUrls -= 1;
    return seconds - 1;
  }

  find(id: string): MediaFile | undefined {
    return this.#files.get(id);
  }

  delete(id: string): void {
    this.#total -= this.#files.get(id)?.bytes.length ?? 0;
    this.#files.delete(id);
  }

  reset(): void {
    this.#files.clear();
    this.#total = 0;
    this.#expiredUrls = 0;
  }
}
