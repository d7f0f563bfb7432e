import { signWebhook } from '#whatsapp';

import { DEFAULT_APP_SECRET } from '../../apps/simulator/src/defaults.ts';
import { aWamid, BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID } from './messages.ts';

/** What Meta posts: the raw bytes and the headers that go with them. */
export interface Delivery {
  body: Buffer;
  headers: Record<string, string>;
}

export interface StatusFields {
  wamid?: string;
  status?: string;
  /** Our attempt id, which Meta echoes. */
  opaque?: string;
  at?: Date;
  phoneNumberId?: string;
  errors?: object[];
}

export interface InboundFields {
  wamid?: string;
  /** Digits, as Meta writes them. */
  from?: string;
  text?: string;
  at?: Date;
  name?: string;
  phoneNumberId?: string;
}

/** One status of one message, signed. */
export function aStatusDelivery(fields: StatusFields = {}): Delivery {
  return aDelivery([aStatusChange(fields)]);
}

/** One message of a customer, signed. */
export function anInboundDelivery(fields: InboundFields = {}): Delivery {
  return aDelivery([anInboundChange(fields)]);
}

/** `changes` may hold what is no change at all. */
export function aDelivery(changes: unknown[]): Delivery {
  return signed(
    Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: BUSINESS_ACCOUNT_ID, changes }] })),
  );
}

export function signed(body: Buffer, appSecret = DEFAULT_APP_SECRET): Delivery {
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signWebhook(body, appSecret) };
  return { body, headers };
}

/** One of `entry[].changes`, for batches. */
export function aStatusChange({
  wamid = aWamid(),
  status = 'delivered',
  opaque,
  at = new Date(),
  phoneNumberId,
  errors,
}: StatusFields = {}): object {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const one = { id: wamid, status, timestamp, recipient_id: '34612345678', biz_opaque_callback_data: opaque, errors };
  return messagesChange(phoneNumberId, { statuses: [one] });
}

export function anInboundChange({
  wamid = aWamid(),
  from = '34612345678',
  text = 'Hola',
  at = new Date(1_794_000_000_000),
  name = 'Ana',
  phoneNumberId,
}: InboundFields = {}): object {
  return messagesChange(phoneNumberId, {
    contacts: [{ profile: { name }, wa_id: from }],
    messages: [
      { from, id: wamid, timestamp: String(Math.floor(at.getTime() / 1_000)), type: 'text', text: { body: text } },
    ],
  });
}

/** A customer corrects what they wrote. */
export function anEditChange({ of, text, from = '34612345678' }: { of: string; text: string; from?: string }): object {
  const message = { type: 'text', text: { body: text } };
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const edit = { original_message_id: of, message };
  return messagesChange(undefined, { messages: [{ from, id: aWamid(), timestamp, type: 'edit', edit }] });
}

/** WhatsApp tells that a person has another number. */
export function aNumberChange({ from, to, at = new Date() }: { from: string; to: string; at?: Date }): object {
  const system = { body: 'changed', wa_id: to, type: 'user_changed_number' };
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  return messagesChange(undefined, { messages: [{ from, id: aWamid(), timestamp, type: 'system', system }] });
}

function messagesChange(phoneNumberId = PHONE_NUMBER_ID, value: object): object {
  const metadata = { display_phone_number: '15550783881', phone_number_id: phoneNumberId };
  return { field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } };
}
