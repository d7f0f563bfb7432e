import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { leastIdAt, nextIds, phoneSpellings, queryRows, type SqlRunner, type Stretch } from '#common';

import { MessageEvent } from '../entities/message-event.entity.ts';
import { WhatsAppMessage } from '../entities/whatsapp-message.entity.ts';
import { mentionsOf, type Refusal } from './erased-people.ts';

/** One person, as one tenant knows them; null: as all do. */
export interface Person {
  tenantId: string | null;
  /** All they are or were reached at, in the form of `contactKey` and in each spelling. */
  addresses: string[];
}

/** Messages of one batch. */
const AT_ONCE = 500;
/** Of the details of the timeline: what speaks of the message and not of the person. Prices are counted. */
const IMPERSONAL = `'{pricing,conversation,attempt,after_attempt}'::text[]`;

/** All that the record holds of one person. */
@Injectable()
export class PersonRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The given addresses, and those of the contacts that have one of them. */
  async findAddresses(runner: SqlRunner, tenantId: string | null, given: string[]): Promise<string[]> {
    const spelled = given.flatMap(phoneSpellings);
    const rows = await queryRows<{ address: string }>(
      runner,
      `SELECT DISTINCT theirs.address FROM contact_addresses theirs
       WHERE theirs.contact_id IN (
         SELECT contact_id FROM contact_addresses WHERE address = ANY ($1) AND ($2::uuid IS NULL OR tenant_id = $2))`,
      [spelled, tenantId],
    );
    return [...new Set([...spelled, ...rows.flatMap(({ address }) => phoneSpellings(address))])];
  }

  /** The numbers of ours they were in touch with. */
  async findNumbers(runner: SqlRunner, person: Person): Promise<string[]> {
    const rows = await queryRows<{ number: string }>(
      runner,
      `SELECT DISTINCT phone_number_id AS number FROM whatsapp_messages WHERE ${IS_THEIRS}`,
      [person.addresses, person.tenantId],
    );
    return rows.map(({ number }) => number);
  }

  async readContacts(person: Person): Promise<object[]> {
    return queryRows(this.dataSource, `${CONTACTS} SELECT c.* FROM contacts c JOIN theirs USING (id) ORDER BY id`, [
      person.addresses,
      person.tenantId,
    ]);
  }

  async readConversations(person: Person): Promise<object[]> {
    return queryRows(this.dataSource, `SELECT * FROM conversations WHERE ${IS_THEIRS} ORDER BY id`, [
      person.addresses,
      person.tenantId,
    ]);
  }

  /** A page of their messages with their timelines, oldest first. */
  async readMessages(person: Person, afterId: string): Promise<(WhatsAppMessage & { events: MessageEvent[] })[]> {
    const messages = await this.dataSource.manager
      .createQueryBuilder(WhatsAppMessage, 'm')
      .where('m.contactKey IN (:...addresses)', { addresses: person.addresses })
      .andWhere('(CAST(:tenantId AS uuid) IS NULL OR m.tenantId = :tenantId)', { tenantId: person.tenantId })
      .andWhere('m.id > :afterId', { afterId })
      .orderBy('m.id')
      .limit(AT_ONCE)
      .getMany();
    if (messages.length === 0) return [];
    const events = await this.dataSource.manager
      .createQueryBuilder(MessageEvent, 'e')
      .where('e.messageId IN (:...ids)', { ids: messages.map(({ id }) => id) })
      .orderBy('e.createdAt')
      .getMany();
    return messages.map((message) => ({
      ...message,
      events: events.filter(({ messageId }) => messageId === message.id),
    }));
  }

  /** Removes who they are; answers how much, and what they last said about marketing messages. */
  async eraseContacts(tx: EntityManager, person: Person) {
    const values = [person.addresses, person.tenantId];
    const refusals = await queryRows<Refusal>(
      tx,
      `${CONTACTS}
       SELECT c.tenant_id AS "tenantId", $1::text[] AS addresses,
              CASE WHEN c.marketing = 'stopped' THEN coalesce(c.marketing_since, c.updated_at) END AS since
       FROM contacts c JOIN theirs USING (id) WHERE c.marketing IS NOT NULL AND c.merged_into IS NULL`,
      values,
    );
    const conversations = await queryRows(tx, `DELETE FROM conversations WHERE ${IS_THEIRS} RETURNING 1`, values);
    const contacts = await queryRows(
      tx,
      `${CONTACTS},
       address AS (DELETE FROM contact_addresses WHERE contact_id IN (SELECT id FROM theirs))
       DELETE FROM contacts WHERE id IN (SELECT id FROM theirs) RETURNING 1`,
      values,
    );
    return { contacts: contacts.length, conversations: conversations.length, refusals };
  }

  /**
   * Locks the next of their messages from before `time`, in the order of ids, as everybody else: those that can be erased, and
   * whether others are on the wire. In one statement, because a message may leave the wire, or go on it, between two.
   */
  async lockMessages(
    tx: EntityManager,
    person: Person,
    time: Date,
  ): Promise<{ ids: string[]; isAnyOnTheWire: boolean }> {
    const rows = await queryRows<{ id: string; isOnTheWire: boolean }>(
      tx,
      `SELECT id, lease_token IS NOT NULL AS "isOnTheWire" FROM whatsapp_messages WHERE ${IS_THEIRS} AND id < $3
       ORDER BY id LIMIT ${AT_ONCE} FOR NO KEY UPDATE`,
      [person.addresses, person.tenantId, leastIdAt(time)],
    );
    const [onTheWire, free] = [rows.filter((row) => row.isOnTheWire), rows.filter((row) => !row.isOnTheWire)];
    return { ids: free.map(({ id }) => id), isAnyOnTheWire: onTheWire.length > 0 };
  }

  /** What remains of a message is that it was: its status, its times, its template, its error's code. PENDING ones are cancelled. */
  async eraseMessages(tx: EntityManager, ids: string[], contactKey: string, now: Date): Promise<void> {
    await tx.query('DELETE FROM message_fallbacks WHERE message_id = ANY ($1)', [ids]);
    await tx.query(
      `UPDATE message_events e
       SET details = (SELECT jsonb_object_agg(key, value) FROM jsonb_each(e.details) WHERE key = ANY (${IMPERSONAL}))
       WHERE message_id = ANY ($1) AND details IS NOT NULL`,
      [ids],
    );
    await tx.query(ERASE_MESSAGES, [ids, contactKey, now]);
  }

  /** What they said in groups, whose messages stand under the group, and how far others' messages there got with them. */
  async eraseFromGroups(tx: EntityManager, person: Person, stretch: Stretch, contactKey: string, now: Date) {
    const { ids, position } = await nextIds(tx, 'whatsapp_messages', stretch);
    const mentions = mentionsOf(person.addresses);
    const said = await queryRows<{ id: string }>(tx, FIND_IN_GROUPS, [
      ids,
      person.tenantId,
      person.addresses,
      mentions,
    ]);
    const saidIds = said.map(({ id }) => id);
    if (saidIds.length > 0) await this.eraseMessages(tx, saidIds, contactKey, now);
    await tx.query(ERASE_PARTICIPANT, [ids, person.tenantId, [...person.addresses, ...mentions], contactKey]);
    return { removed: { messages: saidIds.length }, position };
  }
}

