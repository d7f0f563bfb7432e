import { STATUS_CODES } from 'node:http';

import type { AppError, FieldError } from './app.error.ts';

/** The body of every error answer (RFC 9457, `application/problem+json`). */
export interface Problem {
  /** Stable, one for each `code`. */
  type: string;
  title: string;
  status: number;
  /** What to do about it, in a sentence. */
  detail: string;
  /** Path of the request, without its query. */
  instance: string;
  code: string;
  errors?: FieldError[];
  request_id?: string;
}

const TITLES: Record<number, string> = {
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  413: 'Too large',
  422: 'Not valid',
  500: 'Internal error',
  503: 'Not available now',
};

export function toProblem({ status, code, message, errors }: AppError, instance: string, requestId?: string): Problem {
  return {
    type: `urn:palomar:problem:${code}`,
    title: TITLES[status] ?? STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    instance,
    code,
    errors,
    request_id: requestId,
  };
}
