import type { DataSource } from 'typeorm';

import { newId } from '#common';
import { type DeliveryStatus, type OutboxMessage, type PendingMessage, WhatsAppMessage } from '#messages';

/** The sending number of the built-in simulator, and so of a newcomer's configuration. */
export const PHONE_NUMBER_ID = '106540352242922';
export const BUSINESS_ACCOUNT_ID = '102290129340398';

let lastNumber = 0;

/** A phone number nobody else in this test file writes to. */
export function aPhone(): string {
  return `+3469${String(1_000_000 + lastNumber++)}`;
}

export function aWamid(): string {
  return `wamid.${Buffer.from(newId()).toString('base64')}`;
}

/** A stored message, by default outbound, due now and never tried; `change` is what the test is about. */
export async function aMessage(db: DataSource, change: Partial<WhatsAppMessage> = {}): Promise<WhatsAppMessage> {
  const status: DeliveryStatus = change.status ?? 'PENDING';
  const contactKey = change.contactKey ?? change.recipientPhone ?? aPhone();
  const message = db.manager.create(WhatsAppMessage, {
    id: newId(),
    tenantId: newId(),
    direction: 'outbound',
    status,
    pendingReason: status === 'PENDING' ? 'queued' : null,
    messageType: 'TEXT',
    phoneNumberId: PHONE_NUMBER_ID,
    contactKey,
    recipientPhone: contactKey,
    content: { type: 'text', text: { body: 'Hola' } },
    nextAttemptAt: status === 'PENDING' ? inMs(-1_000) : null,
    expiresAt: inMs(3_600_000),
    createdAt: inMs(-1_000),
    ...change,
  });
  await db.manager.insert(WhatsAppMessage, message as object);
  return message;
}

/** A message that was claimed for its `attempt`, and is still on the wire for `leaseMs`. */
export async function aClaimed(
  db: DataSource,
  { attempt = 1, leaseMs = 60_000, ...change }: Partial<WhatsAppMessage> & { attempt?: number; leaseMs?: number } = {},
): Promise<WhatsAppMessage> {
  return aMessage(db, {
    pendingReason: 'sending',
    nextAttemptAt: null,
    attempts: attempt,
    attemptedAt: inMs(-500),
    leaseToken: newId(),
    leaseExpiresAt: inMs(leaseMs),
    ...change,
  });
}

/** A message as it is handed over to be accepted. */
export function aPendingMessage(change: Partial<PendingMessage> = {}): PendingMessage {
  const contactKey = change.contactKey ?? change.recipientPhone ?? aPhone();
  return {
    id: newId(),
    tenantId: newId(),
    messageType: 'TEXT',
    phoneNumberId: PHONE_NUMBER_ID,
    fromPhone: null,
    recipientPhone: contactKey,
    recipientUserId: null,
    contactKey,
    recipientName: null,
    templateName: null,
    templateLanguage: null,
    templateParameters: null,
    content: { type: 'text', text: { body: 'Hola' } },
    notificationId: null,
    batchId: null,
    metadata: {},
    priority: 1,
    sendAt: null,
    expiresAt: inMs(3_600_000),
    ...change,
  };
}

/** A claimed message that no database knows. */
export function anOutboxMessage(change: Partial<OutboxMessage> = {}): OutboxMessage {
  return { ...aPendingMessage(), attempts: 1, attemptedAt: new Date(), ...change };
}

/** The claimed message as the dispatcher has it. */
export function toOutbox(message: WhatsAppMessage): OutboxMessage {
  return { ...message, attemptedAt: message.attemptedAt ?? new Date() };
}

export async function reload(db: DataSource, { id }: { id: string }): Promise<WhatsAppMessage> {
  return db.manager.findOneByOrFail(WhatsAppMessage, { id });
}

export function inMs(ms: number): Date {
  return new Date(Date.now() + ms);
}
