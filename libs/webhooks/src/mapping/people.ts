import { type JsonObject, objectOf, textOf } from '../json.ts';

/** `+` and digits. Meta writes bare digits; some providers write `+`, blanks and hyphens. */
export function phoneOf(value: unknown): string | undefined {
  const digits = textOf(value)?.replace(/[\s()+-]/g, '');
  return digits && /^\d{5,20}$/.test(digits) ? `+${digits}` : undefined;
}

/** The one of `contacts[]` that has this `wa_id` or user id; empty when it is not among them. */
export function contactOf(contacts: unknown[], waId: unknown, userId: unknown): JsonObject {
  const known = contacts.map(objectOf);
  const found = known.find(({ wa_id, user_id }) => (wa_id && wa_id === waId) || (user_id && user_id === userId));
  // The only contact is the person, however Meta writes their number here.
  return found ?? (known.length === 1 ? known[0]! : {});
}
