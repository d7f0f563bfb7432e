import { newId } from '#common';

import type { AddressKind, ContactAddress, KnownContact, MarketingChoice } from './entities/contact.entity.ts';

export const CONTACT_ATTRIBUTES = ['phone', 'waId', 'userId', 'parentUserId', 'username', 'profileName'] as const;
export type ContactAttribute = (typeof CONTACT_ATTRIBUTES)[number];

export interface SeenAddress {
  address: string;
  kind: AddressKind;
}

/** One piece of news about one person. */
export interface Sighting {
  tenantId: string;
  /** Theirs at that time, in the form of `contactKey`. */
  addresses: SeenAddress[];
  /** What they tell they changed from. */
  left: SeenAddress[];
  /**
   * All of it but the time, as whoever tells it puts it: within a tenant the same wording is the same news. Undefined where it
   * is told once only, or by somebody who has no wording for it.
   */
  wording?: string;
  /** Those that were told. */
  attributes: Partial<Record<ContactAttribute, string>>;
  marketing: { choice: MarketingChoice; source: string } | null;
  at: Date;
}

export type ContactRow = Omit<KnownContact, 'createdAt' | 'updatedAt'>;

export interface ContactRows {
  contacts: ContactRow[];
  addresses: ContactAddress[];
}

/** Whose the addresses of some news are. */
interface Judgement {
  /** Contacts that are this person. */
  linked: readonly ContactRow[];
  /** Addresses that change hands, and those that stay where they are. */
  taken: ReadonlySet<string>;
  ignored: ReadonlySet<string>;
}

/**
 * The contacts that some news is about, and what the news makes of them. People are known by their user id first and by
 * their number second, because numbers are given to others:
 *
 * - Addresses that are told together are one person's. Two contacts that turn out to be one become the older of them.
 * - A change of number joins the old and the new one, whichever were known; the old address stays on the contact as left.
 * - A number that comes with the user id of somebody else is theirs from then on, and so is a number that is used again
 *   after its owner left it. Older news takes nothing away.
 */
export class ContactBook {
  private readonly contacts: Map<string, ContactRow>;
  private readonly addresses: Map<string, ContactAddress>;
  /** By contact: a round may hold thousands of people. */
  private readonly held = new Map<string, Set<ContactAddress>>();
  /** As they were loaded; what is missing is new. */
  private readonly before: Map<ContactRow | ContactAddress, string>;

  constructor(contacts: ContactRow[], addresses: ContactAddress[]) {
    this.contacts = new Map(contacts.map((contact) => [contact.id, contact]));
    this.addresses = new Map(addresses.map((row) => [keyOf(row), row]));
    for (const row of addresses) this.hold(row);
    this.before = new Map([...contacts, ...addresses].map((row) => [row, JSON.stringify(row)]));
  }

  note(sighting: Sighting): void {
    const { linked, taken, ignored } = this.judge(sighting);
    const theirs = sighting.addresses.filter(({ address }) => !ignored.has(address));
    if (theirs.length === 0 && linked.length === 0) return;

    const [oldest, ...others] = linked.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const contact = oldest ?? this.create(sighting);
    for (const other of others) this.merge(other, contact);
    for (const one of theirs) this.give(contact, one, sighting, taken.has(one.address));
    for (const one of sighting.left) if (!ignored.has(one.address)) this.leave(contact, one, sighting);
    describe(contact, sighting);
    this.showWhereTheyAre(contact);
  }

  /** What has to be written. */
  changes(): { added: ContactRows; changed: ContactRows } {
    const isNew = (row: ContactRow | ContactAddress): boolean => !this.before.has(row);
    const isOther = (row: ContactRow | ContactAddress): boolean =>
      !isNew(row) && this.before.get(row) !== JSON.stringify(row);
    const [contacts, addresses] = [[...this.contacts.values()], [...this.addresses.values()]];
    return {
      added: { contacts: contacts.filter(isNew), addresses: addresses.filter(isNew) },
      changed: { contacts: contacts.filter(isOther), addresses: addresses.filter(isOther) },
    };
  }

  /** Whether all that the news says stands here now, so that the same news, however late, would change nothing. */
  says({ tenantId, addresses, left, attributes, marketing }: Sighting): boolean {
    // A change and a choice are once.
    if (left.length > 0 || marketing) return false;
    const rows = addresses.map(({ address }) => this.addresses.get(keyOf({ tenantId, address })));
    const contact = this.contacts.get(rows[0]?.contactId ?? '');
    if (!contact || rows.some((row) => row?.contactId !== contact.id || hasLeft(row))) return false;
    return CONTACT_ATTRIBUTES.every((name) => attributes[name] === undefined || attributes[name] === contact[name]);
  }

  private judge({ tenantId, addresses, left, at }: Sighting): Judgement {
    const all = [...addresses, ...left];
    if (all.every(({ address }) => !this.addresses.has(keyOf({ tenantId, address })))) return NOBODY_KNOWN;
    const named = all.filter(({ kind }) => kind === 'user_id').map(({ address }) => address);
    const linked = new Set<ContactRow>();
    const [taken, ignored] = [new Set<string>(), new Set<string>()];
    // User ids first: they tell whether a number that was left is still the same person's.
    for (const { address, kind } of [...all].sort(userIdsFirst)) {
      const row = this.addresses.get(keyOf({ tenantId, address }));
      const holder = row && this.contacts.get(row.contactId);
      if (!holder) continue;
      const isNumber = kind !== 'user_id';
      if (isNumber && this.isSomebodyElse(holder, named)) {
        const isTheirsNow = at >= row.seenAt && addresses.some((one) => one.address === address);
        (isTheirsNow ? taken : ignored).add(address);
      } else if (isNumber && left.length === 0 && hasLeft(row) && at > row.leftAt! && !linked.has(holder)) {
        taken.add(address);
      } else linked.add(holder);
    }
    return { linked: [...linked], taken, ignored };
  }

