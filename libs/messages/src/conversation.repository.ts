import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { forEverybody, newId, queryRows, storableJson } from '#common';

import { Conversation } from './entities/conversation.entity.ts';

/** An inbound message as far as its conversation is concerned. */
export interface InboundNote {
  tenantId: string;
  phoneNumberId: string;
  contactKey: string;
  contactName: string | null;
  /** By Meta's clock. */
  at: Date;
  messageId: string;
  wamid: string;
}

/** Whether Meta takes free-form messages to somebody. `unknown`: this number's deliveries come here for less than a window. */
export type ConversationWindow =
  | { state: 'open'; openUntil: Date }
  | { state: 'closed'; openUntil: Date | null }
  | { state: 'unknown'; openUntil: null };

export interface ConversationFilter {
  tenantId?: string;
  phoneNumberId?: string;
  contactKey?: string;
  window?: 'open' | 'closed';
  unread?: boolean;
}

/** All that one person wrote to one number, under whatever address: the row of what came in last stands for the others. */
export interface PersonConversation extends Conversation {
  /** Where the messages of both sides stand. */
  contactKeys: string[];
}

const WINDOW_HOURS = 24;
const WINDOW_MS = WINDOW_HOURS * 3_600_000;

@Injectable()
export class ConversationRepository {
  private readonly heard = new Set<string>();

  constructor(private readonly dataSource: DataSource) {}

  /** Notes messages that were stored for the first time, in the transaction that stores them. */
  async noteInbound(tx: EntityManager, notes: InboundNote[]): Promise<void> {
    if (notes.length === 0) return;
    await tx.query(NOTE, [storableJson(latestOfEach(notes))]);
  }

  /** Notes that deliveries of these numbers come here. */
  async noteHeard(phoneNumberIds: string[]): Promise<void> {
    const unheard = phoneNumberIds.filter((id) => !this.heard.has(id));
    if (unheard.length === 0) return;
    await this.dataSource.query(
      'INSERT INTO heard_numbers (phone_number_id) SELECT DISTINCT unnest($1::text[]) ON CONFLICT DO NOTHING',
      [unheard],
    );
    for (const id of unheard) this.heard.add(id);
  }

  /** Whatever tenant the person wrote to: Meta's window is between a person and a number. */
  async windowOf(phoneNumberId: string, contactKeys: string[]): Promise<ConversationWindow> {
    const [row] = await forEverybody(() =>
      queryRows<{ lastInboundAt: Date | null; heardSince: Date | null; now: Date }>(
        this.dataSource,
        `SELECT max(last_inbound_at) AS "lastInboundAt", now() AS now,
                (SELECT since FROM heard_numbers WHERE phone_number_id = $1) AS "heardSince"
         FROM conversations WHERE phone_number_id = $1 AND contact_key = ANY ($2)`,
        [phoneNumberId, contactKeys],
      ),
    );
    return windowAt(row!.now, row!.lastInboundAt, row!.heardSince);
  }

  /** The last one written to first; before the one whose last message is `beforeId`. */
  async list(filter: ConversationFilter, limit: number, beforeId?: string): Promise<PersonConversation[]> {
    const { tenantId, phoneNumberId, contactKey, window, unread } = filter;
    const query = this.dataSource.manager
      .createQueryBuilder(Conversation, 'c')
      .where(`NOT EXISTS (SELECT ${OTHERS} AND other.last_inbound_id > c.last_inbound_id)`)
      .orderBy('c.lastInboundId', 'DESC')
      .limit(limit);
    if (tenantId) query.andWhere('c.tenantId = :tenantId', { tenantId });
    if (phoneNumberId) query.andWhere('c.phoneNumberId = :phoneNumberId', { phoneNumberId });
    if (contactKey) query.andWhere(`(c.contactKey = :contactKey OR ${IS_OF_CONTACT})`, { contactKey });
    if (beforeId) query.andWhere('c.lastInboundId < :beforeId', { beforeId });
    if (unread !== undefined) query.andWhere(unread ? IS_UNREAD : `NOT ${IS_UNREAD}`);
    if (window) {
      const isOpen = `c.lastInboundAt > now() - interval '${WINDOW_HOURS} hours'`;
      query.andWhere(window === 'open' ? isOpen : `NOT ${isOpen}`);
    }
    return this.withOthers(await query.getMany());
  }

  /** Under its own id, or that of any other the person has with this number. */
  async find(id: string): Promise<PersonConversation | null> {
    const conversation = await this.dataSource.manager
      .createQueryBuilder(Conversation, 'l')
      .where(
        `l.id = (
          SELECT coalesce((SELECT other.id ${OTHERS} AND other.last_inbound_id > c.last_inbound_id
                           ORDER BY other.last_inbound_id DESC LIMIT 1), c.id)
          FROM conversations c WHERE c.id = :id)`,
        { id },
      )
      .getOne();
    const [found] = await this.withOthers(conversation ? [conversation] : []);
    return found ?? null;
  }

