import { describe, expect, it } from '@jest/globals';

import { strict } from '../../../test/factories/strict.ts';
import { MediaRemover } from './media.remover.ts';
import type { MediaRepository } from './media.repository.ts';
import { MediaPlace } from './storage/media-place.ts';
import type { MediaSpool } from './storage/media-spool.ts';
import type { MediaStorage } from './storage/media-storage.ts';

const TIME = new Date('2026-11-01T09:00:00Z');

/** `old` files are past their time. */
function aRemover(old: number, { withStorage = true } = {}) {
  const done: string[] = [];
  const media = strict<MediaRepository>({
    removeOlderThan: async (time, limit, removeFile) => {
      done.push(`older than ${time.toISOString()}`);
      await removeFile('hash');
      return Math.min(old, limit);
    },
  });
  const storage = strict<MediaStorage>({ remove: (sha256) => Promise.resolve(void done.push(sha256)) });
  const place = new MediaPlace(strict<MediaSpool>({}), withStorage ? storage : undefined);
  return { remover: new MediaRemover(media, place), done };
}

describe(MediaRemover.name, () => {
  it('removes rows and their bytes', async () => {
    const { remover, done } = aRemover(3);

    expect(await remover.removeBefore(TIME)).toEqual({ removed: 3, more: false });
    expect(done).toEqual([`older than ${TIME.toISOString()}`, 'hash']);
  });

  it('says that there may be more after a full batch', async () => {
    expect(await aRemover(1_000).remover.removeBefore(TIME)).toEqual({ removed: 100, more: true });
  });

  it('removes nothing where nothing is kept', async () => {
    const { remover, done } = aRemover(3, { withStorage: false });

    expect([await remover.removeBefore(TIME), done]).toEqual([{ removed: 0, more: false }, []]);
  });
});
