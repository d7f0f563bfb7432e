import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What Meta says of accounts, numbers and templates: each event once, and the newest word on each aspect of them. */
export class CreateAccountEvents1795219200016 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE account_events (
        id uuid PRIMARY KEY,
        business_account_id varchar NOT NULL,
        field varchar NOT NULL,
        event varchar,
        known boolean NOT NULL,
        phone_number varchar,
        template_name varchar,
        template_language varchar,
        occurred_at timestamptz NOT NULL,
        summary text NOT NULL,
        applied text,
        value text NOT NULL,
        fingerprint varchar NOT NULL,
        delivery_id uuid,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query('CREATE UNIQUE INDEX account_events_once ON account_events (fingerprint)');
    await db.query('CREATE INDEX account_events_field ON account_events (field, id)');
    await db.query('CREATE INDEX account_events_unknown ON account_events (field, created_at) WHERE NOT known');

    await db.query(`
      CREATE TABLE account_states (
        business_account_id varchar NOT NULL,
        subject varchar NOT NULL,
        aspect varchar NOT NULL,
        value jsonb NOT NULL,
        told_at timestamptz NOT NULL,
        event_id uuid NOT NULL,
        CONSTRAINT account_states_pkey PRIMARY KEY (business_account_id, subject, aspect)
      )`);

    await db.query(`
      ALTER TABLE whatsapp_templates
        ADD COLUMN quality_score varchar,
        ADD COLUMN previous_category varchar,
        ADD COLUMN disabled_from timestamptz,
        ADD COLUMN status_told_at timestamptz`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE whatsapp_templates
        DROP COLUMN quality_score,
        DROP COLUMN previous_category,
        DROP COLUMN disabled_from,
        DROP COLUMN status_told_at`);
    await db.query('DROP TABLE account_states, account_events');
  }
}
