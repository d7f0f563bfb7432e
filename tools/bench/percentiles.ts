/** Two points of a distribution, in milliseconds. */
export interface Percentiles {
  p50: number;
  p99: number;
}

/** @returns undefined when nothing was measured */
export function percentilesOf(values: readonly number[]): Percentiles | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  return { p50: at(0.5), p99: at(0.99) };
}
