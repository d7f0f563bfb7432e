import { describe, expect, it } from '@jest/globals';

import { parseTimestamp } from './timestamps.ts';

describe(parseTimestamp.name, () => {
  it.each([
    ['2026-11-26 21:14:46.123456+00', '2026-11-26T21:14:46.123Z'],
    ['2026-11-26 21:14:46.1+00', '2026-11-26T21:14:46.100Z'],
    ['2026-11-26 21:14:46+00', '2026-11-26T21:14:46.000Z'],
    ['2026-11-26 21:14:46.999999+00', '2026-11-26T21:14:46.999Z'],
    ['2026-11-26 21:14:46.5+05:30', '2026-11-26T15:44:46.500Z'],
    ['2026-11-26 21:14:46-08', '2026-11-27T05:14:46.000Z'],
    ['12026-01-02 03:04:05+00', '+012026-01-02T03:04:05.000Z'],
    ['0044-03-15 12:00:00+00 BC', '-000043-03-15T12:00:00.000Z'],
  ])('reads %s', (text, time) => {
    expect(parseTimestamp(text).toISOString()).toBe(time);
  });

  it('leaves what is no date to the driver', () => {
    expect(parseTimestamp('infinity')).toBe(Infinity);
  });
});
