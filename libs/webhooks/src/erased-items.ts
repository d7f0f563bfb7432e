import type { EntityManager } from 'typeorm';

import { leastIdAt } from '#common';
import {
  type ErasedPeople,
  type InTouchWith,
  isErasedKey,
  type KnownErasure,
  mentionsOf,
  type StatusTarget,
} from '#messages';

import { asText } from './json.ts';
import { addressesOf } from './mapping/people.ts';
import type { WebhookItem } from './mapping/webhook-item.ts';

type StatusItem = Extract<WebhookItem, { kind: 'status' }>;

/** It speaks of somebody who was erased after it happened; nothing of the person is kept. */
export interface Erased {
  reason: 'erased';
  /** What the person is called in it. */
  mentions: string[];
}

/** Numbers and user ids, as they may stand in what is newer than this code. */
const ADDRESS_LIKE = /\b(?:\d{8,15}|[A-Z]{2}\.[\w.]{5,250})\b/g;
/** A person is named in the first few, and each costs a hash. */
const MOST_ADDRESSES = 1_000;

/** Which items of a round speak of people who were erased, and when that was. */
export class ErasedItems {
  constructor(private readonly erasures: ReadonlyMap<WebhookItem, KnownErasure>) {}

  static async find(people: ErasedPeople, tx: EntityManager, items: WebhookItem[]): Promise<ErasedItems> {
    const asked = items.flatMap((item) => {
      const who = personIn(item);
      return who.addresses.length > 0 ? [{ item, who }] : [];
    });
    const found = await people.findErased(
      tx,
      asked.map(({ who }) => who),
    );
    return new ErasedItems(new Map(asked.flatMap(({ item }, index) => (found[index] ? [[item, found[index]]] : []))));
  }

  /** Said before its person was erased; of what is newer than this code nobody can tell, so it counts as such. */
  isLate(item: WebhookItem): boolean {
    const at = this.erasures.get(item)?.at;
    if (!at || item.kind === 'status') return false;
    if (item.kind === 'message' || item.kind === 'elsewhere') {
      return item.message.sentAt !== null && item.message.sentAt <= at;
    }
    return item.kind === 'preference' ? item.preference.at <= at : true;
  }

  /** A status of a message from before its person was erased, or of none that is known. */
  isOfErased(item: StatusItem, target: StatusTarget | undefined): boolean {
    if (target && isErasedKey(target.contactKey)) return true;
    const at = this.erasures.get(item)?.at;
    return at !== undefined && (!target || target.id < leastIdAt(at));
  }

  /** Its person was erased at some time, and so may be unknown by now. */
  mayBeForgotten(item: WebhookItem): boolean {
    return this.erasures.has(item);
  }

  verdict(item: WebhookItem): Erased {
    const who = personIn(item);
    // Not every number in what is newer than this code is the person's.
    const theirs = who.phoneNumberId === null ? (this.erasures.get(item)?.addresses ?? []) : who.addresses;
    return { reason: 'erased', mentions: mentionsOf(theirs) };
  }
}

/** Not a group, but whoever speaks in it. */
function personIn(item: WebhookItem): InTouchWith {
  switch (item.kind) {
    case 'status':
      return { phoneNumberId: item.event.phoneNumberId, addresses: item.recipients };
    case 'preference':
      return item.preference;
    case 'message':
    case 'elsewhere':
      return { phoneNumberId: item.message.phoneNumberId, addresses: addressesOf(item.message.person) };
    case 'account-event':
      return { phoneNumberId: null, addresses: item.event.known ? [] : addressesIn(item.event.value) };
    case 'unknown':
      return { phoneNumberId: null, addresses: addressesIn(asText(item.raw)) };
  }
}

function addressesIn(text: string): string[] {
  const found = new Set(text.match(ADDRESS_LIKE));
  return [...found].slice(0, MOST_ADDRESSES).map((one) => (/^\d/.test(one) ? `+${one}` : one));
}
