import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import type { AppConfig, Clock, Role } from '#common';

import { strict } from '../../../test/factories/strict.ts';
import { MediaJanitor } from './media.janitor.ts';
import type { MediaUploadRepository } from './outbound/media-upload.repository.ts';
import { MediaPlace } from './storage/media-place.ts';
import type { MediaSpool } from './storage/media-spool.ts';

Logger.overrideLogger(false);

const NOW = new Date('2026-11-21T09:00:00Z');

async function aRound(roles: Role[]): Promise<string[]> {
  const done: string[] = [];
  const note = (what: string) => Promise.resolve(void done.push(what));
  const janitor = new MediaJanitor(
    { roles: new Set(roles) } as unknown as AppConfig,
    strict<Clock>({ now: () => NOW }),
    strict<MediaUploadRepository>({ removeExpired: () => note('uploads') }),
    new MediaPlace(strict<MediaSpool>({ sweep: () => note('temporary files').then(() => 0) }), undefined),
  );
  await janitor.clean();
  return done;
}

describe(MediaJanitor.name, () => {
  it('forgets temporary files and uploads', async () => {
    expect(await aRound(['dispatcher'])).toEqual(['temporary files', 'uploads']);
  });

  it('leaves the tables to one role, and looks after its own temporary files in each', async () => {
    expect(await aRound(['api'])).toEqual(['temporary files']);
  });
});
