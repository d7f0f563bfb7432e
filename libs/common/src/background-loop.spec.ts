import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { BackgroundLoop, type Pace } from './background-loop.ts';

const REST_MS = 60_000;
const GAP_MS = 20;
const FAULT_PAUSE_MS = 1_000;

/** Work whose every round is ended by the test: by its answer, or by a fault. */
function aLoop(pace: number | Pace = REST_MS) {
  const rounds: { end(more: boolean | number): void; fail(cause: unknown): void }[] = [];
  const faults: unknown[] = [];
  const work = () => new Promise<boolean | number>((end, fail) => void rounds.push({ end, fail }));
  const loop = new BackgroundLoop(work, pace, (cause) => void faults.push(cause));
  const pass = (ms = 0) => jest.advanceTimersByTimeAsync(ms);
  return { loop, rounds, faults, pass };
}

describe(BackgroundLoop.name, () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('works again at once while there is more to do', async () => {
    const { loop, rounds, pass } = aLoop();
    loop.start();

    rounds[0]!.end(true);
    await pass();

    expect(rounds).toHaveLength(2);
  });

  it('rests when there is nothing more to do', async () => {
    const { loop, rounds, pass } = aLoop();
    loop.start();

    rounds[0]!.end(false);
    await pass(REST_MS - 1);
    const early = rounds.length;
    await pass(1);

    expect([early, rounds.length]).toEqual([1, 2]);
  });

  it('ends its rest when it is woken', async () => {
    const { loop, rounds, pass } = aLoop();
    loop.start();
    rounds[0]!.end(false);
    await pass();

    loop.wake();
    await pass();

    expect(rounds).toHaveLength(2);
  });

  it('does not lose a wake-up that comes while it works', async () => {
    const { loop, rounds, pass } = aLoop();
    loop.start();

    loop.wake();
    rounds[0]!.end(false);
    await pass();

    expect(rounds).toHaveLength(2);
  });

  it('rests after the one round that a wake-up asked for', async () => {
    const { loop, rounds, pass } = aLoop();
    loop.start();
    loop.wake();
    rounds[0]!.end(false);
    await pass();

    rounds[1]!.end(false);
    await pass(REST_MS - 1);

    expect(rounds).toHaveLength(2);
  });

  it('tells a fault, pauses and goes on', async () => {
    const { loop, rounds, faults, pass } = aLoop();
    const fault = new Error('database away');
    loop.start();

    rounds[0]!.fail(fault);
    await pass(FAULT_PAUSE_MS - 1);
    const early = rounds.length;
    await pass(1);

    expect(faults).toEqual([fault]);
    expect([early, rounds.length]).toEqual([1, 2]);
  });

  it('does not let wake-ups hurry it after a fault', async () => {
    const { loop, rounds, pass } = aLoop();
    loop.start();
    loop.wake();
    rounds[0]!.fail(new Error('database away'));
    await pass();

    loop.wake();
    await pass(FAULT_PAUSE_MS - 1);

    expect(rounds).toHaveLength(1);
  });

  describe('with a gap', () => {
    const pace = { restMs: REST_MS, gapMs: GAP_MS };

    it('rests for it also when there is more to do', async () => {
      const { loop, rounds, pass } = aLoop(pace);
      loop.start();

      rounds[0]!.end(true);
      await pass(GAP_MS - 1);
      const early = rounds.length;
      await pass(1);

      expect([early, rounds.length]).toEqual([1, 2]);
    });

    it('gathers wake-ups that come in it into one round', async () => {
      const { loop, rounds, pass } = aLoop(pace);
      loop.start();
      rounds[0]!.end(false);
      await pass();

      for (let each = 0; each < 3; each++) {
        loop.wake();
        await pass(GAP_MS / 4);
      }
      const early = rounds.length;
      await pass(GAP_MS);
      rounds.at(-1)!.end(false);
      await pass(REST_MS);

      expect([early, rounds.length]).toEqual([1, 2]);
    });

    it('does not make it wait for a wake-up after it', async () => {
      const { loop, rounds, pass } = aLoop(pace);
      loop.start();
      rounds[0]!.end(false);
      await pass(2 * GAP_MS);

      loop.wake();
      await pass();

      expect(rounds).toHaveLength(2);
    });

    it('is not prolonged by it when it rests anyway', async () => {
      const { loop, rounds, pass } = aLoop(pace);
      loop.start();

      rounds[0]!.end(5 * GAP_MS);
      await pass(5 * GAP_MS - 1);
      const early = rounds.length;
      await pass(1);

      expect([early, rounds.length]).toEqual([1, 2]);
    });
  });

  it('rests as long as the work says, for certain: no wake-up ends that', async () => {
    const { loop, rounds, pass } = aLoop();
    loop.start();
    rounds[0]!.end(500);
    await pass();

    loop.wake();
    await pass(499);
    const early = rounds.length;
    await pass(1);

    expect([early, rounds.length]).toEqual([1, 2]);
  });

  it('works once however often it is started', () => {
    const { loop, rounds } = aLoop();

    loop.start();
    loop.start();

    expect(rounds).toHaveLength(1);
  });

  it('waits for the work at hand when it is stopped, and begins no more', async () => {
    const { loop, rounds, pass } = aLoop();
    loop.start();
    let stopped = false;

    const stop = loop.stop().then(() => (stopped = true));
    await pass(REST_MS);
    const whileWorking = stopped;
    rounds[0]!.end(true);
    await stop;

    expect(whileWorking).toBe(false);
    expect(rounds).toHaveLength(1);
  });

  it.each([
    ['a rest', (round: { end(more: boolean | number): void }) => round.end(false)],
    ['a rest for certain', (round: { end(more: boolean | number): void }) => round.end(500)],
    ['the pause after a fault', (round: { fail(cause: unknown): void }) => round.fail(new Error('database away'))],
  ])('does not wait for the end of %s when it is stopped', async (_what, finish) => {
    const { loop, rounds, pass } = aLoop();
    loop.start();
    finish(rounds[0]!);
    await pass();

    await loop.stop();

    expect(rounds).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('stops though it was never started', async () => {
    const { loop, rounds } = aLoop();

    await loop.stop();

    expect(rounds).toHaveLength(0);
  });

  it('runs from its start until it is told to stop', async () => {
    const { loop, rounds } = aLoop();

    const before = loop.running;
    loop.start();
    const started = loop.running;
    const stop = loop.stop();
    const stopping = loop.running;
    rounds[0]!.end(false);
    await stop;

    expect([before, started, stopping]).toEqual([false, true, false]);
  });
});
