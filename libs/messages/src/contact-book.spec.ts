import { describe, expect, it } from '@jest/globals';

import { newId } from '#common';

import { ContactBook, type ContactRow, hasLeft, type Sighting } from './contact-book.ts';
import type { ContactAddress } from './entities/contact.entity.ts';

const TENANT = newId();
const [A, B, C] = ['+34600000001', '+34600000002', '+34600000003'];
const [U1, U2] = ['ES.1', 'ES.2'];
const at = (second: number): Date => new Date(1_794_000_000_000 + second * 1_000);

const seen = (...addresses: string[]) =>
  addresses.map((address) => ({ address, kind: address.startsWith('+') ? ('phone' as const) : ('user_id' as const) }));
const aSighting = (second: number, addresses: string[], change: Partial<Sighting> = {}): Sighting => ({
  tenantId: TENANT,
  addresses: seen(...addresses),
  left: [],
  attributes: {},
  marketing: null,
  at: at(second),
  ...change,
});
const aChange = (second: number, left: string[], addresses: string[]): Sighting =>
  aSighting(second, addresses, { left: seen(...left) });

/** The people after this news, each applied by itself to what is stored, as `phone, user id: its addresses (those left)`. */
function peopleAfter(news: Sighting[]): string[] {
  let [contacts, addresses]: [ContactRow[], ContactAddress[]] = [[], []];
  for (const sighting of news) {
    const book = new ContactBook(structuredClone(contacts), structuredClone(addresses));
    book.note(sighting);
    const { added, changed } = book.changes();
    const allContacts = [...contacts, ...added.contacts, ...changed.contacts];
    const allAddresses = [...addresses, ...added.addresses, ...changed.addresses];
    contacts = [...new Map(allContacts.map((row) => [row.id, row])).values()];
    addresses = [...new Map(allAddresses.map((row) => [row.address, row])).values()];
  }
  return contacts
    .filter(({ mergedInto }) => mergedInto === null)
    .map(({ id, phone, userId }) => {
      const theirs = addresses.filter(({ contactId }) => contactId === id);
      const shown = theirs.map((row) => (hasLeft(row) ? `(${row.address})` : row.address)).sort();
      return `${phone}, ${userId}: ${shown.join(' ')}`;
    })
    .sort();
}

