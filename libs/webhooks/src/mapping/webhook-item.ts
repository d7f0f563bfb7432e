import type { Amendment, MarketingChoice, StatusEvent, ToldMessage } from '#messages';

import type { AccountNews } from './account-event.mapper.ts';

/** A person as one delivery shows them; what is not told is null. */
export interface SeenPerson {
  /** `+` and digits. */
  phone: string | null;
  waId: string | null;
  userId: string | null;
  parentUserId: string | null;
  username: string | null;
  profileName: string | null;
}

/** What is told of any message, before it is known whose it is. */
type Told = Pick<
  ToldMessage,
  | 'phoneNumberId'
  | 'messageType'
  | 'contactKey'
  | 'fromPhone'
  | 'recipientPhone'
  | 'recipientUserId'
  | 'waId'
  | 'recipientName'
  | 'content'
  | 'sentAt'
> & {
  whatsappMessageId: string;
  /** Of the other side, in the form of `contactKey`: whom we may have written to. In a group it is the group. */
  addresses: string[];
  /** The other side; of a group, the one who writes. */
  person: SeenPerson;
  /** Set for an edit or a revocation: what it does to another message. */
  amendment: Amendment | null;
};

/** What a customer wrote to us. */
export type InboundMessage = Told;

/** A message that went past Palomar: sent by another tool on the number, or older than Palomar's use of it. */
export type MessageElsewhere = Told &
  Pick<ToldMessage, 'direction' | 'status'> & {
    /** Meta's field that told of it. */
    origin: 'smb_message_echoes' | 'message_echoes' | 'history';
  };

/** What a person said about marketing messages, in WhatsApp's own settings. */
export interface Preference {
  phoneNumberId: string;
  person: SeenPerson;
  /** In the form of `contactKey`. */
  addresses: string[];
  choice: MarketingChoice;
  at: Date;
}

/** One thing a delivery says. `raw` is Meta's envelope with this item alone, so that it can be read again by itself. */
export type WebhookItem = { raw: unknown } & (
  | { kind: 'status'; event: StatusEvent; person: SeenPerson | null; recipients: string[] }
  | { kind: 'message'; message: InboundMessage }
  | { kind: 'elsewhere'; message: MessageElsewhere }
  | { kind: 'preference'; preference: Preference }
  | { kind: 'account-event'; event: AccountNews }
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
