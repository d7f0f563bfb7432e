import { describe, expect, it } from '@jest/globals';

import { formatAmount, readAmount } from './amount.ts';

const format = (value: unknown, currency: string): string => formatAmount(readAmount(value) ?? 'refused', currency);

describe(formatAmount.name, () => {
  it.each([1250.0, 1250, '1250', '1250.00', ' 1250.0 '])('reads €1,250.00 from %p', (value) => {
    expect(format(value, 'EUR')).toBe('€1,250.00');
  });

  it.each([
    ['GBP', '£1,250.50'],
    ['USD', '$1,250.50'],
    ['MXN', 'MX$1,250.50'],
    ['CHF', 'CHF 1,250.50'],
    ['JPY', '¥1,251'],
    ['KWD', 'KWD 1,250.500'],
  ])('writes %s with its symbol and as many decimals as it has', (currency, expected) => {
    expect(format('1250.50', currency)).toBe(expected);
  });

  it('keeps decimal strings exact where numbers have long lost their cents', () => {
    expect(format('12345678901234567890123.45', 'EUR')).toBe('€12,345,678,901,234,567,890,123.45');
    expect(format('9007199254740993.01', 'EUR')).toBe('€9,007,199,254,740,993.01');
  });

  it.each([
    [0.1 + 0.2, '€0.30'],
    [1.1 * 3, '€3.30'],
    [4.35 * 100, '€435.00'],
    [1e-7, '€0.00'],
    [0, '€0.00'],
    [8_000_000_000_000.25, '€8,000,000,000,000.25'],
  ])('does not show the noise of binary fractions: %p', (value, expected) => {
    expect(format(value, 'EUR')).toBe(expected);
  });

  it.each([
    [1.005, 'EUR', '€1.01'],
    ['1.005', 'EUR', '€1.01'],
    ['0.125', 'EUR', '€0.13'],
    ['0.124999', 'EUR', '€0.12'],
    ['999.995', 'EUR', '€1,000.00'],
    ['0.5', 'JPY', '¥1'],
    ['1.0005', 'KWD', 'KWD 1.001'],
  ])('rounds half of the last decimal up: %p %s', (value, currency, expected) => {
    expect(format(value, currency)).toBe(expected);
  });
});

describe(readAmount.name, () => {
  it.each([
    -1,
    '-1',
    -1e-9,
    NaN,
    Infinity,
    -Infinity,
    '1e5',
    '1,250.00',
    '1.250,00',
    '€1250',
    '+5',
    '.5',
    '5.',
    '',
    ' ',
    '٣',
    null,
    undefined,
    true,
    [1250],
    { value: 1250 },
  ])('refuses %p', (value) => {
    expect(readAmount(value)).toBeUndefined();
  });

  it('refuses a number too large to have cents, and takes the same as a string', () => {
    expect(readAmount(9_007_199_254_740_992)).toBeUndefined();
    expect(readAmount('9007199254740993')).toBe('9007199254740993');
  });
});
