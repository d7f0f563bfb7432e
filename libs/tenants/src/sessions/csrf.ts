import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import { AppError } from '#common';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What a page of ours sends along as `X-CSRF-Token`: nobody can make it who does not know the session's cookie. */
export function csrfTokenOf(sessionToken: string): string {
  return createHmac('sha256', sessionToken).update('palomar csrf token').digest('base64url');
}

/**
 * A browser sends the cookie whichever page makes it send a request, so what changes something must come from a page of ours
 * that knows the session's token.
 * @throws AppError 403
 */
export function assertOwnPage(method: string | undefined, headers: IncomingHttpHeaders, sessionToken: string): void {
  if (SAFE_METHODS.has(method ?? '')) return;
  assertSameOrigin(headers);
  const given = headers['x-csrf-token'];
  if (typeof given !== 'string' || !isSame(given, csrfTokenOf(sessionToken))) {
    const how = 'Send the csrf_token that GET /api/v1/auth/me answers as the header X-CSRF-Token.';
    throw new AppError(403, 'csrf-token-invalid', `The CSRF token is missing or of another session. ${how}`);
  }
}

/** @throws AppError 403 when a browser says that the request comes from a page of another origin, or nothing says where from */
export function assertSameOrigin({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): void {
  // Browsers send it over TLS and to localhost; no page can forge it. Elsewhere, Origin has to do.
  const isOurs = site === undefined ? origin !== undefined && hostOf(origin) === host : site === 'same-origin';
  if (isOurs) return;
  const how = 'outside a browser, send "Origin" with the address that you call';
  throw new AppError(403, 'origin-foreign', `This is taken from pages of the same origin only; ${how}.`);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
