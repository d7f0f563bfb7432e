import type { ErrorAdvice } from './error-advice.ts';

const SECOND = 1_000;
const BACKOFF_BASE_MS = SECOND;
const BACKOFF_CEILING_MS = 300 * SECOND;
const THROTTLE_PAUSE_MS = 5 * SECOND;
const PAIR_CEILING_MS = 3_600 * SECOND;
const STOP_PROBE_MS = 60 * SECOND;

/**
 * Milliseconds until the next attempt, or null when there must be none.
 * `failure` is Meta's refusal, or `not-sent` for a request that certainly never left; an unknown outcome has no place
 * here, because repeating it may send twice. `attempts` counts those made, the failed one included (from 1).
 */
export function nextAttemptDelayMs(
  failure: ErrorAdvice | 'not-sent',
  attempts: number,
  random: () => number = Math.random,
): number | null {
  // An outage of the network is nobody's fault: only the message's expiry ends it.
  if (failure === 'not-sent') return backoff(attempts, random);

  // Final from the start, or it had its tries.
  if (attempts > failure.maxRetries) return null;

  // Meta's own formula for one person: 4^n seconds, n from 0.
  if (failure.scope === 'pair') return Math.min(PAIR_CEILING_MS, SECOND * 4 ** (attempts - 1));

  // Held until an operator mends it: asking at an even pace finds out when that is done.
  if (failure.class === 'STOP') return failure.pauseMs ?? STOP_PROBE_MS;

  // Throttled: coming back sooner than asked prolongs it, so only half of the pause is left to chance.
  if (failure.class === 'SLOW') {
    const pause = failure.pauseMs ?? THROTTLE_PAUSE_MS;
    const grown = Math.min(Math.max(BACKOFF_CEILING_MS, pause), pause * 2 ** (attempts - 1));
    return Math.round(grown * (0.5 + random() / 2));
  }

  // A passing fault.
  return backoff(attempts, random);
}

/** Full jitter: messages that failed together do not come back together. */
function backoff(attempts: number, random: () => number): number {
  return Math.round(random() * Math.min(BACKOFF_CEILING_MS, BACKOFF_BASE_MS * 2 ** (attempts - 1)));
}
