import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Apps and numbers beside those of the environment, and which app signed a delivery. */
export class CreateSenders1795219200011 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE meta_apps (
        id uuid PRIMARY KEY,
        name varchar NOT NULL,
        app_secret text NOT NULL,
        previous_app_secret text,
        verify_token text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query('CREATE UNIQUE INDEX meta_apps_name ON meta_apps (name)');
    await db.query(`
      CREATE TABLE sending_numbers (
        phone_number_id varchar PRIMARY KEY,
        tenant_id uuid NOT NULL,
        business_account_id varchar NOT NULL,
        app_id uuid,
        access_token text NOT NULL,
        messages_per_second integer,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query('CREATE INDEX sending_numbers_tenant ON sending_numbers (tenant_id, created_at)');
    await db.query('CREATE INDEX sending_numbers_app ON sending_numbers (app_id)');
    await db.query('ALTER TABLE webhook_deliveries ADD COLUMN app_id uuid');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE webhook_deliveries DROP COLUMN app_id');
    await db.query('DROP TABLE sending_numbers, meta_apps');
  }
}
