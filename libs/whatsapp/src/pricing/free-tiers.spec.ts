import { describe, expect, it } from '@jest/globals';

import { FREE_TIERS, freeTierAt } from './free-tiers.ts';

describe(freeTierAt.name, () => {
  it.each([
    ['2022-12-31T12:00:00Z', 'conversation', 1_000],
    ['2023-06-01T00:00:00Z', 'service_conversation', 1_000],
    ['2024-11-01T00:00:00Z', null, null],
    ['2026-09-30T23:59:59Z', null, null],
    ['2026-10-01T00:00:00Z', 'service_message', 1_000],
  ])('at %s counts %s up to %s', (at, unit, limit) => {
    expect(freeTierAt(new Date(at))).toMatchObject({ unit, limit });
  });

  it('knows none before the first', () => {
    expect(freeTierAt(new Date('2021-01-01T00:00:00Z'))).toBeUndefined();
  });

  it('are in their order, latest first', () => {
    const dates = FREE_TIERS.map(({ since }) => since);

    expect(dates).toEqual(dates.toSorted().toReversed());
  });
});
