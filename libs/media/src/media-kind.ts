const KIB = 1024;
const MIB = 1024 * KIB;

/** What a message can carry, by Meta's names of message types. */
export const MEDIA_KINDS = ['image', 'audio', 'video', 'document', 'sticker'] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** What the first bytes of a file say it is. `office` is the new format of documents (ZIP), `ole` the old one. */
export type FileFormat =
  'jpeg' | 'png' | 'webp' | 'aac' | 'amr' | 'mp3' | 'mp4' | 'opus' | 'pdf' | 'office' | 'ole' | 'text' | 'unknown';

/** A type of file that WhatsApp sends. */
export interface SendableType {
  mimeType: string;
  kind: MediaKind;
  /** Bytes. */
  largest: number;
  formats: readonly FileFormat[];
}

const OFFICE = 'application/vnd.openxmlformats-officedocument';

const type = (kind: MediaKind, largest: number, mimeType: string, ...formats: FileFormat[]): SendableType => ({
  mimeType,
  kind,
  largest,
  formats,
});

/** What Meta documents for uploads. An animated sticker may have 500 KB, a still one 100 KB; which it is, Meta finds out. */
export const SENDABLE_TYPES: readonly SendableType[] = [
  type('image', 5 * MIB, 'image/jpeg', 'jpeg'),
  type('image', 5 * MIB, 'image/png', 'png'),
  type('sticker', 500 * KIB, 'image/webp', 'webp'),
  type('audio', 16 * MIB, 'audio/aac', 'aac'),
  type('audio', 16 * MIB, 'audio/amr', 'amr'),
  type('audio', 16 * MIB, 'audio/mpeg', 'mp3'),
  type('audio', 16 * MIB, 'audio/mp4', 'mp4'),
  type('audio', 16 * MIB, 'audio/ogg', 'opus'),
  type('video', 16 * MIB, 'video/mp4', 'mp4'),
  type('video', 16 * MIB, 'video/3gpp', 'mp4'),
  type('document', 100 * MIB, 'text/plain', 'text'),
  type('document', 100 * MIB, 'application/pdf', 'pdf'),
  type('document', 100 * MIB, 'application/msword', 'ole'),
  type('document', 100 * MIB, 'application/vnd.ms-excel', 'ole'),
  type('document', 100 * MIB, 'application/vnd.ms-powerpoint', 'ole'),
  type('document', 100 * MIB, `${OFFICE}.wordprocessingml.document`, 'office'),
  type('document', 100 * MIB, `${OFFICE}.spreadsheetml.sheet`, 'office'),
  type('document', 100 * MIB, `${OFFICE}.presentationml.presentation`, 'office'),
];

const byMimeType = new Map(SENDABLE_TYPES.map((one) => [one.mimeType, one]));

export function sendableType(mimeType: string): SendableType | undefined {
  return byMimeType.get(mimeType);
}

/** The largest file of any type. */
export const LARGEST_FILE = 100 * MIB;

/**
 * Bytes that are fetched at most for what a customer sent. Meta documents one limit for all of it, 100 MB; a picture or a
 * sticker anywhere near that is none.
 */
export const LARGEST_INBOUND: Record<MediaKind, number> = {
  image: 25 * MIB,
  sticker: 5 * MIB,
  audio: LARGEST_FILE,
  video: LARGEST_FILE,
  document: LARGEST_FILE,
};

/** `audio/ogg; codecs=opus` is `audio/ogg`; what is no type is `application/octet-stream`. */
export function essenceOf(mimeType: string | null | undefined): string {
  const essence = mimeType?.split(';', 1)[0]!.trim().toLowerCase() ?? '';
  return /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/.test(essence)
    ? essence
    : 'application/octet-stream';
}

/** As people write it: `5 MB`, `500 KB`. */
export function shownSize(bytes: number): string {
  if (bytes < MIB) return `${Math.round((bytes / KIB) * 10) / 10} KB`;
  return `${Math.round((bytes / MIB) * 10) / 10} MB`;
}
