import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateWebhookTables1795219200003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE webhook_deliveries (
        id uuid PRIMARY KEY,
        body bytea NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        applied_at timestamptz,
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        last_error text
      )`);
    await db.query(`
      CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at, id) WHERE applied_at IS NULL`);
    await db.query('CREATE INDEX webhook_deliveries_received ON webhook_deliveries (received_at)');

    await db.query(`
      CREATE TABLE webhook_set_aside_items (
        id uuid PRIMARY KEY,
        delivery_id uuid NOT NULL,
        item_index integer NOT NULL,
        reason varchar NOT NULL,
        detail text NOT NULL,
        whatsapp_message_id varchar,
        item text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        resolved_at timestamptz
      )`);
    await db.query(`
      CREATE UNIQUE INDEX webhook_set_aside_items_once ON webhook_set_aside_items (delivery_id, item_index)`);
    await db.query(`
      CREATE INDEX webhook_set_aside_items_wamid ON webhook_set_aside_items (whatsapp_message_id)
        WHERE resolved_at IS NULL AND reason = 'unknown-message'`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE webhook_set_aside_items, webhook_deliveries');
  }
}
