import type { MessageError, ReportedStatus } from '#messages';
import { adviceFor } from '#whatsapp';

import { type JsonObject, listOf, objectOf, textOf, timeOf } from '../json.ts';
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

/** One of `statuses[]`; `number` is the metadata beside it. */
export function toStatusItem(raw: unknown, number: JsonObject): WebhookItem {
  const alone = { metadata: number, statuses: [raw] };
  const told = objectOf(raw);
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
  return {
    kind: 'status',
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
