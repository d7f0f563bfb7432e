import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateMessageTables1795219200001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TYPE whatsapp_message_status AS ENUM
        ('PENDING', 'SENT', 'DELIVERED', 'READ', 'FAILED', 'CANCELLED', 'RECEIVED')`);
    await db.query(`
      CREATE TYPE whatsapp_message_type AS ENUM
        ('TEMPLATE', 'TEXT', 'IMAGE', 'AUDIO', 'VIDEO', 'DOCUMENT', 'STICKER', 'LOCATION', 'CONTACTS', 'INTERACTIVE',
         'REACTION', 'BUTTON', 'ORDER', 'SYSTEM', 'EDIT', 'REVOKE', 'REQUEST_WELCOME', 'UNSUPPORTED', 'UNKNOWN')`);
    await db.query(`
      CREATE TABLE whatsapp_messages (
        id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL,
        direction varchar NOT NULL,
        status whatsapp_message_status NOT NULL,
        pending_reason varchar,
        message_type whatsapp_message_type NOT NULL,
        phone_number_id varchar NOT NULL,
        from_phone varchar,
        recipient_phone varchar,
        recipient_user_id varchar,
        wa_id varchar,
        contact_key varchar NOT NULL,
        recipient_name varchar,
        template_name varchar,
        template_language varchar,
        template_parameters jsonb,
        content jsonb NOT NULL,
        whatsapp_message_id varchar,
        notification_id uuid,
        batch_id uuid,
        metadata jsonb NOT NULL DEFAULT '{}',
        priority smallint NOT NULL DEFAULT 1,
        attempts integer NOT NULL DEFAULT 0,
        error_code varchar,
        error_message text,
        error jsonb,
        provider_response jsonb,
        next_attempt_at timestamptz,
        lease_token uuid,
        lease_expires_at timestamptz,
        current_attempt_id uuid,
        send_at timestamptz,
        expires_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        sent_at timestamptz,
        delivered_at timestamptz,
        read_at timestamptz,
        failed_at timestamptz
      )`);
    await db.query(`
      CREATE UNIQUE INDEX whatsapp_messages_wamid ON whatsapp_messages (whatsapp_message_id, phone_number_id)
        WHERE whatsapp_message_id IS NOT NULL`);
    await db.query('CREATE INDEX whatsapp_messages_tenant ON whatsapp_messages (tenant_id, id)');
    await db.query('CREATE INDEX whatsapp_messages_contact ON whatsapp_messages (contact_key, id)');
    await db.query(`
      CREATE INDEX whatsapp_messages_notification ON whatsapp_messages (notification_id)
        WHERE notification_id IS NOT NULL`);
    await db.query(`
      CREATE INDEX whatsapp_messages_due ON whatsapp_messages (phone_number_id, priority, next_attempt_at)
        WHERE status = 'PENDING' AND lease_token IS NULL`);
    await db.query(`
      CREATE INDEX whatsapp_messages_order ON whatsapp_messages (phone_number_id, contact_key, id)
        WHERE status = 'PENDING'`);
    await db.query(`
      CREATE INDEX whatsapp_messages_leases ON whatsapp_messages (lease_expires_at) WHERE lease_token IS NOT NULL`);
    await db.query(`
      CREATE INDEX whatsapp_messages_expiry ON whatsapp_messages (expires_at) WHERE status = 'PENDING'`);

    await db.query(`
      CREATE TABLE message_attempts (
        id uuid PRIMARY KEY,
        message_id uuid NOT NULL,
        attempt_number integer NOT NULL,
        started_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        outcome varchar,
        whatsapp_message_id varchar,
        error_code varchar,
        error_message text
      )`);
    await db.query('CREATE UNIQUE INDEX message_attempts_message ON message_attempts (message_id, attempt_number)');

    await db.query(`
      CREATE TABLE message_events (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        message_id uuid NOT NULL,
        type varchar NOT NULL,
        source varchar NOT NULL,
        occurred_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        details jsonb
      )`);
    await db.query('CREATE UNIQUE INDEX message_events_once ON message_events (message_id, type, source, occurred_at)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE message_events, message_attempts, whatsapp_messages');
    await db.query('DROP TYPE whatsapp_message_type, whatsapp_message_status');
  }
}
