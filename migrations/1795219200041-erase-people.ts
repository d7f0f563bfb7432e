import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people asked to be erased: the work at hand, and keyed hashes by which a late webhook is known and a refusal kept. */
export class ErasePeople1795219200041 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE erasures (
        id uuid PRIMARY KEY,
        tenant_id uuid,
        subject text,
        stage integer NOT NULL DEFAULT 0,
        position uuid NOT NULL,
        removed jsonb NOT NULL DEFAULT '{}',
        requested_at timestamptz NOT NULL,
        next_step_at timestamptz NOT NULL,
        finished_at timestamptz
      )`);
    await db.query('CREATE INDEX erasures_running ON erasures (id) WHERE finished_at IS NULL');
    await db.query(`
      CREATE TABLE erased_addresses (
        fingerprint varchar PRIMARY KEY,
        erased_at timestamptz NOT NULL
      )`);
    await db.query(`
      CREATE TABLE kept_refusals (
        fingerprint varchar PRIMARY KEY,
        since timestamptz NOT NULL
      )`);
    await db.query('CREATE INDEX po_events_message ON po_events (message_id) WHERE message_id IS NOT NULL');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX po_events_message');
    await db.query('DROP TABLE kept_refusals, erased_addresses, erasures');
  }
}
