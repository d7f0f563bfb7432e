import type { IncomingMessage, ServerResponse } from 'node:http';

import { Logger } from '@nestjs/common';

import { currentRequestId } from '../request-context.ts';
import { toProblem } from './problem.ts';
import { toAppError } from './to-app-error.ts';

/** Answers that always say when to come back: after this long, unless the error knows better. */
const PASSING = new Set([429, 503]);
const RETRY_AFTER_SECONDS = 5;

const logger = new Logger('ProblemFilter');

/** Answers whatever was thrown as problem+json, without stack, SQL or secret. The cause goes to the log alone. */
export function answerProblem(thrown: unknown, request: IncomingMessage, response: ServerResponse): void {
  const error = toAppError(thrown);
  // Express shortens `url` on its way through mounted middleware.
  const { originalUrl = request.url ?? '/' } = request as { originalUrl?: string };
  const path = originalUrl.split('?', 1)[0]!;

  if (error.status >= 500 || response.headersSent) {
    const line = { message: 'Request failed', code: error.code, method: request.method, path, err: thrown };
    if (error.status === 500) logger.error(line);
    else logger.warn(line);
  }
  if (response.headersSent) {
    // Half an answer must not look like a whole one.
    if (!response.writableEnded) response.destroy();
    return;
  }

  const retryAfter = error.retryAfterSeconds ?? (PASSING.has(error.status) ? RETRY_AFTER_SECONDS : undefined);
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
  if (error.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  const body = JSON.stringify(toProblem(error, path, currentRequestId()));
  response.statusCode = error.status;
  response.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(request.method === 'HEAD' ? undefined : body);
}
