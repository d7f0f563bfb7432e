import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource, type EntityManager } from 'typeorm';

import { phoneSpellings, preparedRows, queryRows, type Statement, storableJson } from '#common';

import { ContactBook, type ContactRow, type Sighting } from './contact-book.ts';
import { ContactAddress, KnownContact } from './entities/contact.entity.ts';

/** Undefined means: not asked for. */
export interface ContactFilter {
  tenantId?: string;
  /** However it is spelled, also one that was left. */
  phone?: string;
  userId?: string;
  /** Anywhere in the name or the username. */
  name?: string;
}

/** News that is stored already costs no statement. */
const REMEMBERED = 50_000;
/** Other processes write contacts too: what they change is looked at again after this long. */
const REMEMBERED_MS = 3_600_000;

@Injectable()
export class ContactRepository {
  /** Sightings that were found to be stored, by what they say. */
  private readonly known = new LRUCache<string, true>({ max: REMEMBERED, ttl: REMEMBERED_MS });

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Writes what is new of many people, in the caller's transaction. Those of one tenant are written by one transaction at a
   * time: two that merge people side by side could tear one apart.
   */
  async note(tx: EntityManager, sightings: Sighting[]): Promise<void> {
    const asked = sightings.filter((sighting) => !this.known.has(keyOf(sighting)));
    if (asked.length === 0) return;
    const addresses = asked.flatMap(({ tenantId, addresses: now, left }) =>
      [...now, ...left].map(({ address }) => ({ tenantId, address })),
    );
    const tenants = [...new Set(asked.map(({ tenantId }) => tenantId))];
    await preparedRows(tx, LOCK, [tenants]);
    const stored = await preparedRows<ContactAddress>(tx, LOAD_ADDRESSES, [storableJson(addresses)]);
    const contacts = await preparedRows<ContactRow>(tx, LOAD_CONTACTS, [stored.map(({ contactId }) => contactId)]);

    const book = new ContactBook(contacts, stored);
    for (const sighting of inOrder(asked)) book.note(sighting);
    const changes = book.changes();
    if (changes.contacts.length + changes.addresses.length === 0) return this.remember(asked);
    // A number may have changed hands: what was known of it is asked anew.
    if (asked.some(({ left }) => left.length > 0)) this.known.clear();
    await preparedRows(tx, WRITE, [storableJson(changes.contacts), storableJson(changes.addresses)]);
  }

  /** By each address that is a contact's, however a phone number is spelled. */
  async findByAddresses(tenantId: string, addresses: string[]): Promise<Map<string, KnownContact>> {
    if (addresses.length === 0) return new Map();
    const asked = addresses.flatMap((given) => phoneSpellings(given).map((address) => ({ given, address })));
    const rows = await preparedRows<KnownContact & { given: string; rank: number }>(
      this.dataSource,
      FIND_BY_ADDRESSES,
      [tenantId, asked.map(({ given }) => given), asked.map(({ address }) => address)],
    );
    // The given spelling comes before the others.
    return new Map(rows.reverse().map(({ given, rank: _, ...contact }) => [given, contact]));
  }

  /** The tenants that have a contact at one of these addresses. */
  async findTenants(tx: EntityManager, addresses: string[]): Promise<Map<string, string[]>> {
    const rows = await preparedRows<{ address: string; tenantIds: string[] }>(tx, FIND_TENANTS, [addresses]);
    return new Map(rows.map(({ address, tenantIds }) => [address, tenantIds]));
  }

  /** Newest first, older than `beforeId`. */
  async list(
    { tenantId, phone, userId, name }: ContactFilter,
    limit: number,
    beforeId?: string,
  ): Promise<KnownContact[]> {
    const query = this.dataSource.manager.createQueryBuilder(KnownContact, 'c').orderBy('c.id', 'DESC').limit(limit);
    query.where('c.mergedInto IS NULL');
    if (tenantId) query.andWhere('c.tenantId = :tenantId', { tenantId });
    for (const [key, among] of Object.entries({ phones: phone && phoneSpellings(phone), ids: userId && [userId] })) {
      if (among) query.andWhere(`c.id IN ${reachedAt(key)}`, { [key]: among });
    }
    if (name) query.andWhere('(c.profileName ILIKE :name OR c.username ILIKE :name)', { name: contains(name) });
    if (beforeId) query.andWhere('c.id < :beforeId', { beforeId });
    return query.getMany();
  }

  /** Under its own id, or that of a contact that turned out to be the same person. Null tenant: any. */
  async find(tenantId: string | null, id: string): Promise<KnownContact | null> {
    const contact = await this.dataSource.manager.findOneBy(KnownContact, { id, ...(tenantId && { tenantId }) });
    return contact?.mergedInto ? this.find(tenantId, contact.mergedInto) : contact;
  }

  async findAddresses(contactIds: string[]): Promise<ContactAddress[]> {
    return queryRows<ContactAddress>(
      this.dataSource,
      `${ADDRESSES} WHERE contact_id = ANY ($1) ORDER BY seen_at, address`,
      [contactIds],
    );
  }

  /** Only what a transaction before this one stored: this one may still come to nothing. */
  private remember(sightings: Sighting[]): void {
    for (const sighting of sightings) this.known.set(keyOf(sighting), true);
  }
}

