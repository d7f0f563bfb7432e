import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';

import type { WebhookListenerRepository } from '#messages';

import { strict } from '../../../test/factories/strict.ts';
import { WebhookListener } from './webhook.listener.ts';

Logger.overrideLogger(false);

const BEAT_MS = 1_000;

describe(WebhookListener.name, () => {
  let beats: { id: string; interrupted: boolean }[];
  let steps: string[];
  let faults: number;
  let listener: WebhookListener;

  beforeEach(() => {
    jest.useFakeTimers();
    [beats, steps, faults] = [[], [], 0];
    listener = aListener();
  });

  afterEach(async () => {
    await listener.beforeApplicationShutdown();
    jest.useRealTimers();
  });

  function aListener(): WebhookListener {
    return new WebhookListener(
      strict<WebhookListenerRepository>({
        beat: (id, interrupted) => {
          if (faults-- > 0) return Promise.reject(new Error('The database is away'));
          beats.push({ id, interrupted });
          return Promise.resolve(void steps.push('beat'));
        },
        removeGone: () => Promise.resolve(void steps.push('removed gone')),
      }),
    );
  }
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  it('has given a sign of life when the start is over, so before the first delivery can come', async () => {
    await listener.onApplicationBootstrap();

    expect(steps.slice(0, 2)).toEqual(['removed gone', 'beat']);
  });

  it('does not start without one', async () => {
    faults = 1;

    await expect(listener.onApplicationBootstrap()).rejects.toThrow('The database is away');
  });

  it('goes on giving signs of life, under one name', async () => {
    await listener.onApplicationBootstrap();
    await pass(3 * BEAT_MS);

    expect(beats.length).toBeGreaterThanOrEqual(4);
    expect(new Set(beats.map(({ id }) => id)).size).toBe(1);
    expect(beats.every(({ interrupted }) => !interrupted)).toBe(true);
  });

  it('is another one in another process', async () => {
    await listener.onApplicationBootstrap();
    const other = aListener();
    await other.onApplicationBootstrap();
    await other.beforeApplicationShutdown();

    expect(new Set(beats.map(({ id }) => id)).size).toBe(2);
  });

  it('tells at once, and once, that a delivery was sent away', async () => {
    await listener.onApplicationBootstrap();
    await pass(0);
    const before = beats.length;

    listener.noteRefusal();
    await pass(0);
    await pass(BEAT_MS);

    expect(beats.slice(before).map(({ interrupted }) => interrupted)).toEqual([true, false]);
  });

  it('does not forget it while the database is away', async () => {
    await listener.onApplicationBootstrap();
    await pass(0);
    const before = beats.length;
    faults = 2;

    listener.noteRefusal();
    await pass(3 * BEAT_MS);

    expect(beats[before]).toMatchObject({ interrupted: true });
  });

  it('gives no sign of life any more once it is stopped', async () => {
    await listener.onApplicationBootstrap();
    await listener.beforeApplicationShutdown();
    const before = beats.length;

    await pass(10 * BEAT_MS);

    expect(beats).toHaveLength(before);
  });
});
