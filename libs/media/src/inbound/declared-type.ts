import { formatOf } from '../file-format.ts';
import { type FileFormat, sendableType } from '../media-kind.ts';

/** What a file is, where the bytes alone tell. */
const OF_FORMAT: Partial<Record<FileFormat, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  aac: 'audio/aac',
  amr: 'audio/amr',
  mp3: 'audio/mpeg',
  opus: 'audio/ogg',
  pdf: 'application/pdf',
};

/**
 * The declared type where the bytes bear it out, or where we cannot tell. Else what the bytes are, with a line about it: a
 * customer's file is kept all the same, but under no name that it does not deserve.
 */
export function judgeType(declared: string, head: Buffer): { mimeType: string; reason: string | null } {
  const format = formatOf(head);
  const known = sendableType(declared);
  if (!known || known.formats.includes(format)) return { mimeType: declared, reason: null };
  const mimeType = OF_FORMAT[format] ?? 'application/octet-stream';
  return { mimeType, reason: `Declared as ${declared}, which its bytes are not. Open it with care.` };
}
