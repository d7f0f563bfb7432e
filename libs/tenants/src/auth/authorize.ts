import type { IncomingHttpHeaders } from 'node:http';

import { AppError } from '#common';

import type { Scope } from '../api-keys/api-key.entity.ts';
import type { Caller } from './caller.ts';

/** @throws AppError 403 */
export function assertScope({ scopes }: Caller, scope: Scope): void {
  if (scopes.includes(scope)) return;
  throw new AppError(403, 'scope-missing', `This API key lacks the scope ${scope}.`);
}

/** The key that a request shows, by either header. */
export function keyOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  const { 'x-api-key': given } = headers;
  return (bearer ?? (typeof given === 'string' ? given.trim() : undefined)) || undefined;
}

export function unauthorized(missing: boolean): AppError {
  const how = 'Send "Authorization: Bearer <api key>" or "X-API-Key: <api key>".';
  return missing
    ? new AppError(401, 'api-key-missing', `No API key was given. ${how}`)
    : new AppError(401, 'api-key-invalid', 'The API key is unknown, revoked or expired.');
}
