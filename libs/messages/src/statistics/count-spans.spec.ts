import { describe, expect, it } from '@jest/globals';

import { endOfDay, splitSpan } from './count-spans.ts';

const at = (text: string) => new Date(`2026-${text}Z`);
const span = (from: string, to: string) => ({ from: at(from), to: at(to) });

describe(splitSpan.name, () => {
  it('takes days as a whole, quarters around them, and messages at the ends', () => {
    expect(splitSpan(span('11-01T22:20:30', '11-04T01:50:00'), true)).toEqual({
      messages: [span('11-01T22:20:30', '11-01T22:30:00'), span('11-04T01:45:00', '11-04T01:50:00')],
      quarters: [span('11-01T22:30:00', '11-02T00:00:00'), span('11-04T00:00:00', '11-04T01:45:00')],
      days: [span('11-02T00:00:00', '11-04T00:00:00')],
    });
  });

  it('takes nothing but days of a span of whole days', () => {
    const days = span('11-01T00:00:00', '11-04T00:00:00');

    expect(splitSpan(days, true)).toEqual({ messages: [], quarters: [], days: [days] });
  });

  it('takes quarters alone where a border lies within a day', () => {
    const days = span('11-01T00:00:00', '11-04T00:00:00');

    expect(splitSpan(days, false)).toEqual({ messages: [], quarters: [days], days: [] });
  });

  it('takes messages alone of a span without a whole quarter', () => {
    const short = span('11-01T00:05:00', '11-01T00:20:00');

    expect(splitSpan(short, true)).toEqual({ messages: [short], quarters: [], days: [] });
  });
});

describe(endOfDay.name, () => {
  it.each([
    ['11-01T00:00:01', '11-02T00:00:00'],
    ['11-01T00:00:00', '11-01T00:00:00'],
  ])('of %s is %s', (now, end) => {
    expect(endOfDay(at(now))).toEqual(at(end));
  });
});
