import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How often each template was sent. Results are recorded many at once and by several processes: they add rows of their own,
 * which are summed up behind them, because all of them would wait for one row of the registry.
 */
export class CountTemplateUses1795219200025 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE template_uses (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        phone_number_id varchar NOT NULL,
        template_name varchar NOT NULL,
        template_language varchar NOT NULL,
        sent integer NOT NULL,
        last_at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query('ALTER TABLE whatsapp_templates ADD COLUMN last_used_at timestamptz');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE whatsapp_templates DROP COLUMN last_used_at');
    await db.query('DROP TABLE template_uses');
  }
}
