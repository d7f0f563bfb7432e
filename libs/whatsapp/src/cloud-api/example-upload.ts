import { Readable } from 'node:stream';

import { CloudApiUnknownOutcomeError } from './cloud-api.error.ts';
import type { GraphAnswer } from './graph-answer.ts';
import type { MediaFile } from './media-form.ts';

/** Where Meta takes the bytes: a path below the version, and a signature of its own in the query. */
export interface UploadTarget {
  path: string;
  query: Record<string, string>;
}

/** Types of the files that show in a template what its header will look like. */
export const EXAMPLE_TYPES = ['image/jpeg', 'image/png', 'video/mp4', 'application/pdf'] as const;

/** What opens an upload of a file: its description. */
export function uploadDescription({ size, mimeType }: MediaFile): Record<string, string> {
  const extension = mimeType.slice(mimeType.indexOf('/') + 1);
  // A name of ours, as in `mediaForm`.
  return { file_length: String(size), file_type: mimeType, file_name: `example.${extension}` };
}

/** @throws CloudApiUnknownOutcomeError when the answer names no upload */
export function readUploadTarget({ body, status }: GraphAnswer): UploadTarget {
  const { id } = body;
  if (typeof id !== 'string' || !/^upload:[^/#]+$/.test(id)) throw new CloudApiUnknownOutcomeError('no upload', status);
  const [path = '', query = ''] = id.split('?', 2);
  return { path, query: Object.fromEntries(new URLSearchParams(query)) };
}

/** What a template names in `header_handle`. @throws CloudApiUnknownOutcomeError when there is none */
export function readHandle({ body, status }: GraphAnswer): string {
  if (typeof body.h !== 'string' || !body.h) throw new CloudApiUnknownOutcomeError('no handle of the file', status);
  return body.h;
}

/** The bytes of the file as a request. This route alone wants the token as `OAuth`. */
export function uploadOfBytes({ bytes, size }: MediaFile, accessToken: string) {
  return {
    body: Readable.from(bytes, { objectMode: false }),
    headers: {
      authorization: `OAuth ${accessToken}`,
      'content-type': 'application/octet-stream',
      'content-length': String(size),
      file_offset: '0',
    },
  };
}
