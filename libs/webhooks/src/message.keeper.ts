import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { idAt, jsonSafe, newId, phoneSpellings, PLATFORM_TENANT_ID } from '#common';
import { MediaIntake } from '#media';
import {
  amendContent,
  type Amendment,
  ConversationRepository,
  type InboundNote,
  type InTouch,
  type Original,
  type ToldMessage,
  ToldMessageRepository,
} from '#messages';

import type { InboundMessage, MessageElsewhere } from './mapping/webhook-item.ts';

/** A message as it is stored, and what was told of it. */
export interface Kept {
  told: InboundMessage | MessageElsewhere;
  stored: Pick<ToldMessage, 'id' | 'tenantId' | 'contactKey'>;
  /** False: it was stored before. */
  isNew: boolean;
  /** An edit or a revocation of a message that is not here, or not yet: it is stored by itself. */
  isHomeless: boolean;
}

/** Stores what people write to us, and what was written to them past Palomar. */
@Injectable()
export class MessageKeeper {
  constructor(
    private readonly messages: ToldMessageRepository,
    private readonly conversations: ConversationRepository,
    private readonly media: MediaIntake,
  ) {}

  /** All in a few statements, in the caller's transaction; edits and revocations of known messages change those instead. */
  async keep(tx: EntityManager, told: (InboundMessage | MessageElsewhere)[]): Promise<Kept[]> {
    if (told.length === 0) return [];
    const whose = await this.messages.findInTouch(tx, told.map(toCounterpart));
    const rows = told.map((message, index) => toRow(message, whose[index]));

    const amending = new Set(told.filter(({ amendment }) => amendment));
    const plain = rows.filter((_, index) => !amending.has(told[index]!));
    const fresh = new Set(await this.messages.store(tx, plain));
    // After the others: what they amend may be in the same delivery.
    const homeless = amending.size > 0 ? await this.amend(tx, [...amending]) : new Set<InboundMessage>();
    const alone = rows.filter((_, index) => homeless.has(told[index]!));
    for (const id of await this.messages.store(tx, alone)) fresh.add(id);

    const kept = rows.map((stored, index) => {
      const message = told[index]!;
      return { told: message, stored, isNew: fresh.has(stored.id), isHomeless: homeless.has(message) };
    });
    await this.noteWritten(tx, kept.filter(isWrittenNow));
    return kept;
  }

  /** Their files are fetched from now on, and their senders can be answered freely for a day. */
  private async noteWritten(tx: EntityManager, kept: Kept[]): Promise<void> {
    await this.media.noteInbound(
      tx,
      kept.map(({ told, stored }) => ({ id: stored.id, content: told.content })),
    );
    await this.conversations.noteInbound(tx, kept.filter(isSaidByPerson).map(toInboundNote));
  }

  /** Answers those whose original is not known. */
  private async amend(tx: EntityManager, told: InboundMessage[]): Promise<Set<InboundMessage>> {
    const originals = await this.messages.lockOriginals(
      tx,
      told.map(({ amendment }) => amendment!.originalId),
    );
    const changed = new Map<string, Original>();
    const lines = [];
    const homeless = new Set<InboundMessage>();
    for (const message of told) {
      const amendment = message.amendment!;
      const original = originals.find((one) => isMeant(one, message));
      if (!original) homeless.add(message);
      else {
        original.content = amendContent(original.content, amendment);
        changed.set(original.id, original);
        lines.push(toLine(original.id, amendment));
      }
    }
    if (changed.size > 0) await this.messages.writeContents(tx, [...changed.values()], lines);
    return homeless;
  }
}

/** Not what other tools sent, nor what was written before Palomar listened. */
function isWrittenNow({ told, isNew }: Kept): boolean {
  return isNew && !('origin' in told);
}

/** What WhatsApp itself tells of somebody opens no window, and a group is no person. */
function isSaidByPerson({ told }: Kept): boolean {
  return told.messageType !== 'SYSTEM' && told.content.group_id === undefined;
}

function toInboundNote({ told, stored }: Kept): InboundNote {
  return {
    tenantId: stored.tenantId,
    phoneNumberId: told.phoneNumberId,
    contactKey: stored.contactKey,
    contactName: jsonSafe(told.recipientName) ?? null,
    at: told.sentAt ?? new Date(),
    messageId: stored.id,
    wamid: told.whatsappMessageId,
  };
}

function toCounterpart({ phoneNumberId, addresses }: InboundMessage) {
  return { phoneNumberId, addresses: addresses.flatMap(phoneSpellings) };
}

/** The contact is known by the address we dial: so all that is said with one person stands in one order. */
function toRow(message: InboundMessage | MessageElsewhere, inTouch: InTouch | undefined): ToldMessage {
  const { addresses: _, person: __, amendment: ___, ...all } = message;
  const told = { ...all, recipientName: jsonSafe(all.recipientName), content: jsonSafe(all.content) };
  const whose = {
    tenantId: inTouch?.tenantId ?? PLATFORM_TENANT_ID,
    contactKey: inTouch?.contactKey ?? told.contactKey,
  };
  if (!('origin' in told)) {
    const row = { ...told, ...whose, id: newId(), metadata: {}, createdAt: null };
    return { ...row, direction: 'inbound', status: 'RECEIVED' };
  }
  const { origin, ...elsewhere } = told;
  // What is older than its news takes its place among what was said at that time.
  const id = origin === 'history' && told.sentAt ? idAt(told.sentAt) : newId();
  return { ...elsewhere, ...whose, id, metadata: { origin }, createdAt: told.sentAt };
}

function isMeant({ whatsappMessageId, phoneNumberId }: Original, { amendment, phoneNumberId: number }: InboundMessage) {
  return whatsappMessageId === amendment?.originalId && phoneNumberId === number;
}

function toLine(messageId: string, { kind, at, id, message }: Amendment) {
  return { messageId, type: kind, occurredAt: at, details: { whatsapp_message_id: id, ...(message && { message }) } };
}
