import {
  CONTACT_ATTRIBUTES,
  type ContactAttribute,
  type MarketingChoice,
  type SeenAddress,
  type Sighting,
  type StatusEvent,
  type StatusTarget,
} from '#messages';

import { type JsonObject, objectOf, phoneOf, textOf } from './json.ts';
import { addressesOf } from './mapping/people.ts';
import type { Preference, SeenPerson } from './mapping/webhook-item.ts';
import type { Kept } from './message.keeper.ts';

/** Longer than any address is; what comes so is none. */
const LONGEST_ADDRESS = 256;
/** Meta's code: the person stopped marketing messages of this business. */
const MARKETING_STOPPED = '131050';

/** Words that a customer writes alone, in lower case, and what they mean. */
export type StopWords = ReadonlyMap<string, MarketingChoice>;

/** The person who wrote a message, or whom one was written to elsewhere. */
export function sightingOfMessage({ told, stored }: Kept, words: StopWords, now: Date): Sighting[] {
  const at = told.sentAt ?? now;
  const inGroup = told.content.group_id !== undefined;
  const dialled = inGroup ? told.person.phone : stored.contactKey;
  const change = told.messageType === 'SYSTEM' ? changeOf(told.content, dialled, told.person) : undefined;
  if (change) return present({ tenantId: stored.tenantId, marketing: null, at, ...change });

  const word = 'origin' in told ? undefined : wordOf(told.content);
  const choice = word === undefined ? undefined : words.get(word);
  const marketing = choice && !inGroup ? { choice, source: word!.toUpperCase() } : null;
  return present({ ...described(stored.tenantId, dialled, told.person), marketing, at });
}

/**
 * Whom a message of ours went to, where the status shows them or tells that they stopped marketing messages. Nothing for who
 * is known in this wording: all statuses of a message show the same person.
 */
export function sightingOfStatus(
  event: StatusEvent,
  person: SeenPerson | null,
  { tenantId, contactKey }: Pick<StatusTarget, 'tenantId' | 'contactKey'>,
  isKnown: (tenantId: string, address: string, wording: string) => boolean,
): Sighting[] {
  if (event.error?.code === MARKETING_STOPPED) {
    const marketing = { choice: 'stopped' as const, source: MARKETING_STOPPED };
    return present({ ...described(tenantId, contactKey, person ?? NOBODY), marketing, at: event.occurredAt });
  }
  if (!person) return [];
  const wording = wordingFor(contactKey, person);
  if (isKnown(tenantId, contactKey, wording)) return [];
  return present({ ...described(tenantId, contactKey, person), wording, marketing: null, at: event.occurredAt });
}

/** All that is told of a person whom we dialled. */
function wordingFor(dialled: string, { waId, userId, parentUserId, username, profileName }: SeenPerson): string {
  return `${dialled}\0${waId}\0${userId}\0${parentUserId}\0${username}\0${profileName}`;
}

export function sightingOfPreference({ person, choice, at }: Preference, tenantId: string): Sighting[] {
  const [known] = addressesOf(person);
  return present({
    ...described(tenantId, known ?? null, person),
    marketing: { choice, source: 'user_preferences' },
    at,
  });
}

/** What a customer's text says when it is one word: in lower case, without marks around it. */
export function wordOf({ type, ...content }: JsonObject): string | undefined {
  const { text, body } = objectOf(content[type as string]);
  const said = textOf(type === 'text' ? body : type === 'button' ? text : undefined);
  return said?.toLowerCase().replace(/^[\s\p{P}]+|[\s\p{P}]+$/gu, '');
}

const NOBODY: SeenPerson = {
  phone: null,
  waId: null,
  userId: null,
  parentUserId: null,
  username: null,
  profileName: null,
};

const CHANGES = new Set<unknown>(['user_changed_number', 'customer_changed_number', 'user_changed_user_id']);

/** Meta's word that a person has another number, another user id or both; undefined for other news of the system. */
function changeOf(content: JsonObject, dialled: string | null, person: SeenPerson) {
  const system = objectOf(content.system);
  if (!CHANGES.has(system.type)) return undefined;
  const phone = phoneOf(system.wa_id) ?? phoneOf(system.new_wa_id);
  const userId = textOf(system.user_id);
  const previous = textOf(system.previous_user_id) ?? (userId && person.userId !== userId ? person.userId : undefined);
  const numbers = [dialled, person.phone].filter(
    (one): one is string => one?.startsWith('+') === true && one !== phone,
  );
  const ids = previous && previous !== userId ? [toAddress(previous)] : [];
  // Who keeps the number has changed the user id only.
  const left = phone ? [...numbers.map(toAddress), ...ids] : ids;
  const kept = phone ? [phone] : numbers;
  const addresses = [...kept, ...(userId ? [userId] : [])].map(toAddress);
  if (left.length === 0 || addresses.length === 0) return undefined;
  return { addresses, left, attributes: without({ waId: phone?.slice(1), userId }, phone) };
}

function described(tenantId: string, dialled: string | null, person: SeenPerson) {
  const phone = dialled?.startsWith('+') ? dialled : person.phone;
  const addresses: SeenAddress[] = [];
  for (const address of [dialled, ...addressesOf(person)]) {
    if (address === null || addresses.some((one) => one.address === address)) continue;
    // WhatsApp's spelling of a number that is dialled otherwise.
    const kind = address === person.phone && address !== phone ? 'wa_id' : kindOf(address);
    addresses.push({ address, kind });
  }
  return { tenantId, addresses, left: [], attributes: without(person, phone) };
}

function toAddress(address: string): SeenAddress {
  return { address, kind: kindOf(address) };
}

function kindOf(address: string): SeenAddress['kind'] {
  return address.startsWith('+') ? 'phone' : 'user_id';
}

/** What is known of a person, without what is not. */
function without(
  person: { [name in ContactAttribute]?: string | null | undefined },
  phone: string | null | undefined,
): Sighting['attributes'] {
  const told: Sighting['attributes'] = {};
  for (const name of CONTACT_ATTRIBUTES) {
    const value = name === 'phone' ? phone : person[name];
    if (value != null) told[name] = value;
  }
  return told;
}

function present(sighting: Sighting): Sighting[] {
  const { addresses, left } = sighting;
  if (!addresses.every(isShort) || !left.every(isShort)) {
    return present({ ...sighting, addresses: addresses.filter(isShort), left: left.filter(isShort) });
  }
  return addresses.length > 0 ? [sighting] : [];
}

function isShort({ address }: SeenAddress): boolean {
  return address.length <= LONGEST_ADDRESS;
}
