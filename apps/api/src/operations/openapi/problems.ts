import { STATUS_CODES } from 'node:http';

import { AppError, toProblem } from '#common';

/** What a route answers when it refuses, by status: the words that hold for all routes. A route that has more to say says it itself. */
export const REFUSALS: Record<number, { name: string; description: string; code: string; detail: string }> = {
  400: {
    name: 'BadRequest',
    description: '`body-not-json`, `body-incomplete`, `path-invalid`, `idempotency-key-invalid`: it cannot be read.',
    code: 'body-not-json',
    detail: 'The body is not valid JSON.',
  },
  401: {
    name: 'Unauthenticated',
    description: '`api-key-missing`, `api-key-invalid`; of people `session-missing`, `session-over`.',
    code: 'api-key-missing',
    detail:
      'No API key was given, and no session. Send "Authorization: Bearer <api key>" or "X-API-Key: <api key>"; people sign in at /api/v1/auth/sign-in.',
  },
  403: {
    name: 'Forbidden',
    description:
      '`scope-missing`, `tenant-foreign`, `platform-key-required`, `tenant-suspended`: the key may not do this; of people also `csrf-token-invalid`, `origin-foreign`, `password-change-required`.',
    code: 'scope-missing',
    detail: 'This API key lacks the scope messages:read.',
  },
  404: {
    name: 'NotFound',
    description: "`not-found`: it does not exist, or is another tenant's.",
    code: 'not-found',
    detail: 'No message with id 0192f0c1-2b3c-7d4e-8f50-6172839405a6.',
  },
  409: {
    name: 'Conflict',
    description: '`idempotency-key-in-use`: the first request with this key is still running.',
    code: 'idempotency-key-in-use',
    detail: 'The first request with this Idempotency-Key is still running.',
  },
  413: {
    name: 'TooLarge',
    description: '`body-too-large`.',
    code: 'body-too-large',
    detail: 'The body is larger than this route takes.',
  },
  415: {
    name: 'UnsupportedMediaType',
    description: '`media-type-unsupported`, `charset-unsupported`, `content-encoding-unsupported`.',
    code: 'media-type-unsupported',
    detail: 'Send the body as application/json.',
  },
  422: {
    name: 'NotValid',
    description: '`validation-failed` with every bad field; `idempotency-key-reused`.',
    code: 'validation-failed',
    detail: 'limit: must not be greater than 200',
  },
  429: {
    name: 'TooManyRequests',
    description: '`rate-limited`: more requests than the key may make in a minute, or too many wrong keys.',
    code: 'rate-limited',
    detail:
      'This API key may make 600 requests a minute; go on in 42 seconds. Many messages fit into one request: POST /api/v1/whatsapp/messages/bulk.',
  },
  500: {
    name: 'InternalError',
    description: '`internal-error`: a fault of ours; the log has it under the request id.',
    code: 'internal-error',
    detail: 'Something went wrong on our side; the log has it under this request id.',
  },
  503: {
    name: 'Unavailable',
    description: '`database-unavailable`: try again after `Retry-After`.',
    code: 'database-unavailable',
    detail: 'The database is not available now; try again.',
  },
};

/** RFC 9457, with our `code`, `errors` and `request_id`. */
export const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'RFC 9457.',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code'],
  properties: {
    type: { type: 'string', description: 'Stable, one for each `code`.', examples: ['urn:palomar:problem:not-found'] },
    title: { type: 'string', examples: ['Not found'] },
    status: { type: 'integer', minimum: 400, maximum: 599, examples: [404] },
    detail: {
      type: 'string',
      description: 'What to do about it, in a sentence.',
      examples: ['No message with this id.'],
    },
    instance: { type: 'string', description: 'Path of the request, without its query.' },
    code: { type: 'string', pattern: '^[a-z0-9-]+$', description: 'For programs.', examples: ['not-found'] },
    errors: {
      type: 'array',
      description: 'Every bad field.',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: {
          field: { type: 'string', examples: ['template.parameters[2]'] },
          message: { type: 'string', examples: ['must be a string'] },
        },
      },
    },
    request_id: { type: 'string', description: 'As in `X-Request-Id`.' },
  },
};

/** An answer of this status, in the words of all routes or of the one that has more to say. */
export function refusalOf(status: number, description = REFUSALS[status]?.description): object {
  return { description: description ?? STATUS_CODES[status], content: problemContent(status) };
}

function problemContent(status: number): object {
  const { code, detail } = REFUSALS[status] ?? { code: 'request-invalid', detail: 'What to do about it.' };
  const [field = '', message = ''] = detail.split(': ');
  const errors = status === 422 ? [{ field, message }] : undefined;
  const refusal = new AppError(status, code, detail, { errors });
  const example = toProblem(refusal, '/api/v1/whatsapp/messages', '3f0e8a1c-8f5e-4a53-9d0f-6a3f1f6f2a11');
  return { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, example } };
}
