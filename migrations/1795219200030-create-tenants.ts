import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Names and settings of tenants; what their own numbers lacked: a version of Meta's API, and when secrets were set. */
export class CreateTenants1795219200030 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE tenants (
        id uuid PRIMARY KEY,
        list_id uuid NOT NULL,
        name varchar NOT NULL,
        default_country varchar,
        suspended_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query('CREATE UNIQUE INDEX tenants_list ON tenants (list_id)');

    await db.query('ALTER TABLE sending_numbers ADD COLUMN api_version varchar');
    await db.query('ALTER TABLE sending_numbers ADD COLUMN access_token_set_at timestamptz');
    await db.query('UPDATE sending_numbers SET access_token_set_at = updated_at');
    await db.query(`
      ALTER TABLE sending_numbers ALTER COLUMN access_token_set_at SET NOT NULL,
        ALTER COLUMN access_token_set_at SET DEFAULT now()`);

    await db.query('ALTER TABLE meta_apps ADD COLUMN app_secret_set_at timestamptz');
    await db.query('UPDATE meta_apps SET app_secret_set_at = updated_at');
    await db.query(`
      ALTER TABLE meta_apps ALTER COLUMN app_secret_set_at SET NOT NULL,
        ALTER COLUMN app_secret_set_at SET DEFAULT now()`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE meta_apps DROP COLUMN app_secret_set_at');
    await db.query('ALTER TABLE sending_numbers DROP COLUMN access_token_set_at, DROP COLUMN api_version');
    await db.query('DROP TABLE tenants');
  }
}
