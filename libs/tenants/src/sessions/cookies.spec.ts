import { describe, expect, it } from '@jest/globals';

import type { AppConfig } from '#common';

import { ProviderCookie, SessionCookie } from './cookies.ts';

const production = { production: true } as AppConfig;
const elsewhere = { production: false } as AppConfig;
const at = new Date('2026-11-26T12:00:00Z');

describe(SessionCookie.name, () => {
  it('is bound to this host and to TLS in production', () => {
    expect(new SessionCookie(production).give('token', at)).toBe(
      '__Host-palomar_session=token; Path=/; HttpOnly; SameSite=Strict; Secure; Expires=Thu, 26 Nov 2026 12:00:00 GMT',
    );
    expect(new ProviderCookie(production).give('state', at)).toContain(
      '__Host-palomar_oidc=state; Path=/; HttpOnly; SameSite=Lax; Secure',
    );
    expect(new SessionCookie(production).take()).toMatch(/^__Host-palomar_session=; .*Secure; Max-Age=0$/);
  });

  it('works without TLS elsewhere', () => {
    expect(new SessionCookie(elsewhere).give('token', at)).toMatch(
      /^palomar_session=token; Path=\/; HttpOnly; SameSite=Strict; E/,
    );
  });

  it.each([
    ['palomar_session=a', undefined],
    ['__Host-palomar_session=a', 'a'],
    ['x=1;__Host-palomar_session=a; y=2', 'a'],
    ['x__Host-palomar_session=a', undefined],
    ['__Host-palomar_session=', undefined],
    ['__Host-palomar_session=a=b', 'a=b'],
  ])('is read in production from "%s" as %p', (cookie, value) => {
    expect(new SessionCookie(production).read({ cookie })).toBe(value);
  });
});
