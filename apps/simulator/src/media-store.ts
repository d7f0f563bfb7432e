import { createHash } from 'node:crypto';

import { graphObjectId } from './ids.ts';

export interface MediaFile {
  id: string;
  mimeType: string;
  bytes: Buffer;
  /** Hex. */
  sha256: string;
}

const LARGEST_TOTAL = 256 * 1024 * 1024;

/** Uploaded files, in memory; the oldest go when they grow too large together. */
export class MediaStore {
  readonly #files = new Map<string, MediaFile>();
  #total = 0;

  add(mimeType: string, bytes: Buffer): MediaFile {
    const file = { id: graphObjectId(), mimeType, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
    this.#files.set(file.id, file);
    this.#total += bytes.length;
    for (const [id] of this.#files) {
      if (this.#total <= LARGEST_TOTAL) break;
      this.delete(id);
    }
    return file;
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
  }
}
