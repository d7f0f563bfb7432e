import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';

/** A file to give to Meta. */
export interface MediaFile {
  bytes: AsyncIterable<Buffer>;
  /** Exactly as many as `bytes` has: the request says how long it is. */
  size: number;
  /** With its parameters: `audio/ogg; codecs=opus`. */
  mimeType: string;
}

/** The form of `POST /{phone-number-id}/media`, written while the file is read. */
export function mediaForm({ bytes, size, mimeType }: MediaFile): { headers: Record<string, string>; body: Readable } {
  const boundary = `palomar-${randomBytes(16).toString('hex')}`;
  const field = (name: string, value: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const before = Buffer.from(
    field('messaging_product', 'whatsapp') +
      field('type', mimeType) +
      // A name of ours: what the uploader's is made of must not get into the headers of a form.
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\nContent-Type: ${mimeType}\r\n\r\n`,
  );
  const after = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(before.length + size + after.length),
    },
    body: Readable.from(inOrder(before, bytes, after), { objectMode: false }),
  };
}

async function* inOrder(before: Buffer, bytes: AsyncIterable<Buffer>, after: Buffer): AsyncGenerator<Buffer> {
  yield before;
  yield* bytes;
  yield after;
}
