import { describe, expect, it } from '@jest/globals';

import { percentilesOf } from './latency-percentiles.ts';

/** As the database puts them into their buckets. */
const tally = (times: number[]) => {
  const tallies: Record<string, number> = { 'sent_to_delivered:3': 1_000, 'failed:131026': 4 };
  for (const ms of times) {
    const label = `accepted_to_sent:${Math.ceil(Math.log(Math.max(ms, 1)) / Math.log(1.1))}`;
    tallies[label] = (tallies[label] ?? 0) + 1;
  }
  return tallies;
};

describe(percentilesOf.name, () => {
  it.each([
    ['milliseconds', 1],
    ['seconds', 1_000],
    ['days', 86_400_000],
  ])('are within 5 %% of the exact ones, for %s', (_, unit) => {
    const times = Array.from({ length: 1_000 }, (_each, index) => (index + 1) * unit);

    const { p50, p95, p99 } = percentilesOf('accepted_to_sent', tally(times));

    for (const [found, exact] of [
      [p50, 500],
      [p95, 950],
      [p99, 990],
    ] as const) {
      expect(Math.abs(found! / (exact * unit) - 1)).toBeLessThan(0.05);
    }
  });

  it('are those of the one message there is', () => {
    expect(percentilesOf('accepted_to_sent', tally([1]))).toEqual({ p50: 1, p95: 1, p99: 1 });
  });

  it('are null without messages', () => {
    expect(percentilesOf('delivered_to_read', tally([5]))).toEqual({ p50: null, p95: null, p99: null });
  });
});
