import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import type { AppConfig, Clock, Role } from '#common';

import { strict } from '../../../test/factories/strict.ts';
import { MediaJanitor } from './media.janitor.ts';
import type { MediaRepository } from './media.repository.ts';
import type { MediaUploadRepository } from './outbound/media-upload.repository.ts';
import { MediaPlace } from './storage/media-place.ts';
import type { MediaSpool } from './storage/media-spool.ts';
import type { MediaStorage } from './storage/media-storage.ts';

Logger.overrideLogger(false);

const NOW = new Date('2026-11-21T09:00:00Z');

/** One round of a janitor; `old` files are past their time. */
async function aRound({ retentionDays = undefined as number | undefined, old = 0, roles = ['dispatcher'] }) {
  const done: string[] = [];
  const note = (what: string) => Promise.resolve(void done.push(what));
  const media = strict<MediaRepository>({
    removeOlderThan: async (time, limit, removeFile) => {
      await note(`older than ${time.toISOString()}`);
      await removeFile('hash');
      return Math.min(old, limit);
    },
  });
  const janitor = new MediaJanitor(
    { roles: new Set(roles as Role[]), media: { retentionDays } } as unknown as AppConfig,
    strict<Clock>({ now: () => NOW }),
    media,
    strict<MediaUploadRepository>({ removeExpired: () => note('uploads') }),
    new MediaPlace(
      strict<MediaSpool>({ sweep: () => note('temporary files').then(() => 0) }),
      strict<MediaStorage>({ remove: (sha256) => note(sha256) }),
    ),
  );
  return { more: await janitor.clean(), done };
}

describe(MediaJanitor.name, () => {
  it('removes files and their bytes that are older than they may be', async () => {
    expect(await aRound({ retentionDays: 20, old: 3 })).toEqual({
      more: false,
      done: ['temporary files', 'uploads', 'older than 2026-11-01T09:00:00.000Z', 'hash'],
    });
  });

  it('goes on at once when there may be more', async () => {
    expect(await aRound({ retentionDays: 20, old: 1_000 })).toMatchObject({ more: true });
  });

  it('keeps files for good where nothing else is said', async () => {
    expect((await aRound({ old: 3 })).done).toEqual(['temporary files', 'uploads']);
  });

  it('leaves the tables to one role, and looks after its own temporary files in each', async () => {
    expect((await aRound({ retentionDays: 20, old: 3, roles: ['api'] })).done).toEqual(['temporary files']);
  });
});
