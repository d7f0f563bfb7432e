import type { IncomingMessage } from 'node:http';

import { AppError } from '#common';

/**
 * The whole body, byte for byte.
 * @throws AppError 413 above `limit` bytes, 400 when the sender broke off
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const tooLarge = () => {
      // What still comes is let through unread, so that the sender reads our answer.
      request.removeAllListeners('data').resume();
      reject(new AppError(413, 'body-too-large', 'The body is larger than this route takes.'));
    };
    if (Number(request.headers['content-length']) > limit) return tooLarge();
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limit) tooLarge();
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.on('error', () =>
      reject(new AppError(400, 'body-incomplete', 'The body ended before its Content-Length.')),
    );
  });
}
