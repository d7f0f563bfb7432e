import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateTemplateRegistry1795219200002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE whatsapp_templates (
        id uuid PRIMARY KEY,
        business_account_id varchar NOT NULL,
        template_name varchar NOT NULL,
        template_key varchar NOT NULL,
        category varchar NOT NULL,
        language varchar NOT NULL,
        status varchar NOT NULL,
        body_text text NOT NULL,
        parameter_count integer NOT NULL,
        parameter_format varchar NOT NULL DEFAULT 'POSITIONAL',
        components jsonb NOT NULL,
        meta_template_id varchar,
        rejected_reason varchar,
        sent_count integer NOT NULL DEFAULT 0,
        is_active boolean NOT NULL DEFAULT true,
        synced_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query(`
      CREATE UNIQUE INDEX whatsapp_templates_name ON whatsapp_templates (business_account_id, template_name, language)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE whatsapp_templates');
  }
}
