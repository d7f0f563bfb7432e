import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import { type Clock, newId } from '#common';
import type { SenderDirectory } from '#tenants';
import { type CloudApiClient, CloudApiUnknownOutcomeError } from '#whatsapp';

import { aJpeg } from '../../../../test/factories/files.ts';
import { PHONE_NUMBER_ID } from '../../../../test/factories/messages.ts';
import { aSender } from '../../../../test/factories/senders.ts';
import { strict } from '../../../../test/factories/strict.ts';
import type { Media } from '../entities/media.entity.ts';
import type { MediaRepository } from '../media.repository.ts';
import { DiskStorage } from '../storage/disk.storage.ts';
import { MediaPlace } from '../storage/media-place.ts';
import { MediaSpool } from '../storage/media-spool.ts';
import { MediaFetcher } from './media.fetcher.ts';

const NOW = new Date('2026-11-21T09:00:00Z');
const URL_OF_FILE = 'https://lookaside.fbsbx.com/file';

Logger.overrideLogger(false);

let dir: string;
/** What was noted of the file, in words. */
let noted: string[];
/** How often Meta was asked for a URL. */
let lookUps: number;
let storage: DiskStorage;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'palomar-fetcher-'));
  storage = new DiskStorage(dir);
  [noted, lookUps] = [[], 0];
});
afterEach(() => rm(dir, { recursive: true }));

interface World {
  media?: Partial<Media>;
  download?: CloudApiClient['downloadMedia'];
  isOurs?: boolean;
  isKept?: boolean;
  stop?: AbortController;
}

/** Fetches one file in such a world. */
async function fetchIn({ media, download = whole, isOurs = true, isKept = true, stop }: World): Promise<void> {
  const repository = strict<MediaRepository>({
    markStored: async (_, { size, mimeType }, has) => {
      if (!isKept || !(await has())) return false;
      noted.push(`stored ${mimeType} ${size}`);
      return true;
    },
    postpone: (_, pauseMs, reason) => Promise.resolve(void noted.push(`postponed ${pauseMs > 0} ${reason}`)),
    giveUp: (_, state, reason) => Promise.resolve(void noted.push(`${state} ${reason}`)),
  });
  const cloudApi = strict<CloudApiClient>({
    getMedia: () => {
      lookUps += 1;
      return Promise.resolve({ url: URL_OF_FILE });
    },
    downloadMedia: download,
  });
  const senders = strict<SenderDirectory>({ byPhoneNumberId: () => (isOurs ? aSender() : undefined) });
  const place = new MediaPlace(new MediaSpool(join(dir, 'tmp')), storage);
  const fetcher = new MediaFetcher(strict<Clock>({ now: () => NOW }), repository, place, cloudApi, senders);
  const row = {
    id: newId(),
    kind: 'image',
    phoneNumberId: PHONE_NUMBER_ID,
    whatsappMediaId: '1',
    mimeType: 'image/jpeg',
    sha256: null,
    attempts: 1,
    expiresAt: new Date(NOW.getTime() + 86_400_000),
    ...media,
  } as Media;
  await fetcher.fetch(row, storage, (stop ?? new AbortController()).signal);
}

const whole: CloudApiClient['downloadMedia'] = () =>
  Promise.resolve({ body: Readable.from([aJpeg()]), size: undefined });
const temporaries = () => readdir(join(dir, 'tmp'));

describe(MediaFetcher.name, () => {
  it('keeps what Meta says nothing about but its URL', async () => {
    await fetchIn({});

    expect(noted).toEqual([`stored image/jpeg ${aJpeg().length}`]);
    expect(await temporaries()).toEqual([]);
  });

  it('does not begin to read what is too large by the server’s own word', async () => {
    let wasRead = false;
    const body = new Readable({ read: () => (wasRead = true) });

    await fetchIn({ download: () => Promise.resolve({ body, size: 26 * 1024 * 1024 }) });

    expect(noted).toEqual([expect.stringMatching(/^failed .*25 MB/)]);
    expect([body.destroyed, wasRead]).toEqual([true, false]);
  });

  it('asks for a URL twice, and then waits', async () => {
    const over = () => Promise.reject(new CloudApiUnknownOutcomeError('HTTP 404 without envelope', 404));

    await fetchIn({ download: over });

    expect(lookUps).toBe(2);
    expect(noted).toEqual([expect.stringMatching(/^postponed true .*HTTP 404/)]);
  });

  it('asks for no other URL when the transfer broke', async () => {
    const broken = () => {
      const body = new Readable({ read: () => undefined });
      body.push(Buffer.from('half'));
      body.on('error', () => undefined);
      setImmediate(() => body.destroy(Object.assign(new Error('cut'), { code: 'UND_ERR_SOCKET' })));
      return Promise.resolve({ body, size: undefined });
    };

    await fetchIn({ download: broken });

    expect(lookUps).toBe(1);
    expect(noted).toEqual([expect.stringMatching(/^postponed true .*UND_ERR_SOCKET/)]);
    expect(await temporaries()).toEqual([]);
  });

  it('lets go at once, in the middle, when the process is to stop', async () => {
    const stop = new AbortController();
    const body = new Readable({ read: () => stop.abort() });

    await fetchIn({ stop, download: () => Promise.resolve({ body, size: undefined }) });

    expect(noted).toEqual([expect.stringMatching(/^postponed false Interrupted/)]);
    expect(await temporaries()).toEqual([]);
  });

  it('tries again when a clean-up took the file away while it was being kept', async () => {
    await fetchIn({ isKept: false });

    expect(noted).toEqual([expect.stringMatching(/^postponed true /)]);
  });

  it('waits for a number that is not ours now', async () => {
    await fetchIn({ isOurs: false });

    expect(noted).toEqual([expect.stringMatching(/^postponed true .*is not ours any more/)]);
  });

  it('asks Meta no more when the seven days are over', async () => {
    await fetchIn({ media: { expiresAt: NOW } });

    expect(lookUps).toBe(0);
    expect(noted).toEqual([expect.stringMatching(/^expired /)]);
  });
});
