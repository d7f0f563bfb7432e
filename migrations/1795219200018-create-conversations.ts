import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who wrote to which number and when, so that a free-form message into a closed window is refused before Meta refuses it. */
export class CreateConversations1795219200018 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE conversations (
        id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL,
        phone_number_id varchar NOT NULL,
        contact_key varchar NOT NULL,
        contact_name varchar,
        last_inbound_at timestamptz NOT NULL,
        last_inbound_id uuid NOT NULL,
        last_inbound_wamid varchar NOT NULL,
        unread integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query(`
      CREATE UNIQUE INDEX conversations_contact ON conversations (phone_number_id, contact_key, tenant_id)`);
    await db.query('CREATE INDEX conversations_latest ON conversations (tenant_id, last_inbound_id)');
    await db.query('CREATE INDEX conversations_order ON conversations (last_inbound_id)');
    await db.query(`
      CREATE TABLE heard_numbers (
        phone_number_id varchar PRIMARY KEY,
        since timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query(`
      CREATE TABLE message_fallbacks (
        message_id uuid PRIMARY KEY,
        template_name varchar NOT NULL,
        template_language varchar NOT NULL,
        template_parameters jsonb,
        content jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE message_fallbacks, heard_numbers, conversations');
  }
}
