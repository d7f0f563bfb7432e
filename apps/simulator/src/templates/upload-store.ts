import { randomBytes } from 'node:crypto';

/** A file on its way: Graph takes it in parts. */
export interface Upload {
  /** `upload:…`, without the signature that has to come with it. */
  id: string;
  signature: string;
  fileType: string;
  length: number;
  received: number;
}

/** Uploads under way, and the handles of those that are complete; of the bytes only the number is kept. */
export class UploadStore {
  readonly #uploads = new Map<string, Upload>();
  readonly #typeByHandle = new Map<string, string>();

  start(fileType: string, length: number): Upload {
    const id = `upload:${randomBytes(18).toString('base64url')}`;
    const upload = { id, signature: randomBytes(12).toString('base64url'), fileType, length, received: 0 };
    this.#uploads.set(id, upload);
    return upload;
  }

  find(id: string): Upload | undefined {
    return this.#uploads.get(id);
  }

  /** @returns the handle that stands for the file, once all of it is here */
  append(upload: Upload, bytes: number): string | undefined {
    upload.received += bytes;
    if (upload.received < upload.length) return undefined;
    const type = Buffer.from(upload.fileType).toString('base64');
    const handle = `4::${type}:${randomBytes(32).toString('base64url')}:e:${randomBytes(8).readBigUInt64BE()}`;
    this.#typeByHandle.set(handle, upload.fileType);
    this.#uploads.delete(upload.id);
    return handle;
  }

  /** MIME type of the file a handle stands for; undefined when it was not uploaded here. */
  typeOf(handle: string): string | undefined {
    return this.#typeByHandle.get(handle);
  }

  reset(): void {
    this.#uploads.clear();
    this.#typeByHandle.clear();
  }
}
