import { createHmac, timingSafeEqual } from 'node:crypto';

const HEADER = /^sha256=([0-9a-f]{64})$/i;

/** The `X-Hub-Signature-256` header Meta would send with this body. Also signs for tests and the simulator. */
export function signWebhook(rawBody: Buffer, appSecret: string): string {
  return `sha256=${hmac(rawBody, appSecret).toString('hex')}`;
}

/**
 * Whether one of the secrets (the current one and, after a rotation, the previous one) signed exactly these bytes.
 * Pass the bytes as received: Meta signs its own `\uXXXX` spelling, which parsing and printing again would change.
 * A missing or malformed header is a plain `false`.
 */
export function verifyWebhookSignature(
  rawBody: Buffer,
  header: string | undefined,
  secrets: readonly string[],
): boolean {
  const hex = HEADER.exec(header ?? '')?.[1];
  if (!hex) return false;
  const given = Buffer.from(hex, 'hex');
  // An empty secret is a missing one: anybody could sign with it.
  return secrets.some((secret) => secret !== '' && timingSafeEqual(hmac(rawBody, secret), given));
}

function hmac(rawBody: Buffer, appSecret: string): Buffer {
  return createHmac('sha256', appSecret).update(rawBody).digest();
}
