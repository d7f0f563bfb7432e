import { describe, expect, it } from '@jest/globals';

import { graphObjectId } from './ids.ts';

describe(graphObjectId.name, () => {
  it('gives 16 digits that are the same when they are written as a number', () => {
    const ids = Array.from({ length: 1_000 }, graphObjectId);

    expect(ids.filter((id) => !/^\d{16}$/.test(id) || !Number.isSafeInteger(Number(id)))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
