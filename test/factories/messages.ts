import type { DataSource } from 'typeorm';

import { newId } from '#common';
import { type DeliveryStatus, MessageAttempt, WhatsAppMessage } from '#messages';

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

/** A message whose attempt was committed: by default the current one, still on the wire. */
export async function anAttempt(
  db: DataSource,
  message: WhatsAppMessage,
  change: Partial<MessageAttempt> & { isCurrent?: boolean } = {},
): Promise<string> {
  const { isCurrent = true, ...columns } = change;
  const id = newId();
  await db.manager.insert(MessageAttempt, { id, messageId: message.id, attemptNumber: 1, ...columns });
  const { attemptNumber = 1 } = columns;
  if (isCurrent)
    await db.manager.update(WhatsAppMessage, message.id, { currentAttemptId: id, attempts: attemptNumber });
  return id;
}

export async function reload(db: DataSource, { id }: { id: string }): Promise<WhatsAppMessage> {
  return db.manager.findOneByOrFail(WhatsAppMessage, { id });
}

export function inMs(ms: number): Date {
  return new Date(Date.now() + ms);
}
