import type pg from 'pg';

/**
 * `attempts = 0` is the queue: it changes once, so every later update of a row leaves the indexes alone (HOT). The order
 * of the statuses is their rank: the greatest of two is the one to show.
 */
const TABLES = `
  CREATE TYPE message_status AS ENUM ('PENDING', 'SENT', 'FAILED', 'DELIVERED', 'READ');
  CREATE TABLE whatsapp_messages (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    status message_status NOT NULL DEFAULT 'PENDING',
    attempts smallint NOT NULL DEFAULT 0,
    recipient_phone text NOT NULL,
    content json NOT NULL,
    whatsapp_message_id text,
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    attempted_at timestamptz,
    sent_at timestamptz,
    delivered_at timestamptz,
    read_at timestamptz
  ) WITH (fillfactor = 70);
  CREATE INDEX whatsapp_messages_due ON whatsapp_messages (id) WHERE attempts = 0;
  CREATE TABLE message_events (
    message_id uuid NOT NULL,
    type message_status NOT NULL,
    occurred_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (message_id, type, occurred_at)
  );
  CREATE TABLE webhook_deliveries (
    id bigint PRIMARY KEY,
    body bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE webhook_progress (applied_up_to bigint NOT NULL);
  INSERT INTO webhook_progress VALUES (0);`;

export async function createTables(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ found: string | null }>(`SELECT to_regclass('webhook_progress') AS found`);
  if (rows[0]?.found === null) await client.query(`BEGIN; ${TABLES}; COMMIT`);
}
