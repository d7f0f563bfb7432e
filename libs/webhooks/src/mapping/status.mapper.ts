import type { MessageError, MessagePricing, ReportedStatus } from '#messages';
import { adviceFor } from '#whatsapp';

import { type JsonObject, listOf, objectOf, textOf, timeOf } from '../json.ts';
import { addressesOf, contactOf, personOf } from './people.ts';
import { envelopeOf, unknownItem, type WebhookItem } from './webhook-item.ts';

/** What moves a message. A map, because an object also knows words like `constructor`. */
const REPORTED = new Map<string | undefined, ReportedStatus>([
  ['sent', 'SENT'],
  ['delivered', 'DELIVERED'],
  ['read', 'READ'],
  // Only of voice messages: who played it has read it.
  ['played', 'READ'],
  ['failed', 'FAILED'],
]);

/** A word of Meta's that may name a line of the timeline, though we do not know what it means. */
const WORD = /^[a-z][a-z_ -]{0,31}$/;

const PRICE_WORD = /^[A-Za-z][\w-]{0,63}$/;

/** One of `statuses[]`; `number` and `contacts` stand beside it. */
export function toStatusItem(raw: unknown, number: JsonObject, contacts: unknown[] = []): WebhookItem {
  // Of many people only the one meant goes along: a batch of a thousand would be kept a thousand times.
  const told = objectOf(raw);
  const contact = contactOfStatus(contacts, told);
  const alone = { metadata: number, contacts: contact && [contact], statuses: [raw] };
  const { id, status, timestamp, biz_opaque_callback_data: opaque, errors, pricing, conversation } = told;
  const whatsappMessageId = textOf(id);
  const phoneNumberId = textOf(number.phone_number_id);
  const occurredAt = timeOf(timestamp);
  const type = textOf(status)?.toLowerCase() ?? '';
  const reported = REPORTED.get(type) ?? null;
  const participant = textOf(told.recipient_participant_id) ?? textOf(told.recipient_participant_user_id);
  if (!whatsappMessageId || !phoneNumberId || !occurredAt || !WORD.test(type)) {
    return unknownItem(`status ${JSON.stringify(textOf(status) ?? null)}`, 'messages', alone);
  }
  const person = personOf(contact ?? {}, recipientOf(told));
  return {
    kind: 'status',
    person: contact && participant === undefined ? person : null,
    recipients: addressesOf(person),
    raw: envelopeOf('messages', alone),
    event: {
      whatsappMessageId,
      phoneNumberId,
      opaque: textOf(opaque) ?? null,
      type,
      status: reported,
      participant: participant ?? null,
      occurredAt,
      error: reported === 'FAILED' ? toError(listOf(errors)[0]) : null,
      pricing: reported === 'DELIVERED' || reported === 'READ' ? toPricing(pricing) : null,
      details: {
        whatsapp_message_id: whatsappMessageId,
        pricing,
        conversation,
        errors,
        recipient_participant_id: participant,
      },
    },
  };
}

/** Undefined when the status does not show its person: `contacts` is missing on some. */
function contactOfStatus(contacts: unknown[], told: JsonObject): JsonObject | undefined {
  const contact = contactOf(contacts, told.recipient_id, told.recipient_user_id);
  return Object.keys(contact).length > 0 ? contact : undefined;
}

function recipientOf(told: JsonObject) {
  const parentUserId = told.recipient_parent_user_id ?? told.parent_recipient_user_id;
  return { waId: told.recipient_id, userId: told.recipient_user_id, parentUserId };
}

/** Null when it is not told: Meta leaves it out of one of `delivered` and `read`. */
function toPricing(raw: unknown): MessagePricing | null {
  const told = objectOf(raw);
  const [category, type, model] = [told.category, told.type, told.pricing_model].map(priceWordOf);
  const pricing: MessagePricing = {};
  if (category !== undefined) pricing.category = category;
  if (type !== undefined) pricing.type = type;
  if (model !== undefined) pricing.model = model;
  if (typeof told.billable === 'boolean') pricing.billable = told.billable;
  return Object.keys(pricing).length > 0 ? pricing : null;
}

/** Meta has more words than are documented; what is no word is not counted under one. */
function priceWordOf(raw: unknown): string | undefined {
  const text = textOf(raw);
  return text !== undefined && PRICE_WORD.test(text) ? text : undefined;
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
