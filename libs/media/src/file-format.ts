import type { FileFormat } from './media-kind.ts';

/** As many bytes as `formatOf` wants to see. */
export const HEAD_BYTES = 4_096;

type Test = (head: Buffer) => boolean;

const starts =
  (...bytes: number[]): Test =>
  (head) =>
    bytes.every((byte, index) => head[index] === byte);
const says =
  (text: string, at = 0): Test =>
  (head) =>
    head.toString('latin1', at, at + text.length) === text;
const both =
  (...tests: Test[]): Test =>
  (head) =>
    tests.every((test) => test(head));
const either =
  (...tests: Test[]): Test =>
  (head) =>
    tests.some((test) => test(head));

/** MPEG's sync word: eleven bits set, then a layer. 0 is AAC's own framing (ADTS), 1 and 2 are MP3 and its elder. */
const mpegFrame =
  (layer: (bits: number) => boolean): Test =>
  ([first = 0, second = 0]) =>
    first === 0xff && (second & 0xe0) === 0xe0 && layer((second >> 1) & 3);

const FORMATS: readonly (readonly [FileFormat, Test])[] = [
  ['jpeg', starts(0xff, 0xd8, 0xff)],
  ['png', starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)],
  ['webp', both(says('RIFF'), says('WEBP', 8))],
  ['mp4', says('ftyp', 4)],
  ['opus', both(says('OggS'), (head) => head.subarray(0, 128).includes('OpusHead'))],
  ['amr', says('#!AMR')],
  [
    'aac',
    either(
      says('ADIF'),
      mpegFrame((bits) => bits === 0),
    ),
  ],
  [
    'mp3',
    either(
      says('ID3'),
      mpegFrame((bits) => bits === 1 || bits === 2),
    ),
  ],
  ['pdf', (head) => head.subarray(0, 1_024).includes('%PDF-')],
  ['office', starts(0x50, 0x4b, 0x03, 0x04)],
  ['ole', starts(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)],
  ['text', isText],
];

/** What the first bytes of a file say it is, whatever its name or its sender says. */
export function formatOf(head: Buffer): FileFormat {
  return FORMATS.find(([, matches]) => matches(head))?.[0] ?? 'unknown';
}

/** Without control characters but those that texts have, in whatever encoding; UTF-16 says so at its beginning. */
function isText(head: Buffer): boolean {
  if (starts(0xff, 0xfe)(head) || starts(0xfe, 0xff)(head)) return true;
  return head.every((byte) => byte >= 0x20 || byte === 0x1b || (byte >= 0x09 && byte <= 0x0d));
}
