import { HttpException } from '@nestjs/common';

import { isPassingDatabaseFault } from '../database/passing-fault.ts';
import { AppError } from './app.error.ts';

/** By the `type` that body parsers give their errors. */
const BODY_REFUSALS = new Map<string, [status: number, code: string, detail: string]>([
  ['entity.parse.failed', [400, 'body-not-json', 'The body is not valid JSON.']],
  ['entity.too.large', [413, 'body-too-large', 'The body is larger than this route takes.']],
  ['encoding.unsupported', [415, 'content-encoding-unsupported', 'Send the body without this Content-Encoding.']],
  ['charset.unsupported', [415, 'charset-unsupported', 'Send the body in UTF-8.']],
  ['request.aborted', [400, 'body-incomplete', 'The body ended before its Content-Length.']],
  ['request.size.invalid', [400, 'body-incomplete', 'The body is not as long as its Content-Length.']],
]);

/** Codes of what Nest itself refuses; ours are named where they are thrown. */
const HTTP_CODES: Record<number, string> = {
  401: 'not-authenticated',
  403: 'forbidden',
  405: 'method-not-allowed',
  406: 'not-acceptable',
  413: 'body-too-large',
  415: 'media-type-unsupported',
  429: 'too-many-requests',
};

/** What Express and its body parsers throw: all have a `status`, some a `type`, some the `code` of zlib. */
interface ExpressError extends Error {
  type?: string;
  status?: number;
  code?: string;
}

/** Whatever was thrown, as a refusal we can answer: foreseen ones as they are, the framework's by kind, a surprise as 500. */
export function toAppError(thrown: unknown): AppError {
  // What middleware throws, an AppError too, comes wrapped by Nest in an HttpException that keeps only the text.
  const original = thrown instanceof HttpException ? (thrown.cause ?? thrown) : thrown;
  if (original instanceof AppError) return original;
  if (isPassingDatabaseFault(original)) {
    return new AppError(503, 'database-unavailable', 'The database is not available now; try again.');
  }
  return expressError((original ?? {}) as ExpressError) ?? httpError(thrown) ?? surprise();
}

function expressError({ name, type = '', status, code }: ExpressError): AppError | undefined {
  const refusal = BODY_REFUSALS.get(type);
  if (refusal) return new AppError(...refusal);
  // The status tells what Express refused from the same error in code of ours.
  if (status !== 400) return undefined;
  if (name === 'URIError') return new AppError(400, 'path-invalid', 'The path is not a valid URL path.');
  if (code && /^(Z_|ERR__)/.test(code))
    return new AppError(400, 'body-invalid', 'The body is not in its Content-Encoding.');
  return undefined;
}

function httpError(thrown: unknown): AppError | undefined {
  if (!(thrown instanceof HttpException)) return undefined;
  const status = thrown.getStatus();
  // Nest's own text repeats the URL, and with it what the query holds.
  if (status === 404) return new AppError(404, 'route-not-found', 'There is no such route; see /docs.');
  if (status === 503) return new AppError(503, 'unavailable', 'Not available now; try again.');
  return status < 500 ? new AppError(status, HTTP_CODES[status] ?? 'request-invalid', thrown.message) : undefined;
}

function surprise(): AppError {
  return new AppError(500, 'internal-error', 'Something went wrong on our side; the log has it under this request id.');
}
