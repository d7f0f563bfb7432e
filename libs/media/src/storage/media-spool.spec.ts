import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { HEAD_BYTES } from '../file-format.ts';
import { MediaSpool, TooManyBytesError } from './media-spool.ts';

let dir: string;
let spool: MediaSpool;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'palomar-spool-'));
  spool = new MediaSpool(dir);
});
afterEach(() => rm(dir, { recursive: true }));

const inPieces = (...pieces: string[]) => Readable.from(pieces.map((piece) => Buffer.from(piece)));

describe(MediaSpool.name, () => {
  it('writes what comes, and counts and hashes it on the way', async () => {
    const file = await spool.receive(inPieces('01', '234', '56789'), 10);

    expect(file).toMatchObject({
      size: 10,
      sha256: createHash('sha256').update('0123456789').digest('hex'),
      head: Buffer.from('0123456789'),
    });
    expect(await readFile(file.path, 'utf8')).toBe('0123456789');
  });

  it('shows as many of the first bytes as a format needs, and no more', async () => {
    const { head } = await spool.receive(inPieces('a'.repeat(3_000), 'b'.repeat(3_000)), 10_000);

    expect(head.toString()).toBe('a'.repeat(3_000) + 'b'.repeat(HEAD_BYTES - 3_000));
  });

  it('stops at the first byte too many, reads no further and leaves nothing behind', async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        read += 1;
        yield await Promise.resolve(Buffer.alloc(4));
      }
    }

    await expect(spool.receive(endless(), 10)).rejects.toThrow(TooManyBytesError);

    expect(read).toBe(3);
    expect(await readdir(dir)).toEqual([]);
  });

  it('leaves nothing behind of what broke in the middle', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.from('half'));
      throw new Error('cut');
    }

    await expect(spool.receive(broken(), 10)).rejects.toThrow('cut');

    expect(await readdir(dir)).toEqual([]);
  });

  it('sweeps what a dead process left a day ago, and nothing that may still be written', async () => {
    const now = new Date();
    const [old, young] = [join(dir, 'old'), join(dir, 'young')];
    await Promise.all([writeFile(old, ''), writeFile(young, '')]);
    await utimes(old, now, new Date(now.getTime() - 25 * 3_600_000));

    expect(await spool.sweep(now)).toBe(1);

    expect(await readdir(dir)).toEqual(['young']);
  });

  it('has nothing to sweep where no folder is', async () => {
    expect(await new MediaSpool(join(dir, 'never')).sweep(new Date())).toBe(0);
  });
});
