import { LRUCache } from 'lru-cache';

import type { Sighting } from './contact-book.ts';

/** Addresses whose news is remembered. */
const ADDRESSES = 50_000;
/** What is remembered of one: what a status tells and what a message tells take turns. */
const TEXTS = 4;
/** Other processes write contacts too: what they change is looked at again after this long. */
const REMEMBERED_MS = 3_600_000;

type Address = Pick<Sighting, 'tenantId'> & { address: string };

/** News of people that stands in the database already, so that hearing it again costs no statement. */
export class KnownNews {
  /** Mostly one text, so a list costs less than a Set. */
  private readonly byAddress = new LRUCache<string, string[]>({ max: ADDRESSES });
  private rememberedSince = performance.now();

  /** Addresses of one person are forgotten together, so the first one answers for all. */
  has(sighting: Sighting): boolean {
    const [first] = sighting.addresses;
    return first !== undefined && this.hasText(sighting.tenantId, first.address, textOf(sighting));
  }

  hasText(tenantId: string, address: string, text: string): boolean {
    this.forgetWhatIsOld();
    return this.byAddress.get(keyOf({ tenantId }, address))?.includes(text) === true;
  }

  add(sighting: Sighting): void {
    const text = textOf(sighting);
    for (const { address } of sighting.addresses) {
      const key = keyOf(sighting, address);
      const known = this.byAddress.get(key);
      if (!known) this.byAddress.set(key, [text]);
      else if (!known.includes(text)) {
        known.push(text);
        if (known.length > TEXTS) known.shift();
      }
    }
  }

  /** Something about whom they belong to changed. */
  forget(addresses: Address[]): void {
    for (const one of addresses) this.byAddress.delete(keyOf(one, one.address));
  }

  /** All at once: a time for each entry costs more than the entry. */
  private forgetWhatIsOld(): void {
    const now = performance.now();
    if (now - this.rememberedSince < REMEMBERED_MS) return;
    this.byAddress.clear();
    this.rememberedSince = now;
  }
}

/** What the news says. The time does not count, except for a change and a choice, which are once. */
export function textOf({ wording, addresses, left, attributes, marketing, at }: Sighting): string {
  if (wording !== undefined) return wording;
  const { phone, waId, userId, parentUserId, username, profileName } = attributes;
  let text = `${phone}\0${waId}\0${userId}\0${parentUserId}\0${username}\0${profileName}`;
  for (const { kind, address } of addresses) text += `\0${kind} ${address}`;
  return left.length > 0 || marketing ? JSON.stringify([text, left, marketing, at]) : text;
}

function keyOf({ tenantId }: Pick<Sighting, 'tenantId'>, address: string): string {
  return `${tenantId} ${address}`;
}