  private isSomebodyElse(holder: ContactRow, named: string[]): boolean {
    if (named.length === 0) return false;
    const known = this.of(holder).filter(({ kind }) => kind === 'user_id');
    return known.length > 0 && !known.some(({ address }) => named.includes(address));
  }

  private create({ tenantId, at }: Sighting): ContactRow {
    const contact: ContactRow = {
      id: newId(),
      tenantId,
      phone: null,
      waId: null,
      userId: null,
      parentUserId: null,
      username: null,
      profileName: null,
      marketing: null,
      marketingSince: null,
      marketingSource: null,
      seenAt: at,
      mergedInto: null,
    };
    this.contacts.set(contact.id, contact);
    return contact;
  }

  private merge(from: ContactRow, into: ContactRow): void {
    for (const row of this.of(from)) this.hand(row, into);
    const isNewer = from.seenAt > into.seenAt;
    for (const name of CONTACT_ATTRIBUTES)
      into[name] = isNewer ? (from[name] ?? into[name]) : (into[name] ?? from[name]);
    if (isNewer) into.seenAt = from.seenAt;
    if (from.marketing && from.marketingSince) {
      choose(into, from.marketing, from.marketingSource ?? '', from.marketingSince);
    }
    from.mergedInto = into.id;
  }

  private give(contact: ContactRow, { address, kind }: SeenAddress, { tenantId, at }: Sighting, taken: boolean): void {
    const row = this.addresses.get(keyOf({ tenantId, address }));
    if (!row) {
      this.add({ tenantId, address, kind, contactId: contact.id, seenAt: at, leftAt: null });
    } else if (taken) {
      const former = this.contacts.get(row.contactId);
      this.hand(row, contact);
      Object.assign(row, { seenAt: at, leftAt: null });
      if (former) this.showWhereTheyAre(former);
    } else if (row.leftAt && at > row.seenAt) row.seenAt = at;
  }

  private leave(contact: ContactRow, { address, kind }: SeenAddress, { tenantId, at }: Sighting): void {
    const row = this.addresses.get(keyOf({ tenantId, address }));
    if (!row) {
      this.add({ tenantId, address, kind, contactId: contact.id, seenAt: at, leftAt: at });
    } else if (!row.leftAt || row.leftAt < at) row.leftAt = at;
  }

  /** An address that was left, or is somebody else's now, is not shown as the contact's. */
  private showWhereTheyAre(contact: ContactRow): void {
    const live = this.of(contact).filter((row) => !hasLeft(row));
    if (live.length > 1) live.sort((a, b) => b.seenAt.getTime() - a.seenAt.getTime());
    const numbers = live.filter(({ kind }) => kind !== 'user_id').map(({ address }) => address);
    const ids = live.filter(({ kind }) => kind === 'user_id').map(({ address }) => address);
    const dialled = live.find(({ kind }) => kind === 'phone')?.address ?? numbers.find((one) => one.startsWith('+'));
    if (!contact.phone || !numbers.includes(contact.phone)) contact.phone = dialled ?? null;
    if (!numbers.some((number) => digits(number) === contact.waId)) contact.waId = digits(numbers[0]);
    if (!contact.userId || !ids.includes(contact.userId)) contact.userId = ids[0] ?? null;
  }

  private of({ id }: Pick<ContactRow, 'id'>): ContactAddress[] {
    return [...(this.held.get(id) ?? [])];
  }

  private add(row: ContactAddress): void {
    this.addresses.set(keyOf(row), row);
    this.hold(row);
  }

  private hold(row: ContactAddress): void {
    const theirs = this.held.get(row.contactId) ?? new Set();
    this.held.set(row.contactId, theirs.add(row));
  }

  private hand(row: ContactAddress, { id }: ContactRow): void {
    this.held.get(row.contactId)?.delete(row);
    row.contactId = id;
    this.hold(row);
  }
}

/** Of most people who are written to nothing is known before. */
const NOBODY_KNOWN: Judgement = { linked: [], taken: new Set(), ignored: new Set() };

function userIdsFirst(a: SeenAddress, b: SeenAddress): number {
  return Number(b.kind === 'user_id') - Number(a.kind === 'user_id');
}

/** Later news changes an attribute, earlier news fills one that is missing. */
function describe(contact: ContactRow, { attributes, marketing, at }: Sighting): void {
  const isNewer = at >= contact.seenAt;
  for (const name of CONTACT_ATTRIBUTES) {
    const told = attributes[name];
    if (told === undefined || told === contact[name] || (contact[name] !== null && !isNewer)) continue;
    contact[name] = told;
    if (isNewer) contact.seenAt = at;
  }
  if (marketing) choose(contact, marketing.choice, marketing.source, at);
}

/** The latest choice stands; of two within one second, the one that asks for silence. */
function choose(contact: ContactRow, choice: MarketingChoice, source: string, at: Date): void {
  const { marketingSince: since, marketing } = contact;
  const isLater =
    !since || at > since || (at.getTime() === since.getTime() && choice === 'stopped' && marketing !== choice);
  if (isLater) Object.assign(contact, { marketing: choice, marketingSince: at, marketingSource: source });
}

export function hasLeft({ leftAt, seenAt }: Pick<ContactAddress, 'leftAt' | 'seenAt'>): boolean {
  return leftAt !== null && leftAt >= seenAt;
}

function keyOf({ tenantId, address }: { tenantId: string; address: string }): string {
  return `${tenantId} ${address}`;
}

function digits(number: string | undefined): string | null {
  return number?.replace('+', '') ?? null;
}
