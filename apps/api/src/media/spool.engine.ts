import type { Readable } from 'node:stream';

import type { Request } from 'express';

import { essenceOf, type MediaService, type SpooledFile, type Upload } from '#media';

/** A file of a form, as the parser hands it over. */
interface FormFile {
  mimetype: string;
  originalname: string;
  stream: Readable;
}

/** What the parser puts into `request.file`. */
export type ReceivedFile = Pick<Upload, 'file' | 'type'> & { originalname: string };

type Done = (error: unknown, info?: Partial<ReceivedFile>) => void;

/** Where the form parser puts a file: it is checked and counted while it comes, and none is ever held in memory. */
export class SpoolEngine {
  constructor(private readonly media: MediaService) {}

  _handleFile(_request: Request, { mimetype, stream }: FormFile, done: Done): void {
    const bytes = stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    void this.media.receive(bytes, essenceOf(mimetype)).then(
      (received) => done(null, received),
      (cause: unknown) => {
        // The rest of the form is read and forgotten, so that the answer finds its reader.
        stream.resume();
        done(cause);
      },
    );
  }

  /** Something later in the form was wrong. */
  _removeFile(_request: Request, { file }: { file?: SpooledFile }, done: (error: unknown) => void): void {
    void (file ? this.media.discard(file) : Promise.resolve()).then(() => done(null), done);
  }
}
