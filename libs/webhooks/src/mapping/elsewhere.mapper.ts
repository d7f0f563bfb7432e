import type { DeliveryStatus } from '#messages';
import { messageTypeOf } from '#messages';

import { type JsonObject, listOf, objectOf, phoneOf, textOf, timeOf } from '../json.ts';
import { amendmentOf, contentOf } from './content.ts';
import { addressesOf, contactOf, personOf } from './people.ts';
import { envelopeOf, type MessageElsewhere, unknownItem, type WebhookItem } from './webhook-item.ts';

/** What went past Palomar: the echoes of what other tools on the number sent. */
export function toEchoItems(value: unknown, field: string): WebhookItem[] {
  const { metadata, contacts, message_echoes: echoes } = objectOf(value);
  const origin = field === 'smb_message_echoes' ? field : 'message_echoes';
  const items = listOf(echoes).map((raw): WebhookItem => {
    const alone = { metadata, contacts, message_echoes: [raw] };
    const message = readElsewhere(raw, objectOf(metadata), listOf(contacts), { origin, direction: 'outbound' });
    return message
      ? { kind: 'elsewhere', raw: envelopeOf(field, alone), message }
      : unknownItem('an echo without id, number or recipient', field, alone);
  });
  return items.length > 0 ? items : [unknownItem('no echoes', field, value)];
}

/** What was said on the number before Palomar came: thousands at a time, in chunks that come in any order. */
export function toHistoryItems(value: unknown, field: string): WebhookItem[] {
  const { metadata, history } = objectOf(value);
  const number = objectOf(metadata);
  const items = listOf(history).flatMap((chunk) => {
    const { threads, errors } = objectOf(chunk);
    // The person whose phone it is may decline to hand the history over.
    const refused = listOf(errors).map((error) =>
      unknownItem('the history was not handed over', field, { metadata, history: [{ errors: [error] }] }),
    );
    return [...refused, ...listOf(threads).flatMap((thread) => toThreadItems(objectOf(thread), number, field))];
  });
  return items.length > 0 ? items : [unknownItem('no history', field, value)];
}

function toThreadItems(thread: JsonObject, number: JsonObject, field: string): WebhookItem[] {
  return listOf(thread.messages).map((raw): WebhookItem => {
    const alone = { metadata: number, history: [{ threads: [{ ...thread, messages: [raw] }] }] };
    const { from, to } = objectOf(raw);
    const ours = isOurs(from, number) || (to !== undefined && !isOurs(to, number));
    const direction = ours ? 'outbound' : 'inbound';
    const message = readElsewhere(raw, number, [], { origin: 'history', direction, other: thread.id });
    return message
      ? { kind: 'elsewhere', raw: envelopeOf(field, alone), message }
      : unknownItem('an old message without id, number or person', field, alone);
  });
}

function isOurs(phone: unknown, { display_phone_number: own }: JsonObject): boolean {
  return phoneOf(phone) !== undefined && phoneOf(phone) === phoneOf(own);
}

/** Meta's words for how far an old message had got. */
const PROGRESS = new Map<string | undefined, DeliveryStatus>([
  ['delivered', 'DELIVERED'],
  ['read', 'READ'],
  ['played', 'READ'],
  ['error', 'FAILED'],
]);

interface Place extends Pick<MessageElsewhere, 'origin' | 'direction'> {
  /** The other side, where the message itself does not name it. */
  other?: unknown;
}

function readElsewhere(
  raw: unknown,
  number: JsonObject,
  contacts: unknown[],
  { origin, direction, other }: Place,
): MessageElsewhere | undefined {
  const message = objectOf(raw);
  const whatsappMessageId = textOf(message.id);
  const phoneNumberId = textOf(number.phone_number_id);
  const inbound = direction === 'inbound';
  const waId = (inbound ? message.from : message.to) ?? other;
  const userId = inbound ? message.from_user_id : message.to_user_id;
  const person = personOf(contactOf(contacts, waId, userId), { waId, userId });
  const group = textOf(message.group_id);
  const addresses = group ? [group] : addressesOf(person);
  const [contactKey] = addresses;
  if (!whatsappMessageId || !phoneNumberId || !contactKey) return undefined;

  const own = phoneOf(number.display_phone_number) ?? null;
  const progress = PROGRESS.get(textOf(objectOf(message.history_context).status)?.toLowerCase()) ?? 'SENT';
  return {
    origin,
    direction,
    status: inbound ? 'RECEIVED' : progress,
    phoneNumberId,
    whatsappMessageId,
    messageType: messageTypeOf(textOf(message.type) ?? ''),
    contactKey,
    addresses,
    person,
    fromPhone: inbound ? person.phone : own,
    recipientPhone: inbound ? own : person.phone,
    recipientUserId: inbound ? null : person.userId,
    waId: person.waId,
    recipientName: person.profileName,
    content: contentOf(message),
    amendment: amendmentOf(message),
    sentAt: timeOf(message.timestamp) ?? null,
  };
}