describe(ContactBook.name, () => {
  it('knows a person by every address that was told together with another', () => {
    expect(peopleAfter([aSighting(1, [A]), aSighting(2, [U1]), aSighting(3, [A, U1])])).toEqual([
      `${A}, ${U1}: ${A} ${U1}`,
    ]);
  });

  it('keeps the older of two contacts that are one person, with what was known of both', () => {
    const [older, younger] = [aSighting(1, [A]), aSighting(2, [U1])];
    older.attributes = { profileName: 'Ana' };
    younger.attributes = { username: 'ana.r' };
    const book = new ContactBook([], []);
    for (const news of [older, younger, aSighting(3, [A, U1])]) book.note(news);

    const [first, second] = book.changes().added.contacts.sort((a, b) => (a.id < b.id ? -1 : 1));

    expect(first).toMatchObject({ profileName: 'Ana', username: 'ana.r', mergedInto: null });
    expect(second).toMatchObject({ mergedInto: first!.id });
  });

  describe('a change of number', () => {
    const change = aChange(10, [A], [B]);
    const one = [`${B}, null: (${A}) ${B}`];

    it.each<[string, Sighting[]]>([
      ['both numbers are known', [aSighting(1, [A]), aSighting(2, [B])]],
      ['only the old one is known', [aSighting(1, [A])]],
      ['only the new one is known', [aSighting(1, [B])]],
      ['neither is known', []],
    ])('leaves one person when %s, told once or again', (_, known) => {
      expect(peopleAfter([...known, change])).toEqual(one);
      expect(peopleAfter([...known, change, change])).toEqual(one);
    });

    it('after which the person is seen with the new number only', () => {
      expect(peopleAfter([change, aSighting(11, [B])])).toEqual(one);
    });

    it('gives one person when several follow each other and are told in any order, repeated or not', () => {
      const told = [aSighting(1, [A]), aChange(10, [A], [B]), aChange(20, [B], [C]), aSighting(21, [C])];

      const results = permutations(told).flatMap((order) => [peopleAfter(order), peopleAfter([...order, ...order])]);

      expect(new Set(results.map(String))).toEqual(new Set([`${C}, null: (${A}) (${B}) ${C}`]));
    });

    it('may be taken back later', () => {
      const told = [aChange(10, [A], [B]), aChange(20, [B], [A])];

      for (const order of [told, [...told].reverse()]) expect(peopleAfter(order)).toEqual([`${A}, null: (${B}) ${A}`]);
    });

    it('may change the user id with it', () => {
      expect(peopleAfter([aSighting(1, [A, U1]), aChange(10, [A, U1], [B, U2]), aSighting(11, [U2])])).toEqual([
        `${B}, ${U2}: (${A}) (${U1}) ${B} ${U2}`,
      ]);
    });

    it('of the user id alone leaves the number', () => {
      expect(peopleAfter([aSighting(1, [A, U1]), aChange(10, [U1], [U2, A])])).toEqual([
        `${A}, ${U2}: (${U1}) ${A} ${U2}`,
      ]);
    });
  });

  describe('a number that is given to somebody else', () => {
    it('is theirs once it comes with their user id; the one who had it is still who they were', () => {
      expect(peopleAfter([aSighting(1, [A, U1]), aSighting(2, [A, U2])])).toEqual([
        `${A}, ${U2}: ${A} ${U2}`,
        `null, ${U1}: ${U1}`,
      ]);
    });

    it('is not taken from them by older news', () => {
      expect(peopleAfter([aSighting(2, [A, U2]), aSighting(1, [A, U1])])).toEqual([
        `${A}, ${U2}: ${A} ${U2}`,
        `null, ${U1}: ${U1}`,
      ]);
    });

    it('is a stranger when it writes after its owner left it, and the owner when it wrote before', () => {
      const left = aChange(10, [A], [B]);

      expect(peopleAfter([left, aSighting(20, [A])])).toEqual([`${A}, null: ${A}`, `${B}, null: ${B}`]);
      expect(peopleAfter([left, aSighting(5, [A])])).toEqual([`${B}, null: (${A}) ${B}`]);
    });

    it('is told by the user ids also where two people swap their numbers', () => {
      const told = [aSighting(1, [A, U1]), aSighting(2, [B, U2]), aChange(10, [A], [B, U1]), aChange(11, [B], [A, U2])];

      expect(peopleAfter(told)).toEqual([`${A}, ${U2}: ${A} ${U2}`, `${B}, ${U1}: ${B} ${U1}`]);
    });
  });

  it('lets later news change an attribute, and earlier news fill only what is missing', () => {
    const book = new ContactBook([], []);
    const named = (second: number, attributes: Sighting['attributes']) => aSighting(second, [A], { attributes });

    for (const news of [named(5, { profileName: 'Ana' }), named(1, { profileName: 'Old', username: 'ana' })])
      book.note(news);
    const [early] = structuredClone(book.changes().added.contacts);
    book.note(named(6, { profileName: 'Anna' }));

    expect(early).toMatchObject({ profileName: 'Ana', username: 'ana' });
    expect(book.changes().added.contacts).toMatchObject([{ profileName: 'Anna', username: 'ana' }]);
  });

  it('keeps the latest choice about marketing, in whatever order it was told', () => {
    const choice = (second: number, made: 'stopped' | 'resumed') =>
      aSighting(second, [A], { marketing: { choice: made, source: `at ${second}` } });
    const told = [choice(1, 'stopped'), choice(2, 'resumed'), choice(3, 'resumed'), choice(3, 'stopped')];

    for (const order of permutations(told)) {
      const book = new ContactBook([], []);
      for (const news of order) book.note(news);
      expect(book.changes().added.contacts).toMatchObject([
        { marketing: 'stopped', marketingSince: at(3), marketingSource: 'at 3' },
      ]);
    }
  });

  it('has nothing to write when nothing is new', () => {
    const first = new ContactBook([], []);
    first.note(aSighting(1, [A, U1], { attributes: { profileName: 'Ana' } }));
    const { contacts, addresses } = first.changes().added;
    const again = new ContactBook(contacts, addresses);

    again.note(aSighting(9, [A, U1], { attributes: { profileName: 'Ana' } }));

    const nothing = { contacts: [], addresses: [] };
    expect(again.changes()).toEqual({ added: nothing, changed: nothing });
  });

  it('tells what is new from what was there', () => {
    const first = new ContactBook([], []);
    first.note(aSighting(1, [A]));
    const { contacts, addresses } = structuredClone(first.changes().added);
    const again = new ContactBook(contacts, addresses);

    again.note(aSighting(2, [A, U1], { attributes: { profileName: 'Ana' } }));

    expect(again.changes()).toMatchObject({
      added: { contacts: [], addresses: [{ address: U1 }] },
      changed: { contacts: [{ id: contacts[0]!.id, profileName: 'Ana' }], addresses: [] },
    });
  });

  describe('what it says already', () => {
    const named = (second: number, profileName: string, addresses = [A, U1]) =>
      aSighting(second, addresses, { attributes: { profileName } });
    const saysAfter = (news: Sighting[], asked: Sighting): boolean => {
      const book = new ContactBook([], []);
      for (const one of news) book.note(one);
      return book.says(asked);
    };

    it.each<[string, Sighting[], Sighting, boolean]>([
      ['the same, later', [named(1, 'Ana')], named(9, 'Ana'), true],
      ['less of it', [named(1, 'Ana')], aSighting(9, [U1]), true],
      ['another name', [named(1, 'Ana')], named(9, 'Anna'), false],
      ['older news that was overruled', [named(5, 'Anna')], named(1, 'Ana'), false],
      ['an address that is not known', [named(1, 'Ana', [A])], named(9, 'Ana'), false],
      ['an address that was left', [named(1, 'Ana'), aChange(2, [A], [B])], named(1, 'Ana'), false],
      [
        'an address that is somebody else’s by now',
        [named(1, 'Ana'), named(2, 'Bea', [A, U2])],
        named(1, 'Ana'),
        false,
      ],
      ['a change', [aChange(2, [A], [B])], aChange(2, [A], [B]), false],
      ['nobody', [], named(1, 'Ana'), false],
    ])('%s', (_, news, asked, expected) => {
      expect(saysAfter(news, asked)).toBe(expected);
    });
  });

  it("does not mix up two tenants' contacts", () => {
    const book = new ContactBook([], []);
    for (const tenantId of [TENANT, newId()]) book.note({ ...aSighting(1, [A]), tenantId });

    expect(book.changes().added.contacts).toHaveLength(2);
  });
});

function permutations<T>(items: T[]): T[][] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}
