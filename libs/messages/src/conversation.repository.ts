import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { newId, queryRows, storableJson } from '#common';

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
    const [row] = await queryRows<{ lastInboundAt: Date | null; heardSince: Date | null; now: Date }>(
      this.dataSource,
      `SELECT max(last_inbound_at) AS "lastInboundAt", now() AS now,
              (SELECT since FROM heard_numbers WHERE phone_number_id = $1) AS "heardSince"
       FROM conversations WHERE phone_number_id = $1 AND contact_key = ANY ($2)`,
      [phoneNumberId, contactKeys],
    );
    return windowAt(row!.now, row!.lastInboundAt, row!.heardSince);
  }

  /** The last one written to first; before the one whose last message is `beforeId`. */
  async list(filter: ConversationFilter, limit: number, beforeId?: string): Promise<Conversation[]> {
    const { tenantId, phoneNumberId, contactKey, window, unread } = filter;
    const query = this.dataSource.manager
      .createQueryBuilder(Conversation, 'c')
      .where(
        Object.fromEntries(
          Object.entries({ tenantId, phoneNumberId, contactKey }).filter(([, value]) => value !== undefined),
        ),
      )
      .orderBy('c.lastInboundId', 'DESC')
      .limit(limit);
    if (beforeId) query.andWhere('c.lastInboundId < :beforeId', { beforeId });
    if (unread !== undefined) query.andWhere(unread ? 'c.unread > 0' : 'c.unread = 0');
    if (window) {
      const isOpen = `c.lastInboundAt > now() - interval '${WINDOW_HOURS} hours'`;
      query.andWhere(window === 'open' ? isOpen : `NOT ${isOpen}`);
    }
    return query.getMany();
  }

  async findById(id: string): Promise<Conversation | null> {
    return this.dataSource.manager.findOneBy(Conversation, { id });
  }

  /** Unless something came in since `wamid`. */
  async markRead(id: string, wamid: string): Promise<void> {
    await this.dataSource.manager.update(Conversation, { id, lastInboundWamid: wamid }, { unread: 0 });
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
