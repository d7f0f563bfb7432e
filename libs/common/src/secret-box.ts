import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const FORM = 'v1';
const IV_BYTES = 12;

/**
 * Encrypts what must be stored but not read by whoever reads the database: AES-256-GCM under `ENCRYPTION_KEY`. What was
 * sealed for one place (`where`, such as a table, a column and an id) opens nowhere else.
 */
export class SecretBox {
  /** 32 bytes each. `previousKey` only opens: what was sealed before `ENCRYPTION_KEY` was changed. */
  constructor(
    private readonly key: Buffer,
    private readonly previousKey?: Buffer,
  ) {}

  /** Whether there may be something to renew. */
  get isChanging(): boolean {
    return this.previousKey !== undefined;
  }

  /** `v1.<iv>.<ciphertext>.<tag>` in base64url; another one each time. */
  seal(text: string, where: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv).setAAD(Buffer.from(where));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return [FORM, ...[iv, sealed, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join('.');
  }

  /** @throws Error when it was sealed with another key or for another place, or was changed since */
  open(sealed: string, where: string): string {
    if (!this.previousKey) return openWith(this.key, sealed, where);
    try {
      return openWith(this.key, sealed, where);
    } catch {
      return openWith(this.previousKey, sealed, where);
    }
  }

  /** The same secret under the present key; as it is when it was so already. */
  renew(sealed: string, where: string): string {
    try {
      openWith(this.key, sealed, where);
      return sealed;
    } catch {
      return this.seal(this.open(sealed, where), where);
    }
  }
}

function openWith(key: Buffer, sealed: string, where: string): string {
  const [form, ...parts] = sealed.split('.');
  const [iv, text, tag] = parts.map((part) => Buffer.from(part, 'base64url'));
  try {
    if (form !== FORM || !iv || !text || !tag) throw new Error(`not of the form ${FORM}`);
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 })
      .setAAD(Buffer.from(where))
      .setAuthTag(tag);
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new Error(`A stored secret cannot be opened (${where}). Is ENCRYPTION_KEY the one it was stored with?`, {
      cause,
    });
  }
}
