import { type ByteRange, sendableType, type StoredMedia } from '#media';

/** What a browser may take the file for; anything else is bytes to save. */
export function contentTypeOf(mimeType: string): string {
  return sendableType(mimeType) ? mimeType : 'application/octet-stream';
}

/** Extensions for files without a name; what is not here is saved under its id alone. */
const EXTENSIONS = new Map([
  ['image/jpeg', '.jpg'],
  ['image/png', '.png'],
  ['image/webp', '.webp'],
  ['audio/aac', '.aac'],
  ['audio/amr', '.amr'],
  ['audio/mpeg', '.mp3'],
  ['audio/mp4', '.m4a'],
  ['audio/ogg', '.ogg'],
  ['video/mp4', '.mp4'],
  ['video/3gpp', '.3gp'],
  ['application/pdf', '.pdf'],
  ['text/plain', '.txt'],
]);

/**
 * Headers with which a file of a stranger can do no harm: saved rather than shown, under a name without folders or control
 * characters, never guessed to be another type, and powerless should a browser show it after all.
 */
export function contentHeaders(media: StoredMedia): Record<string, string> {
  return {
    'Content-Type': contentTypeOf(media.mimeType),
    'Content-Disposition': `attachment; filename*=UTF-8''${encodeName(safeName(media))}`,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'private, max-age=31536000, immutable',
    'Accept-Ranges': 'bytes',
    ETag: etagOf(media),
  };
}

export function etagOf({ sha256 }: StoredMedia): string {
  return `"${sha256}"`;
}

/** Whether the caller has these very bytes already. */
export function isKnown(media: StoredMedia, ifNoneMatch: string | undefined): boolean {
  const tags = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes('*') || tags.includes(etagOf(media));
}

/**
 * The part that `Range` asks for. Undefined: all of it, because no single range is asked for, or `If-Range` names other
 * bytes. `outside`: there is nothing at that place (416).
 */
export function readRange(
  media: StoredMedia,
  range: string | undefined,
  ifRange: string | undefined,
): ByteRange | undefined | 'outside' {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range ?? '') ?? [];
  if (first === undefined || last === undefined || first + last === '') return undefined;
  if (ifRange !== undefined && ifRange !== etagOf(media)) return undefined;
  const start = first === '' ? Math.max(0, media.size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? media.size - 1 : Math.min(Number(last), media.size - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  return start > end ? 'outside' : { start, end };
}

function safeName({ fileName, id, mimeType }: StoredMedia): string {
  // Control characters, marks that turn the direction of writing, and what parts a path.
  const name = fileName?.replace(/[\p{Cc}\p{Cf}\p{Cs}/\\:*?"<>|]/gu, '_').replace(/^[.\s]+|[.\s]+$/g, '');
  return name || `${id}${EXTENSIONS.get(mimeType) ?? ''}`;
}

/** As RFC 8187 wants it: `encodeURIComponent` leaves four characters alone that are none of its own. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
