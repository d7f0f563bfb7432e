import type { Account } from './account.ts';
import type { JsonObject } from './checks.ts';
import type { Contacts } from './contacts.ts';
import { unknownObject } from './graph-error.ts';
import { inboundWamid } from './ids.ts';
import type { MediaStore } from './media-store.ts';
import { waIdOf } from './recipient.ts';
import { inboundChange, seconds } from './webhook-body.ts';
import type { WebhookSender } from './webhook-sender.ts';

export interface InboundFile {
  type: 'image' | 'audio' | 'video' | 'document' | 'sticker';
  mime_type: string;
  base64: string;
  caption?: string;
  filename?: string;
}

/** A message from a customer, as the control API takes it. */
export interface InboundRequest {
  /** The customer's number, `+` or not. */
  from: string;
  /** Shorthand for a text message. */
  text?: string;
  /** Meta's inbound message: `type` and the object named after it; `id`, `timestamp`, `context` if they matter. */
  message?: JsonObject;
  /** Shorthand for a message with a file; its bytes can then be fetched by the id in the webhook. */
  file?: InboundFile;
  /** Profile name of the customer. */
  name?: string;
  /** Which of our numbers it is written to; the default one when left out. */
  phoneNumberId?: string;
}

const IDS_REMEMBERED = 50_000;

/** Messages customers wrote to the business. */
export class Inbox {
  readonly #ids = new Set<string>();

  constructor(
    private readonly account: Account,
    private readonly contacts: Contacts,
    private readonly webhooks: WebhookSender,
    private readonly media: MediaStore,
  ) {}

  /** Starts delivering; `delivered` resolves when it was taken or given up. */
  receive({ from, text, message, file, name, phoneNumberId }: InboundRequest): {
    wamid: string;
    delivered: Promise<unknown>;
  } {
    const id = phoneNumberId ?? this.account.options.phoneNumberId;
    const number = this.account.numbers.get(id);
    if (!number) throw unknownObject('post', id);
    const waId = waIdOf(from.replace(/\D/g, ''));
    if (name !== undefined) this.contacts.rename(waId, name);
    const received = {
      id: inboundWamid(waId),
      timestamp: seconds(Date.now()),
      ...(message ?? (file ? this.#fileMessage(file) : { type: 'text', text: { body: text ?? '' } })),
    };
    this.#remember(received.id);
    const delivered = this.webhooks.deliver(inboundChange(number, waId, this.contacts.nameOf(waId), received));
    return { wamid: received.id, delivered };
  }

  knows(wamid: string): boolean {
    return this.#ids.has(wamid);
  }

  reset(): void {
    this.#ids.clear();
  }

  /** Webhooks carry the hash in base64; media answers in hex. */
  #fileMessage({ type, base64, ...file }: InboundFile): JsonObject {
    const { id, sha256 } = this.media.add(file.mime_type, Buffer.from(base64, 'base64'));
    return { type, [type]: { ...file, id, sha256: Buffer.from(sha256, 'hex').toString('base64') } };
  }

  #remember(wamid: string): void {
    this.#ids.add(wamid);
    if (this.#ids.size > IDS_REMEMBERED) {
      const [oldest] = this.#ids;
      this.#ids.delete(oldest as string);
    }
  }
}
