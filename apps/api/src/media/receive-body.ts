import type { Request } from 'express';

import { AppError } from '#common';
import { essenceOf, type MediaService, type Upload } from '#media';

/**
 * A file that is the body itself, with its type in `Content-Type`.
 * @throws AppError 415 for a body that is encoded, or says not what it is; what `MediaService.receive` throws
 */
export function receiveBody(media: MediaService, request: Request): Promise<Pick<Upload, 'file' | 'type'>> {
  const { 'content-type': type, 'content-encoding': encoding } = request.headers;
  if (encoding !== undefined && encoding !== 'identity') {
    throw new AppError(415, 'content-encoding-unsupported', 'Send the body without this Content-Encoding.');
  }
  if (type === undefined) {
    throw new AppError(415, 'media-type-unsupported', 'Say in Content-Type what the body is, such as image/jpeg.');
  }
  // The connection outlives a refusal in the middle, so that the answer gets through.
  const bytes = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  return media.receive(bytes, essenceOf(type));
}
