import { describe, expect, it } from '@jest/globals';

import { difference } from './difference.ts';

describe(difference.name, () => {
  it('tells the fields that changed, came or went, and no others', () => {
    const before = { id: 1, state: 'active', scopes: ['a'], gone: true };
    const after = { id: 1, state: 'revoked', scopes: ['a'], come: true };

    expect(difference(before, after)).toEqual({
      before: { state: 'active', gone: true },
      after: { state: 'revoked', come: true },
    });
  });

  it('is not about times that change with every change', () => {
    expect(difference({ updated_at: '1', last_used_at: '1' }, { updated_at: '2', last_used_at: '2' })).toEqual({
      before: {},
      after: {},
    });
  });

  it('tells all of what was made or removed', () => {
    expect(difference(undefined, { id: 1 })).toEqual({ before: null, after: { id: 1 } });
    expect(difference({ id: 1 }, null)).toEqual({ before: { id: 1 }, after: null });
  });
});
