import { createHmac, hkdfSync } from 'node:crypto';

/**
 * Recognises what must not be kept: an HMAC under a key of its own, derived from `ENCRYPTION_KEY`. Phone numbers are few
 * enough to try them all, so a plain hash would be no protection.
 */
export class KeyedHashes {
  private readonly key: Buffer;

  /** `encryptionKey`: 32 bytes. */
  constructor(encryptionKey: Buffer) {
    this.key = Buffer.from(hkdfSync('sha256', encryptionKey, '', 'palomar fingerprints', 32));
  }

  of(text: string): string {
    return createHmac('sha256', this.key).update(text).digest('base64url');
  }
}
