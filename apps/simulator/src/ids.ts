import { createHash, randomBytes } from 'node:crypto';

/** A few countries are enough: the prefix of a user id is the only place that needs one. */
const COUNTRIES: readonly (readonly [prefix: string, country: string])[] = [
  ['1', 'US'],
  ['33', 'FR'],
  ['34', 'ES'],
  ['39', 'IT'],
  ['44', 'GB'],
  ['49', 'DE'],
  ['52', 'MX'],
  ['54', 'AR'],
  ['55', 'BR'],
  ['57', 'CO'],
  ['351', 'PT'],
];

/** Id of a message to a customer, built like Meta's: base64 of the customer's number and a random key. */
export function outboundWamid(waId: string): string {
  return wamid(waId, [0x15, 0x02, 0x00, 0x11], 9);
}

/** Id of a message from a customer. */
export function inboundWamid(waId: string): string {
  return wamid(waId, [0x15, 0x02, 0x00, 0x12], 10);
}

function wamid(waId: string, direction: number[], keyBytes: number): string {
  const who = Buffer.from(waId.slice(0, 255));
  const key = Buffer.from(randomBytes(keyBytes).toString('hex').toUpperCase());
  const bytes = [
    Buffer.from([0x1c, 0x18, who.length]),
    who,
    Buffer.from([...direction, 0x18, key.length]),
    key,
    Buffer.from([0]),
  ];
  return `wamid.${Buffer.concat(bytes).toString('base64')}`;
}

/** The business-scoped id of the person behind a number: always the same, and not the number itself. */
export function userIdOf(waId: string): string {
  const country = COUNTRIES.find(([prefix]) => waId.startsWith(prefix))?.[1] ?? 'ZZ';
  return `${country}.${createHash('sha256').update(waId).digest().readBigUInt64BE()}`;
}

/** Id of a template, a media file or another Graph object: 16 digits, as a string. Webhooks write it as a number, exactly. */
export function graphObjectId(): string {
  return String(1_000_000_000_000_000n + (randomBytes(8).readBigUInt64BE() % 8_000_000_000_000_000n));
}

export function fbtraceId(): string {
  return `A${randomBytes(16).toString('base64url')}`;
}
