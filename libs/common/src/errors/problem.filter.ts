import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';

import { currentRequestId } from '../logging/request-context.ts';
import { toProblem } from './problem.ts';
import { toAppError } from './to-app-error.ts';

/** Answers that always say when to come back: after this long, unless the error knows better. */
const PASSING = new Set([429, 503]);
const RETRY_AFTER_SECONDS = 5;

/** The one place that answers errors: problem+json, without stack, SQL or secret. The cause goes to the log alone. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const error = toAppError(thrown);
    const path = request.originalUrl.split('?', 1)[0]!;

    if (error.status >= 500 || response.headersSent) {
      const line = { message: 'Request failed', code: error.code, method: request.method, path, err: thrown };
      if (error.status === 500) this.logger.error(line);
      else this.logger.warn(line);
    }
    if (response.headersSent) {
      // Half an answer must not look like a whole one.
      if (!response.writableEnded) response.destroy();
      return;
    }

    const retryAfter = error.retryAfterSeconds ?? (PASSING.has(error.status) ? RETRY_AFTER_SECONDS : undefined);
    if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
    if (error.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    response
      .status(error.status)
      .type('application/problem+json')
      .send(JSON.stringify(toProblem(error, path, currentRequestId())));
  }
}
