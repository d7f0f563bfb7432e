import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { leastIdAt, queryRows, type Removal, removeOlder } from '#common';

import type { RetentionWalk } from './entities/retention-walk.entity.ts';

/** Rows of one statement. */
const AT_ONCE = 1_000;
const CONTENTS = 'message-content';
const START = leastIdAt(new Date(0));
/** A new walk meets what the last one had to leave: messages that were PENDING, or came later with an older date. */
const WALK_AGAIN_AFTER_MS = 7 * 24 * 3_600_000;

/** Removes what is past its time, one batch at a time. Rows are found by their ids, which tell their age. */
@Injectable()
export class RetentionRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * What messages from before `time` say. The rows stay: who, when, which template, how far it got. No index tells which
   * of them still say something, since it would cost every new message; a walk remembers how far it has come instead.
   */
  async removeContents(time: Date, now: Date): Promise<Removal> {
    return this.dataSource.transaction(async (tx) => {
      const walk = await takeWalk(tx, now);
      if (!walk) return { removed: 0, more: false };
      const ids = await queryRows<{ id: string }>(
        tx,
        `SELECT id FROM whatsapp_messages WHERE id > $1 AND id < $2 ORDER BY id LIMIT ${AT_ONCE}`,
        [walk.position, leastIdAt(time)],
      );
      const last = ids.at(-1);
      if (!last) {
        if (now.getTime() - walk.beganAt.getTime() >= WALK_AGAIN_AFTER_MS) await moveWalk(tx, START, now);
        return { removed: 0, more: false };
      }
      const removed = await queryRows(tx, REMOVE_CONTENTS, [ids.map(({ id }) => id), now]);
      await moveWalk(tx, last.id, walk.beganAt);
      return { removed: removed.length, more: true };
    });
  }

  /** Timelines of messages from before `time`, unless they are still on their way. */
  async removeTimeline(time: Date): Promise<Removal> {
    const rows = await queryRows(
      this.dataSource,
      `DELETE FROM message_events WHERE ctid = ANY (ARRAY(
         SELECT e.ctid FROM message_events e
         WHERE e.message_id < $1
           AND NOT EXISTS (SELECT FROM whatsapp_messages m WHERE m.id = e.message_id AND m.status = 'PENDING')
         ORDER BY e.message_id LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED))
       RETURNING 1`,
      [leastIdAt(time)],
    );
    return { removed: rows.length, more: rows.length === AT_ONCE };
  }

  async removeAccountEvents(time: Date): Promise<Removal> {
    return removeOlder(this.dataSource, 'account_events', time);
  }
}

/** Undefined while another process is at it. */
async function takeWalk(
  tx: EntityManager,
  now: Date,
): Promise<Pick<RetentionWalk, 'position' | 'beganAt'> | undefined> {
  await tx.query(
    'INSERT INTO retention_walks (subject, position, began_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [CONTENTS, START, now],
  );
  const [walk] = await queryRows<Pick<RetentionWalk, 'position' | 'beganAt'>>(
    tx,
    'SELECT position, began_at AS "beganAt" FROM retention_walks WHERE subject = $1 FOR UPDATE SKIP LOCKED',
    [CONTENTS],
  );
  return walk;
}

async function moveWalk(tx: EntityManager, position: string, beganAt: Date): Promise<void> {
  await tx.query('UPDATE retention_walks SET position = $2, began_at = $3 WHERE subject = $1', [
    CONTENTS,
    position,
    beganAt,
  ]);
}

/** $1: ids; $2: now. Locked in the order of ids, as whoever else locks several messages; edits are on the timeline too. */
const REMOVE_CONTENTS = `
WITH old AS MATERIALIZED (
  SELECT id FROM whatsapp_messages
  WHERE id = ANY ($1::uuid[]) AND status <> 'PENDING' AND content_removed_at IS NULL
  ORDER BY id FOR NO KEY UPDATE SKIP LOCKED),
fallback AS (DELETE FROM message_fallbacks WHERE message_id IN (SELECT id FROM old)),
line AS (
  UPDATE message_events SET details = details - 'message'
  WHERE message_id IN (SELECT id FROM old) AND details ? 'message')
UPDATE whatsapp_messages m
SET content = '{}', template_parameters = NULL, metadata = '{}', provider_response = NULL, content_removed_at = $2
FROM old WHERE m.id = old.id
RETURNING m.id`;
