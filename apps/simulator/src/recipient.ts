import { missing, wrong } from './checks.ts';
import { userIdOf } from './ids.ts';

/** The person a message goes to: `waId` is Meta's form of the number, `userId` the business-scoped id. */
export interface Recipient {
  /** What the caller wrote. */
  input: string;
  /** Undefined when the caller named the person by user id: Meta then shows no number. */
  waId: string | undefined;
  userId: string;
}

const SEPARATORS = /[\s()+.-]/g;
const USER_ID = /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/;

/** `to` wins over `recipient`, as at Meta. */
export function readRecipient(to: unknown, recipient: unknown): Recipient {
  if (typeof to === 'string') {
    const digits = to.replace(SEPARATORS, '');
    if (!/^[1-9]\d{6,14}$/.test(digits)) throw wrong('to', 'must be a phone number');
    const waId = waIdOf(digits);
    return { input: to, waId, userId: userIdOf(waId) };
  }
  if (typeof recipient === 'string') {
    if (!USER_ID.test(recipient)) throw wrong('recipient', 'must be a user id');
    return { input: recipient, waId: undefined, userId: recipient };
  }
  throw missing('to');
}

/** WhatsApp knows some numbers under another spelling than the one that is dialled. */
export function waIdOf(digits: string): string {
  if (/^52[2-9]\d{9}$/.test(digits)) return `521${digits.slice(2)}`; // Mexico keeps the old mobile 1
  if (/^54[1-8]\d{9}$/.test(digits)) return `549${digits.slice(2)}`; // Argentina puts a 9 before the area code
  if (/^55[3-9]\d9\d{8}$/.test(digits)) return digits.slice(0, 4) + digits.slice(5); // Brazil outside areas 11-28 drops the 9
  return digits;
}
