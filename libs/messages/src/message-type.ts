/** Kinds of messages, outbound and inbound; Meta's `type` in upper case. What we do not know is kept as UNKNOWN with its raw content. */
export const MESSAGE_TYPES = [
  'TEMPLATE',
  'TEXT',
  'IMAGE',
  'AUDIO',
  'VIDEO',
  'DOCUMENT',
  'STICKER',
  'LOCATION',
  'CONTACTS',
  'INTERACTIVE',
  'REACTION',
  'BUTTON',
  'ORDER',
  'SYSTEM',
  'EDIT',
  'REVOKE',
  'REQUEST_WELCOME',
  'UNSUPPORTED',
  'UNKNOWN',
] as const;
export type WhatsAppMessageType = (typeof MESSAGE_TYPES)[number];

/** Meta's lower-case `type` as ours; a kind that is newer than this list is UNKNOWN, never an error. */
export function messageTypeOf(metaType: string): WhatsAppMessageType {
  return MESSAGE_TYPES.find((type) => type === metaType.toUpperCase()) ?? 'UNKNOWN';
}
