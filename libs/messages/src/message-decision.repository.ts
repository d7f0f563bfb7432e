import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { queryRows } from '#common';

/** Which messages a decision is about: one, or those of a batch. */
export type Decided = { id: string } | { batchId: string };

/** How long a message that is sent again after its time may take. */
const SECOND_LIFE = `interval '24 hours'`;

/** What people decide about messages: not to send them after all, or to send them again. Guarded as every other change. */
@Injectable()
export class MessageDecisionRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** PENDING → CANCELLED, unless it is on the wire. Answers the ids of those that were. */
  async cancel(decided: Decided): Promise<string[]> {
    return this.decide(
      decided,
      'cancelled',
      `UPDATE whatsapp_messages m
       SET status = 'CANCELLED', pending_reason = NULL, next_attempt_at = NULL, waits_for = NULL, updated_at = now()
       WHERE ${whichOf(decided)} AND m.pending_reason IS NOT NULL AND m.lease_token IS NULL`,
    );
  }

  /** FAILED → a new attempt, as long as it still says something. What is reported of the attempts so far can only prove a delivery now. */
  async retryFailed(decided: Decided): Promise<string[]> {
    return this.decide(
      decided,
      'retried',
      `UPDATE whatsapp_messages m
       SET status = 'PENDING', pending_reason = 'queued', next_attempt_at = now(), failed_attempts = m.attempts,
           failed_at = NULL, expires_at = ${NEW_EXPIRY}, updated_at = now()
       WHERE ${whichOf(decided)} AND m.status = 'FAILED' AND m.direction = 'outbound'
         AND m.content_removed_at IS NULL`,
    );
  }

  /** Unconfirmed → a new attempt, at the risk that the person gets the message twice. */
  async retryUnconfirmed(decided: Decided): Promise<string[]> {
    return this.decide(
      decided,
      'resent',
      `UPDATE whatsapp_messages m
       SET pending_reason = 'queued', next_attempt_at = now(), witnessed_at = NULL, expires_at = ${NEW_EXPIRY},
           updated_at = now()
       WHERE ${whichOf(decided)} AND m.pending_reason = 'unconfirmed'`,
    );
  }

  private async decide(decided: Decided, type: string, update: string): Promise<string[]> {
    const rows = await queryRows<{ message_id: string }>(
      this.dataSource,
      `WITH decided AS (${update} RETURNING m.id, m.attempts)
       INSERT INTO message_events (message_id, type, source, occurred_at, details)
       SELECT id, $2, 'api', clock_timestamp(), jsonb_build_object('after_attempt', attempts) FROM decided
       RETURNING message_id`,
      ['id' in decided ? decided.id : decided.batchId, type],
    );
    return rows.map(({ message_id }) => message_id);
  }
}

const NEW_EXPIRY = `CASE WHEN m.expires_at > now() THEN m.expires_at ELSE now() + ${SECOND_LIFE} END`;

function whichOf(decided: Decided): string {
  return 'id' in decided ? 'm.id = $1' : 'm.batch_id = $1';
}
