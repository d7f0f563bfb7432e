import type { IncomingMessage } from 'node:http';

import { AppError } from '#common';

/** Beside JSON what clients say of a body when they were not told: nothing, curl's default, and fetch's. */
const JSON_TYPE = /^\s*(?:application\/(?:[\w.+-]*\+)?json|application\/x-www-form-urlencoded|text\/plain)\s*(?:;|$)/i;

/** Whether the body may be read as JSON, going by what its `Content-Type` says. */
export function mayBeJson({ headers: { 'content-type': type = '' } }: IncomingMessage): boolean {
  return type === 'application/json' || type.trim() === '' || JSON_TYPE.test(type);
}

/** @throws AppError 415 for a body that says it is something else */
export function assertJsonType(request: IncomingMessage): true {
  if (mayBeJson(request)) return true;
  throw new AppError(415, 'media-type-unsupported', 'This route takes JSON: send the body as application/json.');
}
