import { setTimeout as pause } from 'node:timers/promises';

/**
 * Open loop: call `n` is due `n / perSecond` seconds after the start, however long the others take, and is timed from when
 * it was due, so that a receiver which makes callers wait cannot hide it.
 * @returns milliseconds, in the order in which the calls ended
 */
export async function openLoop(
  count: number,
  perSecond: number,
  call: (index: number) => Promise<unknown>,
): Promise<number[]> {
  const latencies: number[] = [];
  const calling: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < count; index += 1) {
    const dueAt = startedAt + (index * 1000) / perSecond;
    if (performance.now() < dueAt) await pause(dueAt - performance.now());
    calling.push(call(index).then(() => void latencies.push(performance.now() - dueAt)));
  }
  await Promise.all(calling);
  return latencies;
}
