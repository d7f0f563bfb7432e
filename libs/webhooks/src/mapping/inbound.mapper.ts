import { messageTypeOf } from '#messages';

import { type JsonObject, objectOf, phoneOf, textOf, timeOf } from '../json.ts';
import { amendmentOf, contentOf } from './content.ts';
import { addressesOf, contactOf, personOf } from './people.ts';
import { envelopeOf, unknownItem, type WebhookItem } from './webhook-item.ts';

/** One of `messages[]`; `number` and `contacts` stand beside it. */
export function toInboundItem(raw: unknown, number: JsonObject, contacts: unknown[]): WebhookItem {
  const alone = { metadata: number, contacts, messages: [raw] };
  const message = objectOf(raw);
  const whatsappMessageId = textOf(message.id);
  const phoneNumberId = textOf(number.phone_number_id);
  const { from, from_user_id: userId, from_parent_user_id: parentUserId } = message;
  const person = personOf(contactOf(contacts, from, userId), { waId: from, userId, parentUserId });
  const group = textOf(message.group_id);
  const addresses = group ? [group] : addressesOf(person);
  const [contactKey] = addresses;
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
      addresses,
      person,
      fromPhone: person.phone,
      recipientPhone: phoneOf(number.display_phone_number) ?? null,
      recipientUserId: null,
      waId: person.waId,
      recipientName: person.profileName,
      content: contentOf(message),
      amendment: amendmentOf(message),
      sentAt: timeOf(message.timestamp) ?? null,
    },
  };
}
