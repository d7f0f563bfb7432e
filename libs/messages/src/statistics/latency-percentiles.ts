import { BUCKET_GROWTH } from './statistics.sql.ts';

export const LATENCIES = ['accepted_to_sent', 'sent_to_delivered', 'delivered_to_read'] as const;
export type Latency = (typeof LATENCIES)[number];

/** In milliseconds; null without a message that came so far. */
export type Percentiles = Record<'p50' | 'p95' | 'p99', number | null>;

/**
 * Percentiles out of tallies such as `accepted_to_sent:57`. A bucket is told by its middle, which is at most 5 % from
 * any time in it, because a bucket ends a tenth above where it begins.
 */
export function percentilesOf(latency: Latency, tallies: Record<string, number>): Percentiles {
  const buckets = Object.entries(tallies)
    .filter(([label, count]) => label.startsWith(`${latency}:`) && count > 0)
    .map(([label, count]) => ({ bucket: Number(label.slice(latency.length + 1)), count }))
    .sort((a, b) => a.bucket - b.bucket);
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  const at = (share: number) => {
    let left = Math.ceil(total * share);
    const found = buckets.find(({ count }) => (left -= count) <= 0);
    return found ? middleOf(found.bucket) : null;
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function middleOf(bucket: number): number {
  return Math.max(1, Math.round(BUCKET_GROWTH ** (bucket - 0.5)));
}
