import { jsonSafe } from '#common';

import type { InboundFile } from '../media.repository.ts';
import { essenceOf, MEDIA_KINDS } from '../media-kind.ts';
import { readSha256 } from '../sha256.ts';

/** A media id is a number with many digits, and a segment of a path of ours. */
const MEDIA_ID = /^\d{1,40}$/;
const LONGEST_NAME = 240;

/** The file an inbound message speaks of, if it does. `content` is Meta's message object, in which anything may be missing or wrong. */
export function toInboundFile(messageId: string, content: unknown): InboundFile | undefined {
  const { type, ...objects } = objectOf(content);
  const kind = MEDIA_KINDS.find((one) => one === type);
  if (kind === undefined) return undefined;
  const { id, mime_type: mimeType, sha256, filename } = objectOf(Object.hasOwn(objects, kind) ? objects[kind] : {});
  const whatsappMediaId = Number.isSafeInteger(id) ? String(id) : id;
  if (typeof whatsappMediaId !== 'string' || !MEDIA_ID.test(whatsappMediaId)) return undefined;
  return {
    messageId,
    kind,
    whatsappMediaId,
    mimeType: essenceOf(typeof mimeType === 'string' ? mimeType : undefined),
    sha256: readSha256(sha256) ?? null,
    fileName: typeof filename === 'string' && filename !== '' ? jsonSafe(filename.slice(0, LONGEST_NAME)) : null,
  };
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
