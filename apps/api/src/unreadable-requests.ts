import { randomUUID } from 'node:crypto';
import { type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import { AppError, toProblem } from '#common';

type Refusal = [status: number, code: string, detail: string];

/** By the code of Node's parser; what is not here is a 400. */
const REFUSALS = new Map<string | undefined, Refusal>([
  ['HPE_HEADER_OVERFLOW', [431, 'headers-too-large', 'The headers are larger than 16 KiB together.']],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', [413, 'body-too-large', 'The chunk extensions of the body are too large.']],
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'request-timeout', 'The request did not arrive in time.']],
]);
const UNREADABLE: Refusal = [400, 'request-unreadable', 'This is not a valid HTTP/1.1 request.'];

/** What Node cannot read never becomes a request, and is answered as a problem all the same. */
export function answerUnreadable(server: Server): void {
  server.on('clientError', ({ code }: NodeJS.ErrnoException, socket: Duplex & { _httpMessage?: unknown }) => {
    // Gone, or in the middle of another answer.
    if (code === 'ECONNRESET' || !socket.writable || socket._httpMessage) return void socket.destroy();
    socket.end(answerTo(code), () => socket.destroy());
  });
}

function answerTo(code: string | undefined): string {
  const refusal = new AppError(...(REFUSALS.get(code) ?? UNREADABLE));
  const requestId = randomUUID();
  const body = JSON.stringify(toProblem(refusal, '/', requestId));
  return [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    `X-Request-Id: ${requestId}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
