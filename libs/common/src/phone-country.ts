import parsePhoneNumber from 'libphonenumber-js/max';
import { LRUCache } from 'lru-cache';

/** So many characters of a number tell its country, also where several share a calling code. */
const TELLING = 7;

const known = new LRUCache<string, { country: string | undefined }>({ max: 5_000 });

/** A business-scoped user id begins with the country of its user. */
const USER_ID = /^([A-Z]{2})\./;

/** The country (ISO) of an E.164 number or a business-scoped user id; undefined where none can be told. */
export function countryOf(address: string): string | undefined {
  const ofUser = USER_ID.exec(address)?.[1];
  if (ofUser !== undefined) return ofUser;
  if (!address.startsWith('+')) return undefined;
  const beginning = address.slice(0, TELLING);
  const found = known.get(beginning) ?? { country: parsePhoneNumber(address)?.country };
  known.set(beginning, found);
  return found.country;
}
