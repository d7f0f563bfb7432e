import { Injectable } from '@nestjs/common';
import { Brackets, DataSource, type EntityManager, IsNull } from 'typeorm';

import { afterCommit, newId, queryRows, storableJson } from '#common';

import { type HoldScope, SendHold } from './entities/send-hold.entity.ts';
import type { MessageError } from './entities/whatsapp-message.entity.ts';

/** Something that can be held: which token, app, account, number or template. */
export interface Scope {
  scope: HoldScope;
  scopeKey: string;
}

export interface NewHold extends Scope {
  error: MessageError;
  /** The attempt that was refused: a refusal older than the last release says nothing new. */
  attemptedAt: Date;
  /** Until the first probe. */
  probeInMs: number;
}

/** A scope that Meta stopped, or lets go on, by webhook. */
export interface ToldHold extends Scope {
  /** Meta's time. */
  toldAt: Date;
  /** Undefined: it may go on. */
  stop?: { error: MessageError; probeInMs: number };
}

/** What can stop the messages of one number: scopes that are held as a whole, and templates by the beginning of their keys. */
export interface HoldReach {
  scopes: Scope[];
  templateKeyPrefix: string;
}

/** An open hold, and whether a probe of it is due. */
export type OpenHold = SendHold & { isProbeDue: boolean };

@Injectable()
export class SendHoldRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Holds a scope; false when it is held already, or was released since the attempt. */
  async open({ scope, scopeKey, error, attemptedAt, probeInMs }: NewHold): Promise<boolean> {
    const rows = await queryRows(
      this.dataSource,
      `INSERT INTO send_holds (id, scope, scope_key, error, probe_at)
       SELECT $1::uuid, $2::varchar, $3::varchar, $4::jsonb, now() + $6 * interval '1 millisecond'
       WHERE NOT EXISTS (SELECT FROM send_holds WHERE scope = $2 AND scope_key = $3 AND released_at > $5)
       ON CONFLICT (scope, scope_key) WHERE released_at IS NULL DO NOTHING RETURNING id`,
      [newId(), scope, scopeKey, storableJson(error), attemptedAt, probeInMs],
    );
    return rows.length > 0;
  }

  /**
   * Opens and ends holds in the caller's transaction as Meta told; at most one of each scope. Answers the scopes that
   * changed. A hold that a probe or a person ended after Meta spoke stays ended, and one that began after it stays open.
   * Messages parked for a template wait for `unparkReleased`, once that is committed.
   */
  async applyTold(tx: EntityManager, told: ToldHold[]): Promise<Scope[]> {
    const opening = told.filter(({ stop }) => stop);
    const ending = told.filter(({ stop }) => !stop);
    const rows = [
      ...(opening.length === 0
        ? []
        : await queryRows<{ scope: HoldScope; scope_key: string }>(tx, OPEN_TOLD, [
            storableJson(opening.map(({ stop, ...one }) => ({ id: newId(), ...one, ...stop }))),
          ])),
      ...(ending.length === 0
        ? []
        : await queryRows<{ scope: HoldScope; scope_key: string }>(tx, END_TOLD, [storableJson(ending)])),
    ];
    return rows.map(({ scope, scope_key: scopeKey }) => ({ scope, scopeKey }));
  }

  /** Every open hold, newest first. */
  async listOpen(): Promise<SendHold[]> {
    return this.dataSource.manager.find(SendHold, { where: { releasedAt: IsNull() }, order: { id: 'DESC' } });
  }

  /** Newest first, older than `beforeId`; of one number, or without `reach` all. */
  async list(limit: number, beforeId?: string, reach?: HoldReach): Promise<SendHold[]> {
    const query = this.dataSource.manager.createQueryBuilder(SendHold, 'h').orderBy('h.id', 'DESC').limit(limit);
    if (beforeId) query.andWhere('h.id < :beforeId', { beforeId });
    if (reach) {
      const { scopes, templateKeyPrefix: prefix } = reach;
      const ofTemplate = `h.scope = 'template' AND starts_with(h.scopeKey, :prefix)`;
      query.andWhere(new Brackets((any) => any.where(scopes).orWhere(ofTemplate, { prefix })));
    }
    return query.getMany();
  }

  async findById(id: string): Promise<SendHold | null> {
    return this.dataSource.manager.findOneBy(SendHold, { id });
  }

  /** Open holds with the question whether it is time for a probe answered by the database's clock. */
  async findOpen(tx: EntityManager): Promise<OpenHold[]> {
    const rows = await queryRows<{ id: string; is_due: boolean }>(
      tx,
      'SELECT id, probe_at <= now() AS is_due FROM send_holds WHERE released_at IS NULL',
    );
    if (rows.length === 0) return [];
    const due = new Set(rows.filter((row) => row.is_due).map(({ id }) => id));
    const holds = await tx.findBy(SendHold, { releasedAt: IsNull() });
    return holds.map((hold) => Object.assign(hold, { isProbeDue: due.has(hold.id) }));
  }

  /** A probe of the hold goes out with the caller's transaction; the next one is due after `nextInMs`. */
  async noteProbe(tx: EntityManager, id: string, nextInMs: number): Promise<void> {
    await tx.query(
      `UPDATE send_holds SET probes = probes + 1, probe_at = now() + $2 * interval '1 millisecond' WHERE id = $1`,
      [id, nextInMs],
    );
  }

  /** False when it was released before. Messages parked for a template go on in the queue. */
  async release(id: string, by: 'probe' | 'admin'): Promise<boolean> {
    const [hold] = await queryRows<{ scope: HoldScope }>(
      this.dataSource,
      `UPDATE send_holds SET released_at = now(), released_by = $2
       WHERE id = $1 AND released_at IS NULL RETURNING scope`,
      [id, by],
    );
    // Only once that is committed: whoever parks a message meanwhile looks again after that.
    if (hold?.scope === 'template') await afterCommit(() => this.unparkReleased());
    return hold !== undefined;
  }

  /** Puts messages into the queue again that are parked for a template which is not held any more, where they stood. */
  async unparkReleased(): Promise<number> {
    const rows = await queryRows(
      this.dataSource,
      `UPDATE whatsapp_messages m SET waits_for = NULL, next_attempt_at = coalesce(send_at, created_at)
       WHERE waits_for = 'template' AND NOT EXISTS (
         SELECT FROM send_holds h
         WHERE h.scope = 'template' AND h.released_at IS NULL
           AND h.scope_key = m.phone_number_id || '/' || m.template_name || '/' || m.template_language)
       RETURNING m.id`,
    );
    return rows.length;
  }

  /**
   * Puts the oldest message parked for a template into the queue again, where it stood, to be its probe.
   * `templateKey`: phone number id, name and language, parted by slashes.
   */
  async unparkOne(tx: EntityManager, templateKey: string): Promise<string | undefined> {
    const [phoneNumberId, templateName, templateLanguage] = templateKey.split('/');
    const [row] = await queryRows<{ id: string }>(
      tx,
      `UPDATE whatsapp_messages SET waits_for = NULL, next_attempt_at = coalesce(send_at, created_at)
       WHERE id = (
         SELECT id FROM whatsapp_messages
         WHERE waits_for = 'template' AND phone_number_id = $1 AND template_name = $2 AND template_language = $3
         ORDER BY priority, id LIMIT 1)
       RETURNING id`,
      [phoneNumberId, templateName, templateLanguage],
    );
    return row?.id;
  }
}

