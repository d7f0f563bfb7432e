import type { Access } from '#tenants';

import { headersOf, refer } from './components.ts';
import { contentsOf, type Operation } from './json-schema.ts';
import { refusalOf, REFUSALS } from './problems.ts';

interface Answer {
  description: string;
  headers?: object;
  content?: object;
}

/** Says of an operation what follows from how it is called: who may call it, how it refuses, which headers it answers. */
export function describeOperation(method: string, operation: Operation, access: Access): void {
  const isIdempotent = shareParameters(operation);
  operation.security = securityOf(method, access);
  const isByScope = access !== 'public' && access !== 'signed-in';
  if (isByScope) operation['x-required-scope'] = access;
  const kind = { isIdempotent, isLimited: isByScope };
  const answers = operation.responses as Record<string, Answer>;
  for (const [status, answer] of Object.entries(answers)) {
    answers[status] = withHeaders(toRefusal(Number(status), answer), Number(status), kind);
  }
  for (const status of impliedRefusals(method, operation, access, kind)) {
    answers[status] ??= refer('responses', REFUSALS[status]!.name) as unknown as Answer;
  }
}

/** An API key in either header, or the cookie of a person; whose page proves itself before anything changes. */
function securityOf(method: string, access: Access): Record<string, string[]>[] {
  if (access === 'public') return [];
  const scopes = access === 'signed-in' ? [] : [access];
  const person = { session: scopes, ...(method !== 'get' && { csrfToken: [] }) };
  return access === 'signed-in' ? [person] : [{ bearer: scopes }, { apiKey: scopes }, person];
}

/** Answers whether it takes an `Idempotency-Key`. */
function shareParameters({ parameters = [] }: Operation): boolean {
  const at = parameters.findIndex((parameter) => 'name' in parameter && parameter.name === 'Idempotency-Key');
  if (at >= 0) parameters[at] = refer('parameters', 'IdempotencyKey');
  return at >= 0;
}

interface Kind {
  isIdempotent: boolean;
  /** Whether requests are counted. */
  isLimited: boolean;
}

function* impliedRefusals(method: string, operation: Operation, access: Access, kind: Kind): Generator<number> {
  const { parameters = [], requestBody } = operation;
  const takes = (place: string) => parameters.some((parameter) => 'in' in parameter && parameter.in === place);
  yield 400;
  if (access !== 'public') yield* [401, 403];
  if (takes('path')) yield 404;
  if (kind.isIdempotent) yield 409;
  // A body is read before it is known that the route needs none.
  if (method !== 'get') yield* [413, 415];
  if (requestBody || takes('query')) yield 422;
  if (kind.isLimited) yield 429;
  yield* [500, 503];
}

/** A refusal that the route only describes is a problem as all others are. */
function toRefusal(status: number, answer: Answer): Answer {
  if (status < 400 || contentsOf(answer).length > 0) return answer;
  return refusalOf(status, answer.description || undefined) as Answer;
}

function withHeaders(answer: Answer, status: number, kind: Kind): Answer {
  return { ...answer, headers: { ...headersOf(status, kind), ...answer.headers } };
}
