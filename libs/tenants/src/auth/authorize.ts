import type { IncomingHttpHeaders } from 'node:http';

import { AppError } from '#common';

import type { Scope } from '../api-keys/api-key.entity.ts';
import type { ApiKeyService } from '../api-keys/api-key.service.ts';
import type { Caller } from './caller.ts';

/**
 * Whose key a request carries, if it may do what `scope` names.
 * @throws AppError 401 without a valid key, 403 without the scope
 */
export async function authorize(keys: ApiKeyService, headers: IncomingHttpHeaders, scope: Scope): Promise<Caller> {
  const caller = await authenticate(keys, headers);
  assertScope(caller, scope);
  return caller;
}

/** @throws AppError 401 without a valid key */
export async function authenticate(keys: ApiKeyService, headers: IncomingHttpHeaders): Promise<Caller> {
  const key = keyOf(headers);
  const caller = key === undefined ? undefined : await keys.identify(key);
  if (!caller) throw unauthorized(key === undefined);
  return caller;
}

/** @throws AppError 403 without the scope */
export function assertScope({ scopes }: Caller, scope: Scope): void {
  if (!scopes.includes(scope)) throw new AppError(403, 'scope-missing', `This API key lacks the scope ${scope}.`);
}

function keyOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  const { 'x-api-key': given } = headers;
  return (bearer ?? (typeof given === 'string' ? given.trim() : undefined)) || undefined;
}

function unauthorized(missing: boolean): AppError {
  const how = 'Send "Authorization: Bearer <api key>" or "X-API-Key: <api key>".';
  return missing
    ? new AppError(401, 'api-key-missing', `No API key was given. ${how}`)
    : new AppError(401, 'api-key-invalid', 'The API key is unknown, revoked or expired.');
}