/** The time does not count, except for what is a change. */
function keyOf({ tenantId, addresses, left, attributes, marketing, at }: Sighting): string {
  const change = left.length > 0 || marketing ? [left, marketing, at] : [];
  return JSON.stringify([tenantId, addresses, attributes, ...change]);
}

/** Oldest first. Of what is told again and again, such as by each message of a thread, the latest stands for all. */
function inOrder(sightings: Sighting[]): Sighting[] {
  const byTime = (a: Sighting, b: Sighting) => a.at.getTime() - b.at.getTime();
  const latest = new Map([...sightings].sort(byTime).map((sighting) => [keyOf(sighting), sighting]));
  return [...latest.values()].sort(byTime);
}

function reachedAt(key: string): string {
  return `(SELECT a.contact_id FROM contact_addresses a WHERE a.tenant_id = c.tenant_id AND a.address IN (:...${key}))`;
}

/** A LIKE pattern in which the caller's `%` and `_` are letters like any other. */
function contains(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

const ADDRESSES = `
SELECT tenant_id AS "tenantId", address, kind, contact_id AS "contactId", seen_at AS "seenAt", left_at AS "leftAt"
FROM contact_addresses`;
const CONTACT = `
c.id, c.tenant_id AS "tenantId", c.phone, c.wa_id AS "waId", c.user_id AS "userId", c.parent_user_id AS "parentUserId",
c.username, c.profile_name AS "profileName", c.marketing, c.marketing_since AS "marketingSince",
c.marketing_source AS "marketingSource", c.seen_at AS "seenAt", c.merged_into AS "mergedInto"`;

/** In one order, so that two processes that need the same tenants do not wait for each other. */
const LOCK: Statement = {
  name: 'lock-contacts',
  text: `
SELECT pg_advisory_xact_lock(hashtextextended('contacts ' || tenant, 0))
FROM (SELECT tenant FROM unnest($1::text[]) AS tenant ORDER BY tenant) AS one`,
};
/** $1: JSON list of tenants and addresses. All addresses of those who have one of them. */
const LOAD_ADDRESSES: Statement = {
  name: 'load-contact-addresses',
  text: `${ADDRESSES} WHERE contact_id IN (
  SELECT a.contact_id
  FROM jsonb_to_recordset($1::jsonb) AS r ("tenantId" uuid, address text)
  JOIN contact_addresses a ON a.tenant_id = r."tenantId" AND a.address = r.address)`,
};
const LOAD_CONTACTS: Statement = {
  name: 'load-contacts',
  text: `SELECT ${CONTACT} FROM contacts c WHERE c.id = ANY ($1::uuid[])`,
};
/** $1, $2: JSON lists of contacts and addresses. */
const WRITE: Statement = {
  name: 'write-contacts',
  text: `
WITH address AS (
  INSERT INTO contact_addresses (tenant_id, address, kind, contact_id, seen_at, left_at)
  SELECT "tenantId", address, kind, "contactId", "seenAt", "leftAt"
  FROM jsonb_to_recordset($2::jsonb) AS r (
    "tenantId" uuid, address text, kind text, "contactId" uuid, "seenAt" timestamptz, "leftAt" timestamptz)
  ON CONFLICT (tenant_id, address) DO UPDATE
  SET contact_id = excluded.contact_id, seen_at = excluded.seen_at, left_at = excluded.left_at)
INSERT INTO contacts (
  id, tenant_id, phone, wa_id, user_id, parent_user_id, username, profile_name, marketing, marketing_since,
  marketing_source, seen_at, merged_into)
SELECT
  id, "tenantId", phone, "waId", "userId", "parentUserId", username, "profileName", marketing, "marketingSince",
  "marketingSource", "seenAt", "mergedInto"
FROM jsonb_to_recordset($1::jsonb) AS r (
  id uuid, "tenantId" uuid, phone text, "waId" text, "userId" text, "parentUserId" text, username text,
  "profileName" text, marketing text, "marketingSince" timestamptz, "marketingSource" text, "seenAt" timestamptz,
  "mergedInto" uuid)
ON CONFLICT (id) DO UPDATE SET
  phone = excluded.phone, wa_id = excluded.wa_id, user_id = excluded.user_id, parent_user_id = excluded.parent_user_id,
  username = excluded.username, profile_name = excluded.profile_name, marketing = excluded.marketing,
  marketing_since = excluded.marketing_since, marketing_source = excluded.marketing_source, seen_at = excluded.seen_at,
  merged_into = excluded.merged_into, updated_at = now()`,
};
/** $1: tenant; $2, $3: what is asked for, and each way to spell it. */
const FIND_BY_ADDRESSES: Statement = {
  name: 'find-contacts-by-addresses',
  text: `
SELECT r.given, r.rank, ${CONTACT}, c.created_at AS "createdAt", c.updated_at AS "updatedAt"
FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS r (given, address, rank)
JOIN contact_addresses a ON a.tenant_id = $1 AND a.address = r.address
JOIN contacts c ON c.id = a.contact_id
ORDER BY r.rank`,
};
const FIND_TENANTS: Statement = {
  name: 'find-tenants-of-contacts',
  text: `
SELECT address, array_agg(tenant_id) AS "tenantIds" FROM contact_addresses WHERE address = ANY ($1::text[])
GROUP BY address`,
};
