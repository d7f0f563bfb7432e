import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One index of addresses does for both questions; and a round of deliveries can be cut by the bytes it reads. */
export class LightenContactsAndWebhookRounds1795219200019 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX contact_addresses_address');
    await db.query(`
      ALTER TABLE contact_addresses
        DROP CONSTRAINT contact_addresses_pkey, ADD PRIMARY KEY (address, tenant_id)`);
    await db.query('ALTER TABLE webhook_queue ADD COLUMN bytes integer NOT NULL DEFAULT 0');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE webhook_queue DROP COLUMN bytes');
    await db.query(`
      ALTER TABLE contact_addresses
        DROP CONSTRAINT contact_addresses_pkey, ADD PRIMARY KEY (tenant_id, address)`);
    await db.query('CREATE INDEX contact_addresses_address ON contact_addresses (address)');
  }
}
