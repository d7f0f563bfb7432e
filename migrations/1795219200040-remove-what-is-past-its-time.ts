import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What messages say is removed when it is old; how far a walk over the messages has come is remembered. */
export class RemoveWhatIsPastItsTime1795219200040 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE whatsapp_messages ADD COLUMN content_removed_at timestamptz');
    await db.query(`
      CREATE TABLE retention_walks (
        subject varchar PRIMARY KEY,
        position uuid NOT NULL,
        began_at timestamptz NOT NULL
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE retention_walks');
    await db.query('ALTER TABLE whatsapp_messages DROP COLUMN content_removed_at');
  }
}
