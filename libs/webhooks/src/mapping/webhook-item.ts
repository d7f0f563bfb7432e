import type { ReceivedMessage, StatusEvent } from '#messages';

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
  | { kind: 'unknown'; detail: string }
);

/** Reads the `value` of one change. Whatever it holds, it answers at least one item and never throws. */
export type FieldMapper = (value: unknown, field: string) => WebhookItem[];

/** Meta's envelope around one change. */
export function envelopeOf(field: string, value: unknown): object {
  return { object: 'whatsapp_business_account', entry: [{ changes: [{ field, value }] }] };
}

export function unknownItem(detail: string, field: string, value: unknown): WebhookItem {
  return { kind: 'unknown', detail, raw: envelopeOf(field, value) };
}
