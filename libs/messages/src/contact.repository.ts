import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { onCommit, phoneSpellings, preparedRows, queryRows, type Statement, storableJson } from '#common';

import { ContactBook, type ContactRow, type ContactRows, type Sighting } from './contact-book.ts';
import { ContactAddress, KnownContact } from './entities/contact.entity.ts';
import { KnownNews, textOf } from './known-news.ts';

/** Undefined means: not asked for. */
export interface ContactFilter {
  tenantId?: string;
  /** However it is spelled, also one that was left. */
  phone?: string;
  userId?: string;
  /** Anywhere in the name or the username. */
  name?: string;
}

@Injectable()
export class ContactRepository {
  private readonly known = new KnownNews();

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Writes what is new of many people, in the caller's transaction. Those of one tenant are written by one transaction at a
   * time: two that merge people side by side could tear one apart.
   */
  async note(tx: EntityManager, sightings: Sighting[]): Promise<void> {
    const news = inOrder(sightings.filter((sighting) => !this.known.has(sighting)));
    if (news.length === 0) return;
    const addresses = news.flatMap(({ tenantId, addresses: now, left }) =>
      [...now, ...left].map(({ address }) => ({ tenantId, address })),
    );
    const tenants = [...new Set(news.map(({ tenantId }) => tenantId))];
    await preparedRows(tx, LOCK, [tenants]);
    const stored = await preparedRows<ContactAddress>(tx, LOAD_ADDRESSES, [storableJson(addresses)]);
    const contacts =
      stored.length > 0
        ? await preparedRows<ContactRow>(tx, LOAD_CONTACTS, [stored.map(({ contactId }) => contactId)])
        : [];

    const book = new ContactBook(contacts, stored);
    for (const sighting of news) book.note(sighting);
    const { added, changed } = book.changes();
    if (sizeOf(added) > 0) await preparedRows(tx, ADD, toJson(added));
    if (sizeOf(changed) > 0) {
      await preparedRows(tx, CHANGE, toJson(changed));
      this.known.forget(stored);
    }
    onCommit(tx, () => {
      for (const sighting of news) if (book.says(sighting)) this.known.add(sighting);
    });
  }

  /** Whether news in this wording (`Sighting.wording`) stands here already. */
  isKnown(tenantId: string, address: string, wording: string): boolean {
    return this.known.hasText(tenantId, address, wording);
  }

  /** What was known of these may have been removed, by whichever process: it is looked at again. */
  doubt(sightings: Sighting[]): void {
    for (const { tenantId, addresses } of sightings) {
      this.known.forget(addresses.map(({ address }) => ({ tenantId, address })));
    }
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
}

function sizeOf({ contacts, addresses }: ContactRows): number {
  return contacts.length + addresses.length;
}

function toJson({ contacts, addresses }: ContactRows): string[] {
  return [storableJson(contacts.map(toRow)), storableJson(addresses.map(toRow))];
}

/** Times as text (`storableJson`). What is left out is NULL as well, and most of it is: of who was only written to, little is known. */
function toRow(row: ContactRow | ContactAddress): object {
  const known: Record<string, unknown> = {};
  for (const column of Object.keys(row)) {
    const value = row[column as keyof typeof row];
    if (value !== null) known[column] = value instanceof Date ? value.toISOString() : value;
  }
  return known;
}

/** Oldest first. Of what is told again and again, such as by each message of a thread, the latest stands for all. */
function inOrder(sightings: Sighting[]): Sighting[] {
  const byTime = (a: Sighting, b: Sighting) => a.at.getTime() - b.at.getTime();
  const latest = new Map(
    sightings.sort(byTime).map((sighting) => [`${sighting.tenantId} ${textOf(sighting)}`, sighting]),
  );
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
/**
 * $1: JSON list of tenants and addresses. All addresses of those who have one of them. Two index probes for each, which
 * `OFFSET 0` holds the planner to: a plan that was made while the table was small would go through all of it each time.
 */
const LOAD_ADDRESSES: Statement = {
  name: 'load-contact-addresses',
  text: `
WITH contact AS (
  SELECT DISTINCT a.contact_id
  FROM jsonb_to_recordset($1::jsonb) AS r ("tenantId" uuid, address text)
  CROSS JOIN LATERAL (
    SELECT contact_id FROM contact_addresses WHERE tenant_id = r."tenantId" AND address = r.address OFFSET 0) a)
SELECT theirs.* FROM contact c CROSS JOIN LATERAL (${ADDRESSES} WHERE contact_id = c.contact_id OFFSET 0) theirs`,
};
const LOAD_CONTACTS: Statement = {
  name: 'load-contacts',
  text: `SELECT ${CONTACT} FROM contacts c WHERE c.id = ANY ($1::uuid[])`,
};
const CONTACT_ROWS = `jsonb_to_recordset($1::jsonb) AS r (
  id uuid, "tenantId" uuid, phone text, "waId" text, "userId" text, "parentUserId" text, username text,
  "profileName" text, marketing text, "marketingSince" timestamptz, "marketingSource" text, "seenAt" timestamptz,
  "mergedInto" uuid)`;
const ADDRESS_ROWS = `jsonb_to_recordset($2::jsonb) AS r (
  "tenantId" uuid, address text, kind text, "contactId" uuid, "seenAt" timestamptz, "leftAt" timestamptz)`;

/** $1, $2: JSON lists of contacts and addresses. The lock says that nobody else adds the same. */
const ADD: Statement = {
  name: 'add-contacts',
  text: `
WITH address AS (
  INSERT INTO contact_addresses (tenant_id, address, kind, contact_id, seen_at, left_at)
  SELECT "tenantId", address, kind, "contactId", "seenAt", "leftAt" FROM ${ADDRESS_ROWS})
INSERT INTO contacts (
  id, tenant_id, phone, wa_id, user_id, parent_user_id, username, profile_name, marketing, marketing_since,
  marketing_source, seen_at, merged_into)
SELECT
  id, "tenantId", phone, "waId", "userId", "parentUserId", username, "profileName", marketing, "marketingSince",
  "marketingSource", "seenAt", "mergedInto"
FROM ${CONTACT_ROWS}`,
};
/** The same of those that are there. */
const CHANGE: Statement = {
  name: 'change-contacts',
  text: `
WITH address AS (
  UPDATE contact_addresses a SET contact_id = r."contactId", seen_at = r."seenAt", left_at = r."leftAt"
  FROM ${ADDRESS_ROWS} WHERE a.tenant_id = r."tenantId" AND a.address = r.address)
UPDATE contacts c SET
  phone = r.phone, wa_id = r."waId", user_id = r."userId", parent_user_id = r."parentUserId", username = r.username,
  profile_name = r."profileName", marketing = r.marketing, marketing_since = r."marketingSince",
  marketing_source = r."marketingSource", seen_at = r."seenAt", merged_into = r."mergedInto", updated_at = now()
FROM ${CONTACT_ROWS} WHERE c.id = r.id`,
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
