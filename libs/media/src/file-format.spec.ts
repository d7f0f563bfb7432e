import { describe, expect, it } from '@jest/globals';

import { formatOf } from './file-format.ts';

const bytes = (...values: (number | string)[]) =>
  Buffer.concat(
    values.map((value) => (typeof value === 'string' ? Buffer.from(value, 'latin1') : Buffer.from([value]))),
  );
const ofSize = (size: number, start: Buffer) => Buffer.concat([start], size);

describe(formatOf.name, () => {
  it.each([
    ['jpeg', bytes(0xff, 0xd8, 0xff, 0xe0)],
    ['png', bytes(0x89, 'PNG\r\n\x1a\n')],
    ['webp', bytes('RIFF....WEBPVP8 ')],
    ['mp4', bytes(0, 0, 0, 0x18, 'ftypmp42')],
    ['mp4', bytes(0, 0, 0, 0x14, 'ftyp3gp5')],
    ['opus', ofSize(64, bytes('OggS', '\0'.repeat(24), 'OpusHead'))],
    ['amr', bytes('#!AMR\n')],
    ['aac', bytes(0xff, 0xf1, 0x50)],
    ['aac', bytes(0xff, 0xf9, 0x50)],
    ['mp3', bytes(0xff, 0xfb, 0x90)],
    ['mp3', bytes('ID3\x04')],
    ['pdf', bytes('%PDF-1.7')],
    ['pdf', bytes('\n\n%PDF-1.4')],
    ['office', bytes('PK\x03\x04')],
    ['ole', bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)],
    ['text', Buffer.from('Año nuevo 😀')],
    ['unknown', ofSize(64, bytes('OggS', '\0'.repeat(24), '\x01vorbis'))],
    ['unknown', bytes('MZ', 0x90, 0)],
    ['unknown', bytes('\x7fELF\x02\x01\x01', 0)],
    ['text', bytes(0xff, 0xfe, 'U', 0)],
    ['text', bytes('A', 0xf1, 'o')],
    ['unknown', bytes('A', 0, 'o')],
  ])('finds %s', (format, head) => {
    expect(formatOf(head)).toBe(format);
  });

  it('takes a page for text, and for nothing that a browser shows', () => {
    expect(formatOf(Buffer.from('<html><script>'))).toBe('text');
  });
});
