const HEX = /^[0-9a-f]{64}$/i;
/** 32 bytes in base64 take 43 characters and one `=`. */
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;

/** Whether it is a hash as we write it, and so also a name that leads out of no folder. */
export function isSha256(value: string): boolean {
  return /^[0-9a-f]{64}$/.test(value);
}

/** A hash as Meta writes it, hex in media answers and base64 in webhooks, as we do: hex. */
export function readSha256(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (HEX.test(value)) return value.toLowerCase();
  return BASE64.test(value) ? Buffer.from(value, 'base64').toString('hex') : undefined;
}
