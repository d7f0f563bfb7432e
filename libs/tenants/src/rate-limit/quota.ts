import { AppError } from '#common';

/** Every limit is so many requests in a window of this length, which begins with the first of them. */
export const WINDOW_MS = 60_000;

/** What is left of a limit, as the answer tells it. */
export interface Quota {
  /** Whose limit it is. */
  policy: 'key' | 'address';
  limit: number;
  /** Requests that may still come in this window. */
  remaining: number;
  /** Until the next window. */
  resetMs: number;
}

/** `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers, as structured fields. */
export function quotaHeaders({ policy, limit, remaining, resetMs }: Quota): Record<string, string> {
  return {
    'RateLimit-Policy': `"${policy}";q=${limit};w=${WINDOW_MS / 1_000}`,
    RateLimit: `"${policy}";r=${remaining};t=${toSeconds(resetMs)}`,
  };
}

/** 429 that says when to come back; `advice` says what else helps. */
export function rateLimited({ limit, resetMs }: Quota, whose: string, advice: string): AppError {
  const seconds = toSeconds(resetMs);
  return new AppError(
    429,
    'rate-limited',
    `${whose} may make ${limit} requests a minute; go on in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}. ${advice}`,
    { retryAfterSeconds: seconds },
  );
}

/** Whole seconds that are never too few. */
function toSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
