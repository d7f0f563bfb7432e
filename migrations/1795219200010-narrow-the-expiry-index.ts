import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Of no use to the claim, which would otherwise walk through it where it has a handful of rows or is believed to. */
export class NarrowTheExpiryIndex1795219200010 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX whatsapp_messages_expiry');
    await db.query(`
      CREATE INDEX whatsapp_messages_expiry ON whatsapp_messages (expires_at)
      WHERE pending_reason IS NOT NULL AND lease_token IS NULL`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX whatsapp_messages_expiry');
    await db.query(`
      CREATE INDEX whatsapp_messages_expiry ON whatsapp_messages (expires_at) WHERE pending_reason IS NOT NULL`);
  }
}
