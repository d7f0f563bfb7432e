import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Repeats an assertion until it passes. When it does not within `timeoutMs`, its last failure is thrown, with a line
 * that says how long it was given.
 */
export async function eventually(
  assertion: () => Promise<unknown> | void,
  { timeoutMs = 10_000, intervalMs = 50 } = {},
): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; ; await sleep(intervalMs)) {
    try {
      await assertion();
      return;
    } catch (failure) {
      if (Date.now() + intervalMs > deadline) throw withWait(failure, timeoutMs);
    }
  }
}

/** The same error, so that the report still points at the assertion. */
function withWait(failure: unknown, timeoutMs: number): unknown {
  if (!(failure instanceof Error)) return failure;
  const message = `${failure.message}\n\n(still so after ${timeoutMs} ms)`;
  failure.stack = failure.stack?.replace(failure.message, () => message);
  failure.message = message;
  return failure;
}
