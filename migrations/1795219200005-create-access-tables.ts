import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateAccessTables1795219200005 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE api_keys (
        id uuid PRIMARY KEY,
        tenant_id uuid,
        name varchar NOT NULL,
        prefix varchar NOT NULL,
        key_hash varchar NOT NULL,
        scopes varchar[] NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz
      )`);
    await db.query('CREATE UNIQUE INDEX api_keys_hash ON api_keys (key_hash)');

    await db.query(`
      CREATE TABLE idempotency_keys (
        tenant_id uuid NOT NULL,
        idempotency_key varchar NOT NULL,
        request_hash varchar NOT NULL,
        locked_until timestamptz NOT NULL,
        response_status integer,
        response_body text,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, idempotency_key)
      )`);
    await db.query('CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE idempotency_keys, api_keys');
  }
}
