import { HttpException } from '@nestjs/common';

import { isPassingDatabaseFault } from '../database/passing-fault.ts';
import { AppError } from './app.error.ts';

/** What Express's body parsers throw. */
interface BodyError extends Error {
  type?: string;
  status?: number;
}

/** Whatever was thrown, as a refusal we can answer: foreseen ones as they are, the framework's by kind, a surprise as 500. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (isPassingDatabaseFault(thrown)) {
    const text = 'The database cannot be reached; nothing was lost, try again.';
    return new AppError(503, 'database-unavailable', text, { retryAfterSeconds: 5 });
  }
  return bodyError(thrown as BodyError) ?? httpError(thrown) ?? surprise();
}

function bodyError({ type, status }: BodyError): AppError | undefined {
  switch (type) {
    case 'entity.parse.failed':
      return new AppError(400, 'body-not-json', 'The body is not valid JSON.');
    case 'entity.too.large':
      return new AppError(413, 'body-too-large', 'The body is larger than this route takes.');
    case 'encoding.unsupported':
      return new AppError(415, 'content-encoding-unsupported', 'Send the body without this Content-Encoding.');
    case 'charset.unsupported':
      return new AppError(415, 'charset-unsupported', 'Send the body in UTF-8.');
    case 'request.aborted':
    case 'request.size.invalid':
      return new AppError(400, 'body-incomplete', 'The body ended before its Content-Length.');
    default:
      // Any other fault of the body (a parameter limit, a broken compression) is the sender's.
      return type && status && status < 500
        ? new AppError(status, 'body-invalid', 'The body cannot be read.')
        : undefined;
  }
}

function httpError(thrown: unknown): AppError | undefined {
  if (thrown instanceof URIError) return new AppError(400, 'path-invalid', 'The path is not a valid URL path.');
  if (!(thrown instanceof HttpException)) return undefined;
  const status = thrown.getStatus();
  if (status === 404) return new AppError(404, 'route-not-found', 'There is no such route; see /docs.');
  return status < 500 ? new AppError(status, 'request-invalid', thrown.message) : undefined;
}

function surprise(): AppError {
  return new AppError(500, 'internal-error', 'Something went wrong on our side; the log has it under this request id.');
}
