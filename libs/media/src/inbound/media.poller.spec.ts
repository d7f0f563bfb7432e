import { afterEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import type { AppConfig, Role } from '#common';

import { strict } from '../../../../test/factories/strict.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import type { Media } from '../entities/media.entity.ts';
import type { MediaRepository } from '../media.repository.ts';
import { MediaPlace } from '../storage/media-place.ts';
import type { MediaSpool } from '../storage/media-spool.ts';
import type { MediaStorage } from '../storage/media-storage.ts';
import type { MediaFetcher } from './media.fetcher.ts';
import { MediaPoller } from './media.poller.ts';

Logger.overrideLogger(false);

let poller: MediaPoller;
afterEach(() => poller.beforeApplicationShutdown());

/** A poller before `waiting` files; those under way end when the test lets them. */
function aPoller({ waiting = 0, roles = ['dispatcher'], hasPlace = true }) {
  const storage = hasPlace ? strict<MediaStorage>({}) : undefined;
  const asked: number[] = [];
  const underWay: { end: () => void; fail: (cause: Error) => void }[] = [];
  const media = strict<MediaRepository>({
    claimDue: (limit) => {
      asked.push(limit);
      const count = Math.min(limit, waiting);
      waiting -= count;
      return Promise.resolve(Array.from({ length: count }, () => ({}) as Media));
    },
  });
  const fetcher = strict<MediaFetcher>({
    fetch: (_, __, stop) =>
      new Promise<void>((end, fail) => {
        underWay.push({ end, fail });
        stop.addEventListener('abort', () => end());
      }),
  });
  const config = { roles: new Set(roles as Role[]) } as unknown as AppConfig;
  poller = new MediaPoller(config, media, new MediaPlace(strict<MediaSpool>({}), storage), fetcher);
  poller.onApplicationBootstrap();
  return { asked, underWay };
}

describe(MediaPoller.name, () => {
  it('has four files under way at most, and claims the next one when a place is free', async () => {
    const { asked, underWay } = aPoller({ waiting: 6 });
    await eventually(() => expect(underWay).toHaveLength(4), { intervalMs: 5 });

    underWay[0]!.end();
    await eventually(() => expect(underWay).toHaveLength(5), { intervalMs: 5 });

    expect(asked.slice(0, 2)).toEqual([4, 1]);
  });

  it('goes on when it could not be recorded what became of a file', async () => {
    const { underWay } = aPoller({ waiting: 5 });
    await eventually(() => expect(underWay).toHaveLength(4), { intervalMs: 5 });

    underWay[0]!.fail(new Error('database away'));

    await eventually(() => expect(underWay).toHaveLength(5), { intervalMs: 5 });
  });

  it('ends what is under way when the process stops, and claims nothing more', async () => {
    const { asked, underWay } = aPoller({ waiting: 9 });
    await eventually(() => expect(underWay).toHaveLength(4), { intervalMs: 5 });

    await poller.beforeApplicationShutdown();

    expect([underWay.length, asked.length]).toEqual([4, 1]);
  });

  it.each([
    ['another role', { roles: ['api', 'webhooks'] }],
    ['no place for files', { hasPlace: false }],
  ])('claims nothing in a process with %s', async (_, world) => {
    const { asked } = aPoller({ waiting: 1, ...world });

    poller.wake();
    await new Promise(setImmediate);

    expect(asked).toEqual([]);
  });
});
