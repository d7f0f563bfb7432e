import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { anS3Server, type S3Server } from '../../../../test/support/s3-server.ts';
import { DiskStorage } from './disk.storage.ts';
import { MediaMissingError, type MediaStorage } from './media-storage.ts';
import { S3Storage } from './s3.storage.ts';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

let dir: string;
let s3: S3Server;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'palomar-storage-'));
  s3 = await anS3Server();
});
afterEach(async () => {
  await s3.stop();
  await rm(dir, { recursive: true });
});

async function aTemporary(bytes: Buffer): Promise<{ path: string; size: number }> {
  const path = join(dir, `temporary-${randomUUID()}`);
  await writeFile(path, bytes);
  return { path, size: bytes.length };
}

const contentOf = async (storage: MediaStorage, hash: string, range?: { start: number; end: number }) =>
  Buffer.concat((await (await storage.read(hash, range)).toArray()) as Buffer[]);

describe.each<[string, () => MediaStorage, () => Promise<string[]>]>([
  [
    DiskStorage.name,
    () => new DiskStorage(join(dir, 'media')),
    async () => {
      const entries = await readdir(join(dir, 'media'), { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    },
  ],
  [
    S3Storage.name,
    () => new S3Storage(s3.config),
    () => Promise.resolve([...s3.objects.keys()].map((key) => key.replace('/palomar-media/', ''))),
  ],
])('%s', (_name, open, names) => {
  let storage: MediaStorage;
  beforeEach(() => {
    storage = open();
  });
  afterEach(async () => {
    if (storage instanceof S3Storage) await storage.close();
  });

  it('keeps a file under its hash, gives it back whole or in part, and takes the temporary one away', async () => {
    const bytes = Buffer.from('0123456789');
    const hash = sha256(bytes);
    const temporary = await aTemporary(bytes);

    await storage.keep(hash, temporary);

    expect(await names()).toEqual([hash]);
    expect(existsSync(temporary.path)).toBe(false);
    expect(await storage.has(hash)).toBe(true);
    expect(await contentOf(storage, hash)).toEqual(bytes);
    expect(await contentOf(storage, hash, { start: 2, end: 4 })).toEqual(Buffer.from('234'));
  });

  it('keeps the same bytes once', async () => {
    const bytes = Buffer.from('twice');
    const hash = sha256(bytes);
    const both = [await aTemporary(bytes), await aTemporary(bytes)];

    for (const temporary of both) await storage.keep(hash, temporary);

    expect(await names()).toEqual([hash]);
    expect(await contentOf(storage, hash)).toEqual(bytes);
    expect(both.map(({ path }) => existsSync(path))).toEqual([false, false]);
  });

  it('does not mind a file that is left unread', async () => {
    const bytes = Buffer.alloc(1_000_000);
    await storage.keep(sha256(bytes), await aTemporary(bytes));

    const unread = await storage.read(sha256(bytes));
    unread.destroy();
    await new Promise((closed) => unread.once('close', closed));

    expect(await contentOf(storage, sha256(bytes))).toEqual(bytes);
  });

  it('says what it does not have', async () => {
    const hash = sha256(Buffer.from('nowhere'));

    expect(await storage.has(hash)).toBe(false);
    await expect(storage.read(hash)).rejects.toThrow(MediaMissingError);
  });

  it('removes a file, and does not mind when it is gone', async () => {
    const bytes = Buffer.from('to go');
    const hash = sha256(bytes);
    await storage.keep(hash, await aTemporary(bytes));

    await storage.remove(hash);
    await storage.remove(hash);

    expect(await storage.has(hash)).toBe(false);
  });

  it.each(['', '../../etc/passwd', `${'a'.repeat(61)}/..`, 'A'.repeat(64), `${'a'.repeat(64)}\n`])(
    'knows files by their hash alone, so that %j leads nowhere',
    async (name) => {
      const temporary = await aTemporary(Buffer.from('x'));

      await expect((async () => storage.keep(name, temporary))()).rejects.toThrow('by no other name');
      await expect((async () => storage.read(name))()).rejects.toThrow('by no other name');
      await expect((async () => storage.remove(name))()).rejects.toThrow('by no other name');
      await expect((async () => storage.has(name))()).rejects.toThrow('by no other name');
    },
  );
});

describe(S3Storage.name, () => {
  it('does not send what is there already', async () => {
    const bytes = Buffer.from('large');
    const storage = new S3Storage(s3.config);
    await storage.keep(sha256(bytes), await aTemporary(bytes));

    await storage.keep(sha256(bytes), await aTemporary(bytes));

    expect(s3.requests.map((request) => request.split(' ')[0])).toEqual(['HEAD', 'PUT', 'HEAD']);
    await storage.close();
  });

  it('has bytes refused that are not those of the hash, and says so without a secret', async () => {
    const storage = new S3Storage(s3.config);
    const keep = async () => storage.keep(sha256(Buffer.from('these')), await aTemporary(Buffer.from('those')));

    await expect(keep()).rejects.toThrow(/^The media storage answered PUT with 400 XAmzContentSHA256Mismatch$/);

    expect(s3.objects.size).toBe(0);
    await storage.close();
  });

  it('is refused with another secret, and does not take that for a missing file', async () => {
    const storage = new S3Storage({ ...s3.config, secretAccessKey: 'guess' });

    await expect(storage.has(sha256(Buffer.from('x')))).rejects.toThrow('HEAD with 403');
    await expect(storage.read(sha256(Buffer.from('x')))).rejects.toThrow('GET with 403 SignatureDoesNotMatch');
    await storage.close();
  });
});
