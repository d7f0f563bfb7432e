import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatePoEventTables1795219200004 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE po_events (
        id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL,
        identity varchar NOT NULL,
        event_type varchar NOT NULL,
        po_id varchar,
        po_number varchar,
        outcome varchar NOT NULL,
        reason varchar,
        message_id uuid,
        received_at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query('CREATE UNIQUE INDEX po_events_once ON po_events (tenant_id, identity)');

    await db.query(`
      CREATE TABLE po_dead_letters (
        id uuid PRIMARY KEY,
        body bytea NOT NULL,
        reason varchar NOT NULL,
        detail text NOT NULL,
        routing_key varchar NOT NULL,
        headers jsonb NOT NULL,
        received_at timestamptz NOT NULL,
        replayed_at timestamptz
      )`);
    await db.query('CREATE INDEX po_dead_letters_received ON po_dead_letters (received_at)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE po_dead_letters, po_events');
  }
}
