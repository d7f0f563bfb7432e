import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which template a tenant means by a key, where that is not what the whole account means by it. */
export class CreateTemplateKeys1795219200022 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE template_keys (
        id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL,
        template_key varchar NOT NULL,
        language varchar,
        template_name varchar NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query(`
      CREATE UNIQUE INDEX template_keys_once ON template_keys (tenant_id, template_key, language) NULLS NOT DISTINCT`);
    await db.query('CREATE INDEX whatsapp_templates_key ON whatsapp_templates (business_account_id, template_key)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX whatsapp_templates_key');
    await db.query('DROP TABLE template_keys');
  }
}
