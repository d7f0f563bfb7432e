import { type JsonObject, objectOf, phoneOf, textOf } from '../json.ts';
import type { SeenPerson } from './webhook-item.ts';

/** The one of `contacts[]` that has this `wa_id` or user id; empty when it is not among them. */
export function contactOf(contacts: unknown[], waId: unknown, userId: unknown): JsonObject {
  const known = contacts.map(objectOf);
  const found = known.find(({ wa_id, user_id }) => (wa_id && wa_id === waId) || (user_id && user_id === userId));
  // The only contact is the person, however Meta writes their number here.
  return found ?? (known.length === 1 ? known[0]! : {});
}

/** What is told of a person beside their `wa_id` and user ids, which may stand in several places. */
export function personOf(
  contact: JsonObject,
  { waId, userId, parentUserId }: { waId?: unknown; userId?: unknown; parentUserId?: unknown },
): SeenPerson {
  const { name, username } = objectOf(contact.profile);
  const id = textOf(waId) ?? textOf(contact.wa_id) ?? null;
  return {
    phone: phoneOf(id) ?? null,
    waId: id,
    userId: textOf(userId) ?? textOf(contact.user_id) ?? null,
    parentUserId: textOf(parentUserId) ?? textOf(contact.parent_user_id) ?? null,
    username: textOf(username) ?? textOf(contact.username) ?? null,
    profileName: textOf(name) ?? null,
  };
}

/** In the form of `contactKey`, the best first. */
export function addressesOf({ phone, waId, userId }: SeenPerson): string[] {
  return [phone ?? waId, userId].filter((address) => address !== null);
}
