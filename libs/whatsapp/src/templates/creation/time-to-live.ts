import { type Check, number } from '../../payloads/check.ts';

/** Seconds that Meta tries to deliver, least and most by category; -1 is 30 days in each. */
const RANGES: Record<string, { min: number; max: number }> = {
  AUTHENTICATION: { min: 30, max: 900 },
  UTILITY: { min: 30, max: 43_200 },
  MARKETING: { min: 43_200, max: 2_592_000 },
};

export function timeToLiveOf(category: string): Check {
  const range = number({ ...RANGES[category], whole: true });
  return (value, place) => {
    if (value !== -1) range(value, place);
  };
}
