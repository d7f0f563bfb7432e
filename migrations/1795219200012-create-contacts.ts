import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People, with an id of our own and the addresses they are or were reached at. Their messages are found by address. */
export class CreateContacts1795219200012 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE contacts (
        id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL,
        phone varchar,
        wa_id varchar,
        user_id varchar,
        parent_user_id varchar,
        username varchar,
        profile_name text,
        marketing varchar,
        marketing_since timestamptz,
        marketing_source varchar,
        seen_at timestamptz NOT NULL,
        merged_into uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query('CREATE INDEX contacts_tenant ON contacts (tenant_id, id)');

    await db.query(`
      CREATE TABLE contact_addresses (
        tenant_id uuid NOT NULL,
        address varchar NOT NULL,
        kind varchar NOT NULL,
        contact_id uuid NOT NULL,
        seen_at timestamptz NOT NULL,
        left_at timestamptz,
        PRIMARY KEY (tenant_id, address)
      )`);
    await db.query('CREATE INDEX contact_addresses_contact ON contact_addresses (contact_id)');
    // Whose answer an inbound message is, is asked before its tenant is known.
    await db.query('CREATE INDEX contact_addresses_address ON contact_addresses (address)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE contact_addresses, contacts');
  }
}
