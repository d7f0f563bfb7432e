import type { IncomingHttpHeaders } from 'node:http';

/** The key that a request carries, in either header. */
export function apiKeyOf({ authorization, 'x-api-key': given }: IncomingHttpHeaders): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  return (bearer ?? (typeof given === 'string' ? given.trim() : undefined)) || undefined;
}
