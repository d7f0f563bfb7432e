import { describe, expect, it } from '@jest/globals';

import { Passwords } from './passwords.ts';

describe(Passwords.name, () => {
  it('knows a password by its hash, however the keyboard composed it, and no other', async () => {
    const passwords = new Passwords();
    const hash = await passwords.hash('contraseña');

    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await passwords.matches(hash, 'contrasen\u0303a')).toBe(true);
    expect(await passwords.matches(hash, 'contrasena')).toBe(false);
  });

  it('finds no password right where there is no hash', async () => {
    expect(await new Passwords().matches(undefined, '')).toBe(false);
  });

  it('sends away whom it cannot serve soon, and serves all who wait', async () => {
    const passwords = new Passwords();
    const turns = Array.from({ length: 103 }, () => passwords.hash('a'));

    const results = await Promise.allSettled(turns);

    const refused = results.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused.map(({ reason }) => reason)).toEqual([expect.objectContaining({ status: 503, code: 'overloaded' })]);
    expect(await passwords.hash('a')).toContain('argon2id');
  });
});
