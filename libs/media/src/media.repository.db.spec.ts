import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId } from '#common';
import { WhatsAppMessage } from '#messages';

import { aMessage, PHONE_NUMBER_ID } from '../../../test/factories/messages.ts';
import { aDataSource, createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { Media } from './entities/media.entity.ts';
import { MediaUpload } from './entities/media-upload.entity.ts';
import { MediaIntake } from './inbound/media.intake.ts';
import { MediaRepository } from './media.repository.ts';
import { MediaUploadRepository } from './outbound/media-upload.repository.ts';

const DAY_MS = 24 * 3_600_000;
const HASH = 'a'.repeat(64);
const OTHER_HASH = 'b'.repeat(64);
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);
const there = () => Promise.resolve(true);
const gone = () => Promise.resolve(false);

let database: TestDatabase;
let db: DataSource;
let repository: MediaRepository;

beforeAll(async () => {
  database = await createTestDatabase();
  db = await aDataSource(database.url, [Media, MediaUpload, WhatsAppMessage]);
  repository = new MediaRepository(db);
});
beforeEach(() => db.query('TRUNCATE media, media_uploads, whatsapp_messages'));
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

/** An inbound file as it is noted, with what the test is about. */
async function aMedia(change: Partial<Media> = {}): Promise<Media> {
  const media = db.manager.create(Media, {
    id: newId(),
    tenantId: newId(),
    direction: 'inbound',
    kind: 'image',
    phoneNumberId: PHONE_NUMBER_ID,
    whatsappMediaId: '1',
    mimeType: 'image/jpeg',
    state: 'pending',
    nextAttemptAt: inDays(-1),
    expiresAt: inDays(6),
    ...change,
  });
  await db.manager.insert(Media, media);
  return media;
}

