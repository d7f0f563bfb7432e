import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateSendingLimits1795219200008 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE sender_paces (
        phone_number_id varchar PRIMARY KEY,
        permits double precision NOT NULL DEFAULT 0,
        counted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        slowdown double precision NOT NULL DEFAULT 1,
        slowed_at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query(`
      CREATE TABLE send_holds (
        id uuid PRIMARY KEY,
        scope varchar NOT NULL,
        scope_key varchar NOT NULL,
        error jsonb NOT NULL,
        held_at timestamptz NOT NULL DEFAULT now(),
        probe_at timestamptz NOT NULL,
        probes integer NOT NULL DEFAULT 0,
        released_at timestamptz,
        released_by varchar
      )`);
    await db.query('CREATE UNIQUE INDEX send_holds_open ON send_holds (scope, scope_key) WHERE released_at IS NULL');
    await db.query('CREATE INDEX send_holds_released ON send_holds (scope, scope_key, released_at)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE send_holds, sender_paces');
  }
}
