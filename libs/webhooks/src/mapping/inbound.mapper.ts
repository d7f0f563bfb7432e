import { messageTypeOf } from '#messages';

import { type JsonObject, objectOf, textOf, timeOf } from '../json.ts';
import { contactOf, phoneOf } from './people.ts';
import { envelopeOf, unknownItem, type WebhookItem } from './webhook-item.ts';

/** One of `messages[]`; `number` and `contacts` stand beside it. */
export function toInboundItem(raw: unknown, number: JsonObject, contacts: unknown[]): WebhookItem {
  const alone = { metadata: number, contacts, messages: [raw] };
  const message = objectOf(raw);
  const whatsappMessageId = textOf(message.id);
  const phoneNumberId = textOf(number.phone_number_id);
  const phone = phoneOf(message.from);
  const userId = textOf(message.from_user_id);
  const contactKey = phone ?? userId ?? textOf(message.from);
  if (!whatsappMessageId || !phoneNumberId || !contactKey) {
    return unknownItem('a message without id, number or sender', 'messages', alone);
  }
  return {
    kind: 'message',
    raw: envelopeOf('messages', alone),
    message: {
      phoneNumberId,
      whatsappMessageId,
      messageType: messageTypeOf(textOf(message.type) ?? ''),
      contactKey,
      fromPhone: phone ?? null,
      waId: textOf(message.from) ?? null,
      recipientPhone: phoneOf(number.display_phone_number) ?? null,
      recipientName: textOf(objectOf(contactOf(contacts, message.from, message.from_user_id).profile).name) ?? null,
      content: message,
      sentAt: timeOf(message.timestamp) ?? null,
    },
  };
}
