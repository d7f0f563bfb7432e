import { createHmac } from 'node:crypto';

import { digitsOf, type PhoneNumber } from './account.ts';
import type { JsonObject } from './checks.ts';
import { webhookError } from './graph-error.ts';
import { userIdOf } from './ids.ts';
import type { LedgerEntry } from './ledger.ts';

/** One item of `entry[].changes`. */
export interface Change {
  field: string;
  value: JsonObject;
  /** Of its entry, in seconds since 1970; now when left out. */
  time?: number;
}

export interface StatusDetails {
  /** Milliseconds since 1970. */
  at: number;
  /** With `failed`. */
  errorCode?: number;
  contactName: string;
}

/** A status of a message we accepted. */
export function statusChange(
  number: PhoneNumber,
  entry: LedgerEntry,
  status: string,
  { at, errorCode, contactName }: StatusDetails,
): Change {
  const { wamid, recipient, opaque, category } = entry;
  const isFailure = status === 'failed';
  return messagesChange(number, {
    // Meta leaves the person out of a failure.
    ...(!isFailure && { contacts: [contact(contactName, recipient.waId, recipient.userId)] }),
    statuses: [
      {
        id: wamid,
        status,
        timestamp: seconds(at),
        ...(recipient.waId !== undefined && { recipient_id: recipient.waId }),
        ...((!isFailure || recipient.waId === undefined) && { recipient_user_id: recipient.userId }),
        ...(opaque !== undefined && { biz_opaque_callback_data: opaque }),
        ...((status === 'sent' || status === 'delivered') && { pricing: pricing(category) }),
        ...(isFailure && { errors: [webhookError(errorCode ?? 131000)] }),
      },
    ],
  });
}

/** A message from a customer; `message` holds type, the object named after it, id and timestamp. */
export function inboundChange(number: PhoneNumber, waId: string, contactName: string, message: JsonObject): Change {
  const userId = userIdOf(waId);
  return messagesChange(number, {
    contacts: [contact(contactName, waId, userId)],
    messages: [{ from: waId, from_user_id: userId, ...message }],
  });
}

export function envelope(businessAccountId: string, changes: Change[]): object {
  // Meta dates the entries of every field but `messages`.
  const times = changes.flatMap(({ time }) => time ?? []);
  const time = times.at(-1) ?? Math.floor(Date.now() / 1000);
  const dated = changes.some(({ field }) => field !== 'messages') && { time };
  const bare = changes.map(({ field, value }) => ({ field, value }));
  return { object: 'whatsapp_business_account', entry: [{ id: businessAccountId, ...dated, changes: bare }] };
}

/** Non-ASCII as `\uXXXX` and `/` as `\/`: whoever parses and prints the body again gets another signature. */
export function serialiseLikeMeta(body: object): Buffer {
  const escaped = JSON.stringify(body)
    .replaceAll('/', '\\/')
    .replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return Buffer.from(escaped, 'latin1');
}

/** Value of `X-Hub-Signature-256`. */
export function signatureOf(body: Buffer, appSecret: string): string {
  return `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`;
}

export function seconds(milliseconds: number): string {
  return String(Math.floor(milliseconds / 1000));
}

function messagesChange(number: PhoneNumber, value: JsonObject): Change {
  return {
    field: 'messages',
    value: {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: digitsOf(number.display_phone_number), phone_number_id: number.id },
      ...value,
    },
  };
}

function contact(name: string, waId: string | undefined, userId: string): object {
  return { profile: { name }, ...(waId !== undefined && { wa_id: waId }), user_id: userId };
}

function pricing(category: string): object {
  const isService = category === 'service';
  return {
    billable: !isService,
    pricing_model: 'PMP',
    type: isService ? 'free_customer_service' : 'regular',
    category,
  };
}