/** What Meta tells by webhook is in whole seconds. */
const WHOLE_SECOND = `interval '1 second'`;

/** $1: a JSON list. Held since Meta said so: what it says later must be able to end it. */
const OPEN_TOLD = `
INSERT INTO send_holds (id, scope, scope_key, error, held_at, probe_at)
SELECT r.id, r.scope, r."scopeKey", r.error, least(now(), r."toldAt"), now() + r."probeInMs" * interval '1 millisecond'
FROM jsonb_to_recordset($1::jsonb)
  AS r (id uuid, scope text, "scopeKey" text, error jsonb, "toldAt" timestamptz, "probeInMs" float8)
WHERE NOT EXISTS (
  SELECT FROM send_holds h
  WHERE h.scope = r.scope AND h.scope_key = r."scopeKey" AND h.released_by <> 'webhook'
    AND h.released_at > r."toldAt" + ${WHOLE_SECOND})
ORDER BY r.scope, r."scopeKey"
ON CONFLICT (scope, scope_key) WHERE released_at IS NULL DO NOTHING
RETURNING scope, scope_key`;

const END_TOLD = `
UPDATE send_holds h SET released_at = now(), released_by = 'webhook'
FROM jsonb_to_recordset($1::jsonb) AS r (scope text, "scopeKey" text, "toldAt" timestamptz)
WHERE h.scope = r.scope AND h.scope_key = r."scopeKey" AND h.released_at IS NULL
  AND h.held_at < r."toldAt" + ${WHOLE_SECOND}
RETURNING h.scope, h.scope_key`;