  /** All of it; what came in since `wamid`, from whichever address, stays unread. */
  async markRead(id: string, wamid: string): Promise<void> {
    await this.dataSource.query(
      `WITH c AS (SELECT * FROM conversations WHERE id = $1 AND last_inbound_wamid = $2)
       UPDATE conversations SET unread = 0
       WHERE id IN (
         SELECT id FROM c
         UNION SELECT theirs.id FROM c CROSS JOIN LATERAL (
           SELECT other.id ${OTHERS} AND other.last_inbound_id < c.last_inbound_id) theirs)`,
      [id, wamid],
    );
  }

  private async withOthers(conversations: Conversation[]): Promise<PersonConversation[]> {
    if (conversations.length === 0) return [];
    const others = await queryRows<{ id: string; unread: number; contactKeys: string[] }>(
      this.dataSource,
      `SELECT c.id, theirs.* FROM conversations c CROSS JOIN LATERAL (
         SELECT sum(other.unread)::int AS unread, array_agg(other.contact_key) AS "contactKeys" ${OTHERS}) theirs
       WHERE c.id = ANY ($1) AND theirs.unread IS NOT NULL`,
      [conversations.map(({ id }) => id)],
    );
    const byId = new Map(others.map((one) => [one.id, one]));
    return conversations.map((own) => {
      const { unread = 0, contactKeys = [] } = byId.get(own.id) ?? {};
      return Object.assign(own, { unread: own.unread + unread, contactKeys: [own.contactKey, ...contactKeys] });
    });
  }
}

/** The window of a person who wrote last at `lastInboundAt` to a number that is heard since `heardSince`. */
export function windowAt(now: Date, lastInboundAt: Date | null, heardSince: Date | null): ConversationWindow {
  const openUntil = lastInboundAt && new Date(lastInboundAt.getTime() + WINDOW_MS);
  if (openUntil && openUntil > now) return { state: 'open', openUntil };
  const isHeardLongEnough = heardSince !== null && now.getTime() - heardSince.getTime() >= WINDOW_MS;
  return isHeardLongEnough ? { state: 'closed', openUntil } : { state: 'unknown', openUntil: null };
}

/** One row for each conversation, in one order: whoever else notes some of them would wait in a circle. */
function latestOfEach(notes: InboundNote[]) {
  const rows = new Map<string, InboundNote & { id: string; unread: number }>();
  for (const note of notes) {
    const key = `${note.phoneNumberId}/${note.contactKey}/${note.tenantId}`;
    const known = rows.get(key);
    const latest = known && known.at > note.at ? known : note;
    const contactName = latest.contactName ?? known?.contactName ?? note.contactName;
    rows.set(key, { ...latest, contactName, id: known?.id ?? newId(), unread: (known?.unread ?? 0) + 1 });
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/**
 * The other rows of the person of row `c`: whoever changes their number, or is known by user id first and by phone later,
 * has several.
 */
const OTHERS = `
FROM contact_addresses here
JOIN contact_addresses there ON there.contact_id = here.contact_id AND there.address <> here.address
JOIN conversations other ON other.phone_number_id = c.phone_number_id AND other.contact_key = there.address
  AND other.tenant_id = c.tenant_id
WHERE here.address = c.contact_key AND here.tenant_id = c.tenant_id`;
const IS_UNREAD = `(c.unread > 0 OR EXISTS (SELECT ${OTHERS} AND other.unread > 0))`;
const IS_OF_CONTACT = `(c.contact_key, c.tenant_id) IN (
  SELECT here.address, here.tenant_id
  FROM contact_addresses there JOIN contact_addresses here ON here.contact_id = there.contact_id
  WHERE there.address = :contactKey)`;

/** $1: JSON list of `latestOfEach`. */
const NOTE = `
INSERT INTO conversations AS c (
  id, tenant_id, phone_number_id, contact_key, contact_name, last_inbound_at, last_inbound_id, last_inbound_wamid, unread)
SELECT id, "tenantId", "phoneNumberId", "contactKey", "contactName", at, "messageId", wamid, unread
FROM jsonb_to_recordset($1::jsonb) AS r (
  id uuid, "tenantId" uuid, "phoneNumberId" text, "contactKey" text, "contactName" text, at timestamptz,
  "messageId" uuid, wamid text, unread int)
ON CONFLICT (phone_number_id, contact_key, tenant_id) DO UPDATE
SET unread = c.unread + excluded.unread,
    contact_name = coalesce(excluded.contact_name, c.contact_name),
    last_inbound_at = greatest(c.last_inbound_at, excluded.last_inbound_at),
    last_inbound_id = CASE WHEN excluded.last_inbound_at >= c.last_inbound_at
      THEN excluded.last_inbound_id ELSE c.last_inbound_id END,
    last_inbound_wamid = CASE WHEN excluded.last_inbound_at >= c.last_inbound_at
      THEN excluded.last_inbound_wamid ELSE c.last_inbound_wamid END`;
