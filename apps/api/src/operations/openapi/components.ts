import { PROBLEM_SCHEMA, refusalOf, REFUSALS } from './problems.ts';

const text = (description: string, example: string) => ({ description, schema: { type: 'string' }, example });
const always = <Header>(header: Header) => ({ ...header, required: true });
const seconds = { type: 'integer', minimum: 0 };

/** On every answer. */
const REQUEST_ID = always(
  text(
    'Of the request when it brought a sane value, else made; the log has it.',
    '3f0e8a1c-8f5e-4a53-9d0f-6a3f1f6f2a11',
  ),
);

const HEADERS = {
  RequestId: REQUEST_ID,
  RetryAfter: always({ description: 'Seconds after which the same request may work.', schema: seconds, example: 5 }),
  Challenge: always(text('How to authenticate.', 'Bearer')),
  Replayed: { ...text('The first answer again: nothing was done anew.', 'true'), schema: { const: 'true' } },
  RateLimitPolicy: text('How many requests (`q`) the key may make in how many seconds (`w`).', '"key";q=600;w=60'),
  RateLimit: text('How many of them remain (`r`), for how many seconds (`t`).', '"key";r=598;t=42'),
};

const PARAMETERS = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description: 'Two requests with one key are one, for 24 hours: the second gets the answer of the first.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[ -~]+$' },
    example: 'po-2024-001-approved',
  },
};

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same API key.' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'palomar_session',
    description: 'Of a person who signed in; `__Host-palomar_session` in production. The scopes are those of the role.',
  },
  csrfToken: {
    type: 'apiKey',
    in: 'header',
    name: 'X-CSRF-Token',
    description: 'The `csrf_token` of `GET /api/v1/auth/me`, with every request by cookie that may change something.',
  },
};

export const refer = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` });

/** What goes with an answer of this status, whatever the route. */
export function headersOf(
  status: number,
  { isIdempotent = false, isLimited = false }: { isIdempotent?: boolean; isLimited?: boolean } = {},
): object {
  return {
    'X-Request-Id': refer('headers', 'RequestId'),
    ...(status === 401 && { 'WWW-Authenticate': refer('headers', 'Challenge') }),
    ...((status === 429 || status === 503) && { 'Retry-After': refer('headers', 'RetryAfter') }),
    ...((status === 429 || (isLimited && status < 300)) && {
      'RateLimit-Policy': refer('headers', 'RateLimitPolicy'),
      RateLimit: refer('headers', 'RateLimit'),
    }),
    ...(isIdempotent && status < 300 && { 'Idempotency-Replayed': refer('headers', 'Replayed') }),
  };
}

/** What the operations refer to. */
export function sharedComponents(): Record<string, object> {
  const responses = Object.entries(REFUSALS).map(([status, { name }]) => [
    name,
    { ...refusalOf(Number(status)), headers: headersOf(Number(status)) },
  ]);
  return {
    schemas: { Problem: PROBLEM_SCHEMA },
    responses: Object.fromEntries(responses) as object,
    headers: HEADERS,
    parameters: PARAMETERS,
    securitySchemes: SECURITY_SCHEMES,
  };
}
