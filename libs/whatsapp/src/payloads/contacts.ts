import { type Fields, list, object, optional, pattern, type Place, text } from './check.ts';
import type { JsonObject } from './json.ts';

const NAME_PARTS = ['first_name', 'last_name', 'middle_name', 'prefix', 'suffix'];

/** Address books are full of empty lines, and Meta documents no least length for them. */
const blankable = optional(text({ min: 0 }));
const lines = (...names: string[]): Fields => Object.fromEntries(names.map((name) => [name, blankable]));
const entries = (...names: string[]) => optional(list(object({ ...lines(...names), type: blankable }), { min: 0 }));

const contact = object({
  name: object({ formatted_name: text(), ...lines(...NAME_PARTS) }, oneMorePart),
  phones: entries('phone', 'wa_id'),
  emails: entries('email'),
  urls: entries('url'),
  addresses: entries('street', 'city', 'state', 'zip', 'country', 'country_code'),
  org: optional(object(lines('company', 'department', 'title'))),
  birthday: optional(pattern('a date such as 1999-01-23', /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/)),
});

export const contacts = { check: list(contact, { max: 257, of: 'contacts' }) };

function oneMorePart(name: JsonObject, place: Place): void {
  if (NAME_PARTS.some((part) => name[part])) return;
  place.refuse(`needs formatted_name and one more of ${NAME_PARTS.join(', ')}`);
}