/** An id of that age. */
function anIdOf(time: Date): string {
  const hex = time.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}${newId().slice(13)}`;
}

const rows = () => db.manager.find(Media, { order: { id: 'ASC' } });
const reload = ({ id }: { id: string }) => db.manager.findOneByOrFail(Media, { id });

describe(MediaIntake.name, () => {
  const intake = () => new MediaIntake(repository);
  const image = (id: string) => ({ type: 'image', image: { id, mime_type: 'image/jpeg' } });
  const anInbound = () => aMessage(db, { direction: 'inbound', status: 'RECEIVED' });

  it('notes the files of many messages, each for its message’s tenant, to be fetched at once and for seven days', async () => {
    const [first, second, third] = [await anInbound(), await anInbound(), await anInbound()];

    await db.transaction((tx) =>
      intake().noteInbound(tx, [
        { id: first.id, content: image('1') },
        { id: second.id, content: { type: 'text', text: { body: 'Hola' } } },
        { id: third.id, content: image('3') },
      ]),
    );

    const noted = await rows();
    expect(noted).toMatchObject([
      { messageId: first.id, tenantId: first.tenantId, whatsappMediaId: '1', state: 'pending', attempts: 0 },
      { messageId: third.id, tenantId: third.tenantId, whatsappMediaId: '3', phoneNumberId: PHONE_NUMBER_ID },
    ]);
    const days = (noted[0]!.expiresAt!.getTime() - noted[0]!.createdAt.getTime()) / DAY_MS;
    expect(days).toBe(7);
    expect(noted[0]!.nextAttemptAt).toEqual(noted[0]!.createdAt);
  });

  it('notes nothing for a message that is not in the table', async () => {
    await db.transaction((tx) => intake().noteInbound(tx, [{ id: newId(), content: image('1') }]));

    expect(await rows()).toEqual([]);
  });

  it('notes nothing that its transaction does not keep', async () => {
    const message = await anInbound();

    const failing = db.transaction(async (tx) => {
      await intake().noteInbound(tx, [{ id: message.id, content: image('1') }]);
      throw new Error('no');
    });

    await expect(failing).rejects.toThrow('no');
    expect(await rows()).toEqual([]);
  });
});

describe(MediaRepository.name, () => {
  it('gives each due file to one of many who ask, the longest due first', async () => {
    const media = [];
    for (const days of [-1, -3, -2]) media.push(await aMedia({ nextAttemptAt: inDays(days) }));
    await aMedia({ nextAttemptAt: inDays(1) });
    await aMedia({ state: 'stored' });

    const [first] = await repository.claimDue(1);
    const claims = await Promise.all([repository.claimDue(5), repository.claimDue(5), repository.claimDue(5)]);

    expect(first!.id).toBe(media[1]!.id);
    const others = claims.flat();
    expect(others.map(({ id }) => id).sort()).toEqual([media[0]!.id, media[2]!.id].sort());
    expect(others.every(({ attempts }) => attempts === 1)).toBe(true);
  });

  it('does not wait for a file that another process is claiming', async () => {
    const [taken, free] = [await aMedia(), await aMedia()];

    const claimed = await db.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM media WHERE id = $1 FOR UPDATE', [taken.id]);
      return repository.claimDue(5);
    });

    expect(claimed.map(({ id }) => id)).toEqual([free.id]);
  });

  it('gives a file again whose process gave no sign until its lease was over', async () => {
    const { id } = await aMedia();
    const [claimed] = await repository.claimDue(1);

    expect(await repository.claimDue(1)).toEqual([]);
    await db.query('UPDATE media SET next_attempt_at = now()');
    const [again] = await repository.claimDue(1);

    expect([claimed!.id, again!.id]).toEqual([id, id]);
    expect([claimed!.attempts, again!.attempts]).toEqual([1, 2]);
  });

  it('listens to the latest attempt only', async () => {
    await aMedia();
    const [late] = await repository.claimDue(1);
    await db.query('UPDATE media SET next_attempt_at = now()');
    const [latest] = await repository.claimDue(1);
    const kept = { sha256: HASH, size: 3, mimeType: 'image/jpeg', reason: null };

    await repository.giveUp(late!, 'failed', 'late');
    await repository.postpone(late!, 1_000, 'late');
    await repository.markStored(late!, kept, there);
    expect(await reload(latest!)).toMatchObject({ state: 'pending', reason: null });

    await repository.markStored(latest!, kept, there);
    expect(await reload(latest!)).toMatchObject({ state: 'stored', sha256: HASH, size: 3, nextAttemptAt: null });
    expect((await reload(latest!)).storedAt).toBeInstanceOf(Date);
  });

  it('does not call a file stored that a clean-up removed meanwhile', async () => {
    await aMedia();
    const [claimed] = await repository.claimDue(1);

    const kept = await repository.markStored(
      claimed!,
      { sha256: HASH, size: 3, mimeType: 'image/jpeg', reason: null },
      gone,
    );

    expect(kept).toBe(false);
    expect((await reload(claimed!)).state).toBe('pending');
  });

  describe('of uploaded files', () => {
    const file = { kind: 'image' as const, phoneNumberId: PHONE_NUMBER_ID, mimeType: 'image/jpeg', size: 3 };
    const upload = (tenantId: string, change: object = {}) =>
      repository.createUploaded({ ...file, tenantId, sha256: HASH, fileName: null, ...change }, there);

    it('has one row for the same bytes and type of one tenant, and keeps the name', async () => {
      const tenant = newId();

      const first = await upload(tenant, { fileName: 'a.jpg' });
      const second = await upload(tenant);
      const third = await upload(tenant, { mimeType: 'image/png' });
      const fourth = await upload(newId());

      expect(second).toMatchObject({ id: first!.id, fileName: 'a.jpg', state: 'stored' });
      expect(new Set([first, third, fourth].map((one) => one!.id)).size).toBe(3);
    });

    it('finds those that messages name by Meta’s id, for their own tenant', async () => {
      const [tenant, messageId] = [newId(), newId()];
      const media = await upload(tenant);
      const uploads = new MediaUploadRepository(db);
      const key = { phoneNumberId: PHONE_NUMBER_ID, sha256: HASH, mimeType: 'image/jpeg' };
      await uploads.markUploaded(key, (await uploads.claim(key, inDays(1)))!, '4711');

      const found = await repository.ofOutbound([
        { messageId, tenantId: tenant, whatsappMediaId: '4711' },
        { messageId: newId(), tenantId: newId(), whatsappMediaId: '4711' },
        { messageId: newId(), tenantId: tenant, whatsappMediaId: '4712' },
      ]);

      expect(found).toEqual([{ messageId, id: media!.id, state: 'stored', mimeType: 'image/jpeg', size: 3 }]);
    });
  });

  describe('removing', () => {
    const removed: string[] = [];
    const removeFile = (sha256: string) => {
      removed.push(sha256);
      return Promise.resolve();
    };
    const old = (change: Partial<Media> = {}) =>
      aMedia({ id: anIdOf(inDays(-10)), state: 'stored', sha256: HASH, ...change });
    beforeEach(() => void removed.splice(0));

    it('takes the oldest first, in steps, and the bytes with them', async () => {
      const oldest = await old({ id: anIdOf(inDays(-20)), sha256: OTHER_HASH });
      const older = await old();
      const young = await aMedia({ state: 'stored', sha256: 'c'.repeat(64) });

      expect(await repository.removeOlderThan(inDays(-9), 1, removeFile)).toBe(1);
      expect((await rows()).map(({ id }) => id)).toEqual([older.id, young.id]);
      expect(await repository.removeOlderThan(inDays(-9), 5, removeFile)).toBe(1);

      expect((await rows()).map(({ id }) => id)).toEqual([young.id]);
      expect(removed).toEqual([OTHER_HASH, HASH]);
      expect(oldest.id < older.id).toBe(true);
    });

    it('leaves bytes that a younger row still names', async () => {
      await old();
      const young = await aMedia({ state: 'stored', sha256: HASH });

      await repository.removeOlderThan(inDays(-9), 5, removeFile);

      expect((await rows()).map(({ id }) => id)).toEqual([young.id]);
      expect(removed).toEqual([]);
    });

    it('leaves what is still to be fetched', async () => {
      const pending = await old({ state: 'pending' });

      expect(await repository.removeOlderThan(inDays(-9), 5, removeFile)).toBe(0);

      expect((await rows()).map(({ id }) => id)).toEqual([pending.id]);
    });

    it('leaves what was uploaded again since', async () => {
      const again = await old({ direction: 'outbound', storedAt: inDays(-1) });

      expect(await repository.removeOlderThan(inDays(-9), 5, removeFile)).toBe(0);

      expect((await rows()).map(({ id }) => id)).toEqual([again.id]);
    });

    it('removes no row when its bytes could not be removed', async () => {
      const kept = await old();

      const failing = repository.removeOlderThan(inDays(-9), 5, () => Promise.reject(new Error('no')));

      await expect(failing).rejects.toThrow('no');
      expect((await rows()).map(({ id }) => id)).toEqual([kept.id]);
    });

    it('lets nobody keep the same bytes meanwhile: whoever comes is told that they are gone', async () => {
      await old();
      const tenantId = newId();
      let isThere = true;
      let keeping: Promise<unknown> | undefined;

      await repository.removeOlderThan(inDays(-9), 5, async () => {
        // Under way while the bytes are being removed: it waits for the lock until that is over.
        keeping = repository.createUploaded(
          {
            tenantId,
            kind: 'image',
            phoneNumberId: PHONE_NUMBER_ID,
            mimeType: 'image/jpeg',
            fileName: null,
            size: 3,
            sha256: HASH,
          },
          () => Promise.resolve(isThere),
        );
        await waitsForLock();
        isThere = false;
      });

      expect(await keeping).toBeUndefined();
      expect(await rows()).toEqual([]);
    });

    async function waitsForLock(): Promise<void> {
      for (;;) {
        const [{ waiting }] = await db.query(
          `SELECT count(*)::int AS waiting FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        );
        if (waiting > 0) return;
      }
    }
  });
});

