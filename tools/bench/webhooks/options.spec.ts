import { describe, expect, it } from '@jest/globals';

import { readStormOptions } from './options.ts';

describe(readStormOptions.name, () => {
  it('is the standard run without options', () => {
    expect(readStormOptions([])).toEqual({
      rate: 3_000,
      batch: 10,
      seconds: 60,
      duplicates: 0.1,
      findRate: false,
      sides: ['reference', 'palomar'],
      build: true,
    });
  });

  it('looks for a rate with one update in each delivery', () => {
    expect(readStormOptions(['--find-rate', '--only', 'palomar'])).toMatchObject({
      batch: 1,
      rate: 250,
      seconds: 10,
      sides: ['palomar'],
    });
  });

  it.each([
    ['--rate', '0'],
    ['--rate', 'fast'],
    ['--seconds', '1.5'],
    ['--batch', '1001'],
    ['--duplicates', '1'],
    ['--duplicates', 'some'],
    ['--only', 'meta'],
    ['--speed', '3'],
  ])('refuses %s %s and names it', (name, value) => {
    expect(() => readStormOptions([name, value])).toThrow(name);
  });

  it('refuses batches while it looks for a rate', () => {
    expect(() => readStormOptions(['--find-rate', '--batch', '10'])).toThrow('--find-rate');
  });
});
