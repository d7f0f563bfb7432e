import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** `X-Request-Id` of the request when it is a sane value, else a new one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}