describe('files of erased people', () => {
  const removing = () => {
    const removed: string[] = [];
    return { removed, removeFile: (sha256: string) => Promise.resolve(void removed.push(sha256)) };
  };

  it('go with their rows, also while they are fetched, and bytes stay that another row names', async () => {
    const { removed, removeFile } = removing();
    const [messageId, otherId] = [newId(), newId()];
    await aMedia({ messageId, state: 'stored', sha256: HASH });
    await aMedia({ messageId, state: 'stored', sha256: OTHER_HASH });
    await aMedia({ messageId, state: 'pending', sha256: null });
    const other = await aMedia({ messageId: otherId, state: 'stored', sha256: HASH });

    expect(await repository.removeOfMessages([messageId], removeFile)).toBe(3);

    expect((await db.manager.find(Media)).map(({ id }) => id)).toEqual([other.id]);
    expect(removed).toEqual([OTHER_HASH]);
  });

  it('are not said to be kept when their row went during the fetch, and nothing of them stays', async () => {
    const { removed, removeFile } = removing();
    const messageId = newId();
    await aMedia({ messageId });
    const [claimed] = await repository.claimDue(1);
    await repository.removeOfMessages([messageId], removeFile);

    const file = { sha256: HASH, size: 3, mimeType: 'image/jpeg', reason: null };
    expect(await repository.markStored(claimed!, file, there)).toBe(false);
    await repository.removeUnnamed(HASH, removeFile);

    expect(removed).toEqual([HASH]);
  });
});

describe(MediaUploadRepository.name, () => {
  const key = { phoneNumberId: PHONE_NUMBER_ID, sha256: HASH, mimeType: 'image/jpeg' };
  const uploads = () => new MediaUploadRepository(db);

  it('lets one of many upload, and gives its id to all, for 29 days', async () => {
    const tokens = await Promise.all(Array.from({ length: 5 }, () => uploads().claim(key, inDays(1))));
    const given = tokens.filter((token) => token !== undefined);
    expect(given).toHaveLength(1);
    expect(await uploads().findUsable(key, inDays(1))).toBeUndefined();

    await uploads().markUploaded(key, given[0]!, '4711');

    expect(await uploads().findUsable(key, inDays(28))).toMatchObject({ whatsappMediaId: '4711' });
    expect(await uploads().findUsable(key, inDays(29.5))).toBeUndefined();
    expect(await uploads().claim(key, inDays(28))).toBeUndefined();
    expect(await uploads().claim(key, inDays(29.5))).toEqual(expect.any(String));
  });

  it('has an upload for each of our numbers', async () => {
    await uploads().claim(key, inDays(1));

    expect(await uploads().claim({ ...key, phoneNumberId: '2' }, inDays(1))).toEqual(expect.any(String));
  });

  it('lets the next one try at once when an upload failed, and later when its process died', async () => {
    const failed = await uploads().claim(key, inDays(1));
    await uploads().release(key, failed!);
    const died = await uploads().claim(key, inDays(1));

    expect(await uploads().claim(key, inDays(1))).toBeUndefined();
    await db.query(`UPDATE media_uploads SET lease_expires_at = now() - interval '1 s'`);
    const next = await uploads().claim(key, inDays(1));
    await uploads().release(key, died!);

    expect(next).toEqual(expect.any(String));
    expect(await uploads().claim(key, inDays(1))).toBeUndefined();
  });
});
