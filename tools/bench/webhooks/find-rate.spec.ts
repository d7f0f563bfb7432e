import { describe, expect, it } from '@jest/globals';

import { findRate } from './find-rate.ts';

describe(findRate.name, () => {
  const find = async (limit: number, first = 250) => {
    const asked: number[] = [];
    const found = await findRate(first, (rate) => {
      asked.push(rate);
      return Promise.resolve(rate <= limit);
    });
    return { asked, found };
  };

  it.each([250, 251, 1_000, 1_234, 3_000])('finds %d within a tenth, from below', async (limit) => {
    const { found } = await find(limit);

    expect(found).toBeLessThanOrEqual(limit);
    expect(found).toBeGreaterThan(limit * 0.9);
  });

  it('begins below the first when that is too fast already', async () => {
    const { asked, found } = await find(100);

    expect(asked[0]).toBe(250);
    expect(found).toBeGreaterThan(60);
    expect(found).toBeLessThanOrEqual(100);
  });

  it('answers 0 when nothing holds', async () => {
    expect((await find(0)).found).toBe(0);
  });
});
