import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { AppConfig, newId, parseE164, PLATFORM_TENANT_ID, ValidationError } from '#common';
import { ConversationRepository, type ToldMessage, ToldMessageRepository } from '#messages';
import { type Caller, type Sender, SenderDirectory } from '#tenants';
import { WhatsAppBusinessService } from '#whatsapp';

import { INVALID_PAYLOAD, UnusableBody } from './support-desk.reader.ts';

export interface OutgoingText {
  sender: string;
  receiver: string;
  content: string;
}

/** A stored message, as far as the support desk is told. */
export interface StoredText {
  id: string;
  at: Date;
}

/** Begins the id of a message that Meta knows nothing of. */
export const DESK_ID = 'support-desk.';

/** Longer than any name of a person at the other side. */
const LONGEST_SENDER = 128;

/** The support desk's sender, receiver and content, on the one engine. Its clients name no tenant: a key's own, or the platform's. */
@Injectable()
export class SupportDeskService {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly senders: SenderDirectory,
    private readonly whatsapp: WhatsAppBusinessService,
    private readonly told: ToldMessageRepository,
    private readonly conversations: ConversationRepository,
  ) {}

  /**
   * Accepts a text as any message is accepted.
   * @throws UnusableBody for a sender that is not ours, a receiver that is no phone number, a content that WhatsApp does not take;
   * AppError for the rest, such as 422 `conversation-window-closed`
   */
  async send(caller: Caller, { sender, receiver, content }: OutgoingText): Promise<StoredText> {
    const tenantId = caller.tenantId ?? PLATFORM_TENANT_ID;
    if (!this.isOurs(sender, this.senders.forTenant(tenantId))) {
      throw new UnusableBody({ sender: [`"${sender}" is not a sending number of this tenant.`] });
    }
    try {
      const { id, createdAt } = await this.whatsapp.sendMessage({
        tenantId,
        to: phoneOf(receiver) ?? receiver,
        message: { type: 'text', text: content },
        metadata: { source: 'support-desk' },
      });
      return { id, at: createdAt };
    } catch (cause) {
      throw cause instanceof ValidationError ? inTermsOfTheDesk(cause) : cause;
    }
  }

  /** Stores what a customer wrote, as if it had come from Meta: it opens their conversation with the tenant's number. */
  async receive(caller: Caller, { sender, content }: { sender: string; content: string }): Promise<StoredText> {
    if (sender.length > LONGEST_SENDER) throw new UnusableBody(INVALID_PAYLOAD);
    const tenantId = caller.tenantId ?? PLATFORM_TENANT_ID;
    const { phoneNumberId } = this.senders.forTenant(tenantId);
    const at = new Date();
    const message = toInbound({ tenantId, phoneNumberId, sender, content, at });
    await this.dataSource.transaction(async (tx) => {
      await this.told.store(tx, [message]);
      const { id: messageId, whatsappMessageId: wamid, contactKey } = message;
      const note = { tenantId, phoneNumberId, contactKey, contactName: null, at, messageId, wamid: wamid as string };
      await this.conversations.noteInbound(tx, [note]);
    });
    return { id: message.id, at };
  }

  /** By its phone number, Meta's id of it, or a name that the configuration gives it. */
  private isOurs(name: string, { phoneNumberId, fromPhone }: Sender): boolean {
    const mapped = this.config.supportDesk.senders.get(name) ?? name;
    return mapped === phoneNumberId || (fromPhone !== undefined && digitsOf(mapped) === digitsOf(fromPhone));
  }
}

function digitsOf(phone: string): string {
  return phone.replace(/\D/g, '');
}

/** However it is spelled, as long as only one number can be meant. */
function phoneOf(text: string): string | undefined {
  const parsed = parseE164(text);
  return parsed.ok ? parsed.e164 : parsed.suggestion;
}

/** Who writes without a phone number is known by what they are called. */
function toInbound({ tenantId, phoneNumberId, sender, content, at }: Received): ToldMessage {
  const phone = phoneOf(sender);
  const id = newId();
  return {
    id,
    tenantId,
    phoneNumberId,
    direction: 'inbound',
    status: 'RECEIVED',
    messageType: 'TEXT',
    fromPhone: phone ?? null,
    recipientPhone: null,
    recipientUserId: null,
    waId: phone?.slice(1) ?? null,
    contactKey: phone ?? sender,
    recipientName: null,
    content: { type: 'text', text: { body: content } },
    whatsappMessageId: `${DESK_ID}${id}`,
    metadata: { source: 'support-desk' },
    sentAt: at,
    createdAt: null,
  };
}

interface Received {
  tenantId: string;
  phoneNumberId: string;
  sender: string;
  content: string;
  at: Date;
}

const FIELDS = new Map([
  ['to', 'receiver'],
  ['text', 'content'],
  ['text.body', 'content'],
]);

/** What is wrong with the fields the desk gave; the rest is told as of any message. */
function inTermsOfTheDesk(refusal: ValidationError): Error {
  const faults: Record<string, string[]> = {};
  for (const { field, message } of refusal.errors ?? []) {
    const known = FIELDS.get(field);
    if (!known) return refusal;
    (faults[known] ??= []).push(message);
  }
  return new UnusableBody(faults);
}
