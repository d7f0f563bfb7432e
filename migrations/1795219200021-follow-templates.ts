import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Everything Meta says of a template, and which replica asks for the list. */
export class FollowTemplates1795219200021 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE whatsapp_templates
        ADD COLUMN status_details text,
        ADD COLUMN quality_scored_at timestamptz,
        ADD COLUMN quality_told_at timestamptz,
        ADD COLUMN category_told_at timestamptz,
        ADD COLUMN correct_category varchar,
        ADD COLUMN category_changes_at timestamptz,
        ADD COLUMN sub_category varchar,
        ADD COLUMN message_send_ttl_seconds integer,
        ADD COLUMN library_template_name varchar`);
    await db.query(`
      CREATE TABLE template_syncs (
        business_account_id varchar PRIMARY KEY,
        asking_since timestamptz,
        asked_at timestamptz
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE template_syncs');
    await db.query(`
      ALTER TABLE whatsapp_templates
        DROP COLUMN status_details,
        DROP COLUMN quality_scored_at,
        DROP COLUMN quality_told_at,
        DROP COLUMN category_told_at,
        DROP COLUMN correct_category,
        DROP COLUMN category_changes_at,
        DROP COLUMN sub_category,
        DROP COLUMN message_send_ttl_seconds,
        DROP COLUMN library_template_name`);
  }
}
