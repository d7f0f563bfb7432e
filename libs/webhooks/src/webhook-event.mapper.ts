import type { MessageError, ReceivedMessage, ReportedStatus, StatusEvent } from '#messages';
import { messageTypeOf } from '#messages';
import { adviceFor } from '#whatsapp';

import { type JsonObject, listOf, objectOf, textOf, timeOf } from './json.ts';
import { type AccountNews, isAccountNews, toAccountNews } from './mapping/account-event.mapper.ts';

/** What an inbound message says, before it is known whose it is. */
export type InboundMessage = Pick<
  ReceivedMessage,
  | 'phoneNumberId'
  | 'whatsappMessageId'
  | 'messageType'
  | 'contactKey'
  | 'fromPhone'
  | 'waId'
  | 'recipientPhone'
  | 'recipientName'
  | 'content'
  | 'sentAt'
>;

/** One thing a delivery says. `raw` is Meta's envelope with this item alone, so that it can be read again by itself. */
export type WebhookItem = { raw: unknown } & (
  | { kind: 'status'; event: StatusEvent }
  | { kind: 'message'; message: InboundMessage }
  | { kind: 'account-event'; event: AccountNews }
  | { kind: 'unknown'; detail: string }
);

/** A map, because an object also knows words like `constructor`. */
const REPORTED = new Map<string | undefined, ReportedStatus>([
  ['sent', 'SENT'],
  ['delivered', 'DELIVERED'],
  ['read', 'READ'],
  ['failed', 'FAILED'],
]);

/**
 * Meta's envelope as a flat list, in its own order. Anything may be missing or of another kind: what cannot be read
 * becomes an `unknown` item with the reason, and the others stand.
 */
export function toItems(envelope: unknown): WebhookItem[] {
  const { object, entry } = objectOf(envelope);
  if (object !== 'whatsapp_business_account') {
    return [{ kind: 'unknown', detail: `object is ${JSON.stringify(textOf(object) ?? null)}`, raw: envelope }];
  }
  return listOf(entry)
    .map(objectOf)
    .flatMap((each) => listOf(each.changes).flatMap((change) => toChangeItems(change, each)));
}

function toChangeItems(change: unknown, entry: JsonObject): WebhookItem[] {
  const { field, value } = objectOf(change);
  if (isAccountNews(field)) return [toAccountItem(field, value, entry)];
  if (field !== 'messages') {
    return [{ kind: 'unknown', detail: `field ${JSON.stringify(textOf(field) ?? null)}`, raw: change }];
  }
  const { metadata, contacts, messages, statuses, errors } = objectOf(value);
  const items = [
    ...listOf(statuses).map((status) => toStatusItem(status, objectOf(metadata))),
    ...listOf(messages).map((message) => toMessageItem(message, objectOf(metadata), listOf(contacts))),
    ...listOf(errors).map((error) => unknownItem('errors of the account', { metadata, errors: [error] })),
  ];
  return items.length > 0 ? items : [unknownItem('neither messages nor statuses', value)];
}

function toAccountItem(field: string, value: unknown, entry: JsonObject): WebhookItem {
  const { id, time } = entry;
  const raw = { object: 'whatsapp_business_account', entry: [{ id, time, changes: [{ field, value }] }] };
  const event = toAccountNews(entry, field, value);
  return event ? { kind: 'account-event', raw, event } : { kind: 'unknown', raw, detail: 'a value nested too deeply' };
}

function toStatusItem(raw: unknown, number: JsonObject): WebhookItem {
  const alone = { metadata: number, statuses: [raw] };
  const { id, status, timestamp, biz_opaque_callback_data: opaque, errors, pricing, conversation } = objectOf(raw);
  const whatsappMessageId = textOf(id);
  const phoneNumberId = textOf(number.phone_number_id);
  const occurredAt = timeOf(timestamp);
  const reported = REPORTED.get(textOf(status));
  if (!whatsappMessageId || !phoneNumberId || !occurredAt || !reported) {
    return unknownItem(`status ${JSON.stringify(textOf(status) ?? null)}`, alone);
  }
  return {
    kind: 'status',
    raw: envelopeOf(alone),
    event: {
      whatsappMessageId,
      phoneNumberId,
      opaque: textOf(opaque) ?? null,
      status: reported,
      occurredAt,
      error: reported === 'FAILED' ? toError(listOf(errors)[0]) : null,
      details: { whatsapp_message_id: whatsappMessageId, pricing, conversation, errors },
    },
  };
}

function toMessageItem(raw: unknown, number: JsonObject, contacts: unknown[]): WebhookItem {
  const alone = { metadata: number, contacts, messages: [raw] };
  const message = objectOf(raw);
  const whatsappMessageId = textOf(message.id);
  const phoneNumberId = textOf(number.phone_number_id);
  const phone = phoneOf(message.from);
  const userId = textOf(message.from_user_id);
  const contactKey = phone ?? userId ?? textOf(message.from);
  if (!whatsappMessageId || !phoneNumberId || !contactKey) {
    return unknownItem('a message without id, number or sender', alone);
  }
  return {
    kind: 'message',
    raw: envelopeOf(alone),
    message: {
      phoneNumberId,
      whatsappMessageId,
      messageType: messageTypeOf(textOf(message.type) ?? ''),
      contactKey,
      fromPhone: phone ?? null,
      waId: textOf(message.from) ?? null,
      recipientPhone: phoneOf(number.display_phone_number) ?? null,
      recipientName: contactName(contacts, message) ?? null,
      content: message,
      sentAt: timeOf(message.timestamp) ?? null,
    },
  };
}

function unknownItem(detail: string, value: unknown): WebhookItem {
  return { kind: 'unknown', detail, raw: envelopeOf(value) };
}

function envelopeOf(value: unknown): JsonObject {
  return { object: 'whatsapp_business_account', entry: [{ changes: [{ field: 'messages', value }] }] };
}

/** Digits as Meta writes them, or with `+`, blanks and hyphens as some providers do. */
function phoneOf(value: unknown): string | undefined {
  const digits = textOf(value)?.replace(/[\s()+-]/g, '');
  return digits && /^\d{5,20}$/.test(digits) ? `+${digits}` : undefined;
}

function contactName(contacts: unknown[], message: JsonObject): string | undefined {
  const known = contacts.map(objectOf);
  const sender = known.find(
    ({ wa_id, user_id }) => (wa_id && wa_id === message.from) || (user_id && user_id === message.from_user_id),
  );
  // The only contact is the sender, however Meta writes their number here.
  return textOf(objectOf((sender ?? (known.length === 1 ? known[0] : undefined))?.profile).name);
}

function toError(raw: unknown): MessageError {
  const { code, title, message, error_data: data, details } = objectOf(raw);
  // Without a code it is NaN, which no entry has; 0 would be Meta's code of a dead token.
  const advice = adviceFor({ code: Number(textOf(code)) });
  return {
    code: textOf(code) ?? 'unknown',
    title: advice.known ? advice.title : (textOf(title) ?? textOf(message) ?? 'Meta gave no reason'),
    details: textOf(objectOf(data).details) ?? textOf(details) ?? textOf(message) ?? textOf(title) ?? null,
    class: advice.class,
    retryable: advice.retryable,
    action: advice.action,
  };
}
