import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId } from '#common';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { ContactRepository } from './contact.repository.ts';
import type { Sighting } from './contact-book.ts';
import { KnownContact } from './entities/contact.entity.ts';

const TENANT = newId();
const [A, B] = ['+34600000001', '+34600000002'];
const at = (second: number): Date => new Date(1_794_000_000_000 + second * 1_000);

describe(ContactRepository.name, () => {
  let store: MessageStore;
  let db: DataSource;
  let contacts: ContactRepository;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
  });

  beforeEach(async () => {
    await store.clear();
    contacts = new ContactRepository(db);
  });

  afterAll(() => store.close());

  const aSighting = (addresses: string[], change: Partial<Sighting> = {}): Sighting => ({
    tenantId: TENANT,
    addresses: addresses.map((address) => ({ address, kind: address.startsWith('+') ? 'phone' : 'user_id' })),
    left: [],
    attributes: {},
    marketing: null,
    at: at(1),
    ...change,
  });
  const note = (...sightings: Sighting[]) => db.transaction((tx) => contacts.note(tx, sightings));
  const listed = async (filter: Parameters<ContactRepository['list']>[0] = {}) =>
    (await contacts.list(filter, 10)).map(({ profileName }) => profileName);

  it('stores what many people are, and finds them by any address, in their tenant', async () => {
    const attributes = { phone: A, waId: A.slice(1), userId: 'ES.1', profileName: 'Ana \0' };
    await note(aSighting([A, 'ES.1'], { attributes }), aSighting([B], { attributes: { profileName: 'Bea' } }));

    const found = await contacts.findByAddresses(TENANT, ['ES.1', A, B, '+34600000009']);

    expect([...found.keys()].sort()).toEqual([A, B, 'ES.1'].sort());
    expect(found.get('ES.1')).toMatchObject({
      ...attributes,
      profileName: 'Ana \uFFFD',
      tenantId: TENANT,
      seenAt: at(1),
    });
    expect(found.get(A)?.id).toBe(found.get('ES.1')?.id);
    expect((await contacts.findByAddresses(newId(), [A])).size).toBe(0);
  });

  it('finds a number however it is spelled', async () => {
    await note(aSighting(['+5215512345678']));

    expect([...(await contacts.findByAddresses(TENANT, ['+525512345678'])).keys()]).toEqual(['+525512345678']);
  });

  it('shows a person who was two under either id', async () => {
    await note(aSighting([A]), aSighting(['ES.1']));
    const [younger, older] = await contacts.list({}, 10);

    await note(aSighting([A, 'ES.1'], { at: at(2) }));

    expect((await contacts.find(TENANT, younger!.id))?.id).toBe(older!.id);
    expect((await contacts.find(null, older!.id))?.id).toBe(older!.id);
    expect(await contacts.find(newId(), older!.id)).toBeNull();
    expect((await contacts.list({}, 10)).map(({ id }) => id)).toEqual([older!.id]);
    expect((await contacts.findAddresses([older!.id])).map(({ address }) => address).sort()).toEqual(
      [A, 'ES.1'].sort(),
    );
  });

  it('asks the database nothing about what it stored', async () => {
    const news = aSighting([A], { attributes: { profileName: 'Ana' } });
    await note(news);

    await db.transaction(async (tx) => {
      const connect = jest.spyOn(tx.queryRunner!, 'connect');
      await contacts.note(tx, [{ ...news, at: at(9) }]);
      expect(connect).not.toHaveBeenCalled();
    });
  });

  it('looks at no more than it is asked about, also by plans that were made while there was hardly anybody', async () => {
    const looked = await db.transaction(async (tx) => {
      const fetched = async (): Promise<number> => {
        const [row] = await tx.query<{ n: number }[]>(
          `SELECT (seq_tup_read + idx_tup_fetch)::int AS n FROM pg_stat_xact_user_tables WHERE relname = 'contact_addresses'`,
        );
        return row!.n;
      };
      // PostgreSQL keeps a plan from the sixth time on.
      for (let time = 0; time < 8; time++) await contacts.note(tx, [aSighting([`ES.${time}`])]);
      await tx.query(
        `INSERT INTO contact_addresses (tenant_id, address, kind, contact_id, seen_at)
         SELECT $1, 'ES.9' || n, 'user_id', gen_random_uuid(), now() FROM generate_series(1, 2000) AS n`,
        [TENANT],
      );
      const before = await fetched();
      await contacts.note(tx, [aSighting([B, 'ES.91'])]);
      return (await fetched()) - before;
    });

    expect(looked).toBeGreaterThan(0);
    expect(looked).toBeLessThan(10);
  });

  it('does not take for stored what a transaction wrote that came to nothing', async () => {
    const news = aSighting([A], { attributes: { profileName: 'Ana' } });
    const failing = db.transaction(async (tx) => {
      await contacts.note(tx, [news]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');

    await note(news);

    expect(await listed()).toEqual(['Ana']);
  });

  it('knows by its wording the news that stands here, until it hears something else of the same person', async () => {
    const news = aSighting([A, 'ES.1'], { wording: 'Ana at A', attributes: { profileName: 'Ana' } });
    const isKnown = (wording = 'Ana at A', tenantId = TENANT) => contacts.isKnown(tenantId, A, wording);
    expect(isKnown()).toBe(false);

    await note(news);
    expect([isKnown(), isKnown('Bea at A'), isKnown('Ana at A', newId())]).toEqual([true, false, false]);

    await note(aSighting(['ES.1'], { attributes: { profileName: 'Bea' }, at: at(2) }));
    expect(isKnown()).toBe(false);
  });

  it('asks again about somebody of whom it heard something else meanwhile', async () => {
    const named = (profileName: string, second: number) =>
      aSighting([A], { attributes: { profileName }, at: at(second) });

    await note(named('Ana', 1));
    await note(named('Bea', 2));
    await note(named('Ana', 3));

    expect(await listed()).toEqual(['Ana']);
  });

  it('asks again about news that came too late to count the first time', async () => {
    const named = (profileName: string, second: number) =>
      aSighting([A], { attributes: { profileName }, at: at(second) });

    await note(named('Bea', 5));
    await note(named('Ana', 1));
    await note(named('Ana', 9));

    expect(await listed()).toEqual(['Ana']);
  });

  it('asks again about a number that somebody else has meanwhile', async () => {
    const ofAna = (second: number) => aSighting([A, 'ES.1'], { at: at(second) });

    await note(ofAna(1));
    await note(aSighting([A, 'ES.2'], { at: at(2) }));
    await note(ofAna(3));

    const found = await contacts.findByAddresses(TENANT, [A, 'ES.1', 'ES.2']);
    expect(found.get(A)?.id).toBe(found.get('ES.1')?.id);
    expect(found.get('ES.2')?.id).not.toBe(found.get('ES.1')?.id);
  });

  it('makes one person of what two processes write at the same time', async () => {
    const other = new ContactRepository(db);
    const news = Array.from({ length: 10 }, (_, index) => aSighting([A, `ES.${index}`, B], { at: at(index) }));

    await Promise.all(
      news.map((one, index) => db.transaction((tx) => (index % 2 ? contacts : other).note(tx, [{ ...one, left: [] }]))),
    );

    const addresses = await db.query(
      `SELECT count(DISTINCT contact_id)::int AS n FROM contact_addresses WHERE address = ANY ($1)`,
      [[A, B]],
    );
    expect(addresses).toEqual([{ n: 1 }]);
    const orphans = await db.query(
      'SELECT FROM contact_addresses a LEFT JOIN contacts c ON c.id = a.contact_id WHERE c.id IS NULL OR c.merged_into IS NOT NULL',
    );
    expect(orphans).toEqual([]);
  });

  it('lists them, newest first, by number, user id, name and tenant', async () => {
    const named = (profileName: string) => ({ attributes: { profileName } });
    await note(aSighting([A], named('Ana')), aSighting(['+525512345678', 'MX.1'], named('50% Bea')));
    await note(aSighting([A], { tenantId: newId(), ...named('Carla') }));

    expect(await listed()).toEqual(['Carla', '50% Bea', 'Ana']);
    expect(await listed({ tenantId: TENANT })).toEqual(['50% Bea', 'Ana']);
    expect(await listed({ phone: '+5215512345678' })).toEqual(['50% Bea']);
    expect(await listed({ phone: A, tenantId: TENANT })).toEqual(['Ana']);
    expect(await listed({ userId: 'MX.1' })).toEqual(['50% Bea']);
    expect(await listed({ name: '0% b' })).toEqual(['50% Bea']);
    const [newest] = await db.manager.find(KnownContact, { order: { id: 'DESC' }, take: 1 });
    expect((await contacts.list({}, 1, newest!.id)).map(({ profileName }) => profileName)).toEqual(['50% Bea']);
  });
});
