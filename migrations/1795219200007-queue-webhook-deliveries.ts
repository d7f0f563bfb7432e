import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A delivery is written once; what remains to be done with it stands in a narrow queue beside it. Which processes listen
 * without interruption, and which attempts statuses were seen of, is what a witness for a lost answer is judged by.
 */
export class QueueWebhookDeliveries1795219200007 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE webhook_queue (
        delivery_id uuid PRIMARY KEY,
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        last_error text
      ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)`);
    await db.query(`
      INSERT INTO webhook_queue (delivery_id, attempts, next_attempt_at, last_error)
      SELECT id, attempts, next_attempt_at, last_error FROM webhook_deliveries WHERE applied_at IS NULL`);
    await db.query('DROP INDEX webhook_deliveries_due, webhook_deliveries_received');
    await db.query(`
      ALTER TABLE webhook_deliveries
        DROP COLUMN applied_at, DROP COLUMN attempts, DROP COLUMN next_attempt_at, DROP COLUMN last_error`);

    await db.query(`
      CREATE TABLE webhook_listeners (
        id uuid PRIMARY KEY,
        listening_since timestamptz NOT NULL DEFAULT now(),
        seen_at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query(`
      CREATE TABLE webhook_witnesses (
        phone_number_id varchar PRIMARY KEY,
        attempted_at timestamptz NOT NULL
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE webhook_witnesses, webhook_listeners');
    await db.query(`
      ALTER TABLE webhook_deliveries
        ADD COLUMN applied_at timestamptz,
        ADD COLUMN attempts integer NOT NULL DEFAULT 0,
        ADD COLUMN next_attempt_at timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN last_error text`);
    await db.query(`
      UPDATE webhook_deliveries SET applied_at = now()
      WHERE NOT EXISTS (SELECT FROM webhook_queue WHERE delivery_id = webhook_deliveries.id)`);
    await db.query(`
      CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at, id) WHERE applied_at IS NULL`);
    await db.query('CREATE INDEX webhook_deliveries_received ON webhook_deliveries (received_at)');
    await db.query('DROP TABLE webhook_queue');
  }
}
