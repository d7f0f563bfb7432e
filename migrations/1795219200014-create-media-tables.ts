import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateMediaTables1795219200014 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE media (
        id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL,
        direction varchar NOT NULL,
        kind varchar NOT NULL,
        message_id uuid,
        phone_number_id varchar NOT NULL,
        whatsapp_media_id varchar,
        mime_type varchar NOT NULL,
        size integer,
        sha256 varchar,
        file_name varchar,
        state varchar NOT NULL,
        reason text,
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz,
        expires_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        stored_at timestamptz
      )`);
    await db.query('CREATE INDEX media_message ON media (message_id) WHERE message_id IS NOT NULL');
    await db.query(`CREATE INDEX media_due ON media (next_attempt_at) WHERE state = 'pending'`);
    await db.query('CREATE INDEX media_sha256 ON media (sha256) WHERE sha256 IS NOT NULL');
    await db.query(`
      CREATE UNIQUE INDEX media_outbound ON media (tenant_id, sha256, mime_type) WHERE direction = 'outbound'`);

    await db.query(`
      CREATE TABLE media_uploads (
        phone_number_id varchar NOT NULL,
        sha256 varchar NOT NULL,
        mime_type varchar NOT NULL,
        whatsapp_media_id varchar,
        expires_at timestamptz,
        lease_token uuid,
        lease_expires_at timestamptz,
        PRIMARY KEY (phone_number_id, sha256, mime_type)
      )`);
    await db.query(`
      CREATE INDEX media_uploads_id ON media_uploads (whatsapp_media_id) WHERE whatsapp_media_id IS NOT NULL`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE media_uploads');
    await db.query('DROP TABLE media');
  }
}