const IS_THEIRS = 'contact_key = ANY ($1::text[]) AND ($2::uuid IS NULL OR tenant_id = $2)';

/** $1: addresses; $2: tenant. With those that were merged into them. */
const CONTACTS = `
WITH RECURSIVE theirs AS (
  SELECT DISTINCT contact_id AS id, tenant_id FROM contact_addresses
  WHERE address = ANY ($1::text[]) AND ($2::uuid IS NULL OR tenant_id = $2)
  UNION
  SELECT c.id, c.tenant_id FROM theirs t JOIN contacts c ON c.tenant_id = t.tenant_id AND c.merged_into = t.id)`;

/** $1: ids; $2: what stands for the person from now on; $3: now. A number of ours stays. */
const ERASE_MESSAGES = `
WITH cancelled AS (
  INSERT INTO message_events (message_id, type, source, occurred_at)
  SELECT id, 'cancelled', 'api', $3 FROM whatsapp_messages WHERE id = ANY ($1::uuid[]) AND status = 'PENDING')
UPDATE whatsapp_messages
SET contact_key = $2, recipient_user_id = NULL, wa_id = NULL, recipient_name = NULL,
    recipient_phone = CASE WHEN direction = 'inbound' THEN recipient_phone END,
    from_phone = CASE WHEN direction = 'outbound' THEN from_phone END,
    content = '{}', template_parameters = NULL, metadata = '{}', provider_response = NULL, notification_id = NULL,
    whatsapp_message_id = NULL, error = error || '{"details": null}', error_message = error ->> 'title',
    status = CASE WHEN status = 'PENDING' THEN 'CANCELLED' ELSE status END,
    pending_reason = NULL, next_attempt_at = NULL, waits_for = NULL, content_removed_at = $3
WHERE id = ANY ($1::uuid[])`;

/** $1: ids; $2: tenant; $3, $4: addresses, and numbers without `+`. */
const FIND_IN_GROUPS = `
SELECT id FROM whatsapp_messages
WHERE id = ANY ($1::uuid[]) AND ($2::uuid IS NULL OR tenant_id = $2) AND content ? 'group_id'
  AND (from_phone = ANY ($3::text[]) OR wa_id = ANY ($4::text[]))
ORDER BY id FOR NO KEY UPDATE`;

/** $1: ids; $2: tenant; $3: what the person is called; $4: what stands for them from now on. */
const ERASE_PARTICIPANT = `
UPDATE message_events e
SET source = 'webhook/' || $4, details = e.details - 'recipient_participant_id' - 'errors' - 'whatsapp_message_id'
FROM whatsapp_messages m
WHERE e.message_id = ANY ($1::uuid[]) AND m.id = e.message_id AND ($2::uuid IS NULL OR m.tenant_id = $2)
  AND e.source IN (SELECT 'webhook/' || one FROM unnest($3::text[]) AS one)`;
