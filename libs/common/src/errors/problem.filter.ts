import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';

import { currentRequestId } from '../logging/request-context.ts';
import { toAppError } from './to-app-error.ts';

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Not valid',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not available now',
};

/** The one place that answers errors: problem+json (RFC 9457), without stack, SQL or secret. The cause goes to the log alone. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const error = toAppError(thrown);
    if (error.status >= 500) this.logger.error({ message: error.code, path: request.path, err: thrown });
    if (response.headersSent) {
      response.end();
      return;
    }

    const { status, code, message, errors, retryAfterSeconds } = error;
    if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(retryAfterSeconds));
    if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    response
      .status(status)
      .type('application/problem+json')
      .send(
        JSON.stringify({
          type: `urn:palomar:problem:${code}`,
          title: TITLES[status] ?? 'Error',
          status,
          detail: message,
          instance: request.originalUrl.split('?')[0],
          code,
          errors,
          request_id: currentRequestId(),
        }),
      );
  }
}
