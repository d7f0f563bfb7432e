import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LimitApiKeys1795219200031 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE api_keys ADD COLUMN requests_per_minute integer');
    // Unlogged: a crash of the database forgets a minute's count, and no request costs a line of its log.
    await db.query(`
      CREATE UNLOGGED TABLE api_key_quotas (
        api_key_id uuid PRIMARY KEY,
        window_ends_at timestamptz NOT NULL,
        drawn bigint NOT NULL
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE api_key_quotas');
    await db.query('ALTER TABLE api_keys DROP COLUMN requests_per_minute');
  }
}
