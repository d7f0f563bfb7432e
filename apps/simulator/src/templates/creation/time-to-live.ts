import { refused } from './refusals.ts';

/** Seconds, from and to; -1 stands for thirty days. */
const RANGES: Record<string, readonly [number, number]> = {
  AUTHENTICATION: [30, 900],
  UTILITY: [30, 43_200],
  MARKETING: [43_200, 2_592_000],
};

export function checkTimeToLive(category: string, seconds: unknown): void {
  if (seconds === undefined || Number(seconds) === -1) return;
  const [from, to] = RANGES[category] ?? [-Infinity, Infinity];
  if (Number(seconds) >= from && Number(seconds) <= to) return;
  const message = `message_send_ttl_seconds of a template of category ${category} must be ${from} to ${to}.`;
  throw refused('Invalid time to live', message);
}
