import { randomBytes } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { SecretBox } from './secret-box.ts';

const WHERE = 'meta_apps.app_secret:1';
const box = new SecretBox(randomBytes(32));

describe(SecretBox.name, () => {
  it.each(['EAAG-a-token', '', 'ñ 😀 \0'])('opens what it sealed: %p', (text) => {
    expect(box.open(box.seal(text, WHERE), WHERE)).toBe(text);
  });

  it('opens what the key before the present one sealed, and seals it anew with the present one', () => {
    const [old, present] = [randomBytes(32), randomBytes(32)];
    const sealed = new SecretBox(old).seal('a secret', WHERE);
    const changing = new SecretBox(present, old);

    const renewed = changing.renew(sealed, WHERE);

    expect(changing.open(sealed, WHERE)).toBe('a secret');
    expect(new SecretBox(present).open(renewed, WHERE)).toBe('a secret');
    expect(changing.renew(renewed, WHERE)).toBe(renewed);
    expect(() => changing.renew(sealed, 'meta_apps.app_secret:2')).toThrow();
  });

  it('shows nothing of the secret, and never seals it twice alike', () => {
    const [first, second] = [box.seal('a secret', WHERE), box.seal('a secret', WHERE)];

    expect(first).not.toBe(second);
    expect(Buffer.from(first).includes('secret')).toBe(false);
  });

  it.each<[string, (sealed: string) => string]>([
    ['with another key', (sealed) => new SecretBox(randomBytes(32)).open(sealed, WHERE)],
    ['at another place', (sealed) => box.open(sealed, 'meta_apps.app_secret:2')],
    [
      'after a change',
      (sealed) =>
        box.open(
          sealed.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')),
          WHERE,
        ),
    ],
    ['without its tag', (sealed) => box.open(sealed.split('.').slice(0, 3).join('.'), WHERE)],
    ['when it is no box at all', () => box.open('a secret in clear', WHERE)],
  ])('does not open %s, and says which key to look at', (_, open) => {
    const sealed = box.seal('a secret', WHERE);

    expect(() => open(sealed)).toThrow(/meta_apps\.app_secret.*ENCRYPTION_KEY/);
  });
});
