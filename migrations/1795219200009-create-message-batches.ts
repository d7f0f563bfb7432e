import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateMessageBatches1795219200009 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE message_batches (
        id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL,
        accepted integer NOT NULL,
        rejected integer NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query(`
      CREATE INDEX whatsapp_messages_batch ON whatsapp_messages (batch_id, id) WHERE batch_id IS NOT NULL`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX whatsapp_messages_batch');
    await db.query('DROP TABLE message_batches');
  }
}
