import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * One statement claims a message and counts the attempt, so the attempt needs no row of its own: its number is on the
 * message, its result is a line of the timeline. `next_attempt_at` is set exactly while a message stands in the queue, and
 * no index looks at `status`, so that delivered and read rewrite no index entry.
 */
export class MakeTheClaimTheFence1795219200006 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP INDEX whatsapp_messages_due, whatsapp_messages_order, whatsapp_messages_leases, whatsapp_messages_expiry`);
    await db.query(`
      ALTER TABLE whatsapp_messages
        ADD COLUMN attempted_at timestamptz,
        ADD COLUMN failed_attempts integer NOT NULL DEFAULT 0,
        ADD COLUMN waits_for varchar,
        ADD COLUMN witnessed_at timestamptz`);
    await db.query(`
      UPDATE whatsapp_messages m
      SET attempted_at = (SELECT a.started_at FROM message_attempts a WHERE a.id = m.current_attempt_id),
          pending_reason = CASE WHEN status = 'PENDING' THEN coalesce(pending_reason, 'queued') END,
          next_attempt_at = CASE WHEN status = 'PENDING' AND lease_token IS NULL THEN next_attempt_at END
      WHERE current_attempt_id IS NOT NULL OR status = 'PENDING' OR pending_reason IS NOT NULL
         OR next_attempt_at IS NOT NULL`);
    await db.query(`
      ALTER TABLE whatsapp_messages
        DROP COLUMN current_attempt_id,
        ADD CONSTRAINT whatsapp_messages_pending CHECK ((status = 'PENDING') = (pending_reason IS NOT NULL)),
        SET (fillfactor = 65, autovacuum_vacuum_scale_factor = 0.02)`);
    await db.query('DROP TABLE message_attempts');

    await db.query(`
      CREATE INDEX whatsapp_messages_due ON whatsapp_messages (phone_number_id, priority, tenant_id, next_attempt_at)
        WHERE next_attempt_at IS NOT NULL`);
    await db.query(`
      CREATE INDEX whatsapp_messages_order ON whatsapp_messages (phone_number_id, contact_key, priority, id)
        WHERE pending_reason IS NOT NULL`);
    await db.query(`
      CREATE INDEX whatsapp_messages_waiting ON whatsapp_messages
        (waits_for, phone_number_id, contact_key, priority, id)
        WHERE waits_for IS NOT NULL`);
    await db.query(`
      CREATE INDEX whatsapp_messages_leases ON whatsapp_messages (phone_number_id, contact_key)
        WHERE lease_token IS NOT NULL`);
    await db.query(`
      CREATE INDEX whatsapp_messages_throttled ON whatsapp_messages (phone_number_id, contact_key)
        WHERE pending_reason = 'throttled'`);
    await db.query(`
      CREATE INDEX whatsapp_messages_expiry ON whatsapp_messages (expires_at) WHERE pending_reason IS NOT NULL`);
    await db.query(`
      CREATE INDEX whatsapp_messages_unconfirmed ON whatsapp_messages (attempted_at)
        WHERE pending_reason = 'unconfirmed'`);

    await db.query('DROP INDEX message_events_once');
    await db.query('ALTER TABLE message_events DROP COLUMN id');
    await db.query(`
      ALTER TABLE message_events
        ALTER COLUMN created_at SET DEFAULT clock_timestamp(),
        ADD CONSTRAINT message_events_once PRIMARY KEY (message_id, type, source, occurred_at)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE message_events DROP CONSTRAINT message_events_once');
    await db.query(`
      ALTER TABLE message_events
        ALTER COLUMN created_at SET DEFAULT now(),
        ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY`);
    await db.query('CREATE UNIQUE INDEX message_events_once ON message_events (message_id, type, source, occurred_at)');

    await db.query(`
      DROP INDEX whatsapp_messages_due, whatsapp_messages_order, whatsapp_messages_waiting, whatsapp_messages_leases,
        whatsapp_messages_throttled, whatsapp_messages_expiry, whatsapp_messages_unconfirmed`);
    await db.query(`
      CREATE TABLE message_attempts (
        id uuid PRIMARY KEY,
        message_id uuid NOT NULL,
        attempt_number integer NOT NULL,
        started_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        outcome varchar,
        whatsapp_message_id varchar,
        error_code varchar,
        error_message text
      )`);
    await db.query('CREATE UNIQUE INDEX message_attempts_message ON message_attempts (message_id, attempt_number)');
    await db.query(`
      ALTER TABLE whatsapp_messages
        DROP CONSTRAINT whatsapp_messages_pending,
        DROP COLUMN attempted_at,
        DROP COLUMN failed_attempts,
        DROP COLUMN waits_for,
        DROP COLUMN witnessed_at,
        ADD COLUMN current_attempt_id uuid,
        RESET (fillfactor, autovacuum_vacuum_scale_factor)`);
    await db.query(`
      CREATE INDEX whatsapp_messages_due ON whatsapp_messages (phone_number_id, priority, next_attempt_at)
        WHERE status = 'PENDING' AND lease_token IS NULL`);
    await db.query(`
      CREATE INDEX whatsapp_messages_order ON whatsapp_messages (phone_number_id, contact_key, id)
        WHERE status = 'PENDING'`);
    await db.query(`
      CREATE INDEX whatsapp_messages_leases ON whatsapp_messages (lease_expires_at) WHERE lease_token IS NOT NULL`);
    await db.query(`
      CREATE INDEX whatsapp_messages_expiry ON whatsapp_messages (expires_at) WHERE status = 'PENDING'`);
  }
}
