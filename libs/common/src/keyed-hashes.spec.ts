import { describe, expect, it } from '@jest/globals';

import { KeyedHashes } from './keyed-hashes.ts';

const under = (key: string) => new KeyedHashes(Buffer.alloc(32, key));

describe(KeyedHashes.name, () => {
  it('recognises a text under the same key, and only there', () => {
    expect(under('a').of('+34612345678')).toBe(under('a').of('+34612345678'));
    expect(under('b').of('+34612345678')).not.toBe(under('a').of('+34612345678'));
  });

  it('tells texts apart and shows neither', () => {
    const [one, other] = [under('a').of('+34612345678'), under('a').of('+34612345679')];

    expect(one).not.toBe(other);
    expect(one).toMatch(/^[\w-]{43}$/);
  });
});
