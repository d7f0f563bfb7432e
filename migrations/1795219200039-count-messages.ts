import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The counts behind the statistics. A trigger sees every change of every message, whoever makes it, and notes in the same
 * transaction what it adds and takes away: rows of its own, because all writers would wait for one row of the counts.
 * They are summed up behind them.
 */
export class CountMessages1795219200039 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('CREATE INDEX whatsapp_messages_created ON whatsapp_messages (created_at)');
    await db.query(`
      CREATE TABLE statistics_counts (
        scope varchar NOT NULL,
        period varchar NOT NULL,
        start timestamptz NOT NULL,
        tenant_id uuid NOT NULL,
        phone_number_id varchar NOT NULL,
        template_name varchar NOT NULL,
        template_language varchar NOT NULL,
        ${COUNTERS.map((name) => `${name} bigint NOT NULL`).join(', ')},
        tallies jsonb NOT NULL,
        CONSTRAINT statistics_counts_cell
          PRIMARY KEY (scope, period, tenant_id, template_name, start, phone_number_id, template_language)
      )`);
    await db.query(`
      CREATE TABLE statistics_changes (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        start timestamptz NOT NULL,
        tenant_id uuid NOT NULL,
        phone_number_id varchar NOT NULL,
        template_name varchar NOT NULL,
        template_language varchar NOT NULL,
        ${COUNTERS.map((name) => `${name} integer NOT NULL`).join(', ')},
        added text,
        removed text
      )`);
    await db.query(`
      CREATE FUNCTION count_new_messages() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        ${noteChanges(`SELECT 1 AS sign, ${COLUMNS} FROM new_rows`)};
        RETURN NULL;
      END $$`);
    await db.query(`
      CREATE FUNCTION count_changed_messages() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        -- Most updates are claims: nobody counts how a message waits.
        IF NOT EXISTS (SELECT FROM new_rows WHERE status <> 'PENDING' OR sent_at IS NOT NULL)
          AND NOT EXISTS (SELECT FROM old_rows WHERE status <> 'PENDING' OR sent_at IS NOT NULL) THEN
          RETURN NULL;
        END IF;
        ${noteChanges(`SELECT 1 AS sign, ${COLUMNS} FROM new_rows UNION ALL SELECT -1, ${COLUMNS} FROM old_rows`)};
        RETURN NULL;
      END $$`);
    await db.query(`
      CREATE TRIGGER count_new AFTER INSERT ON whatsapp_messages
      REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_new_messages()`);
    await db.query(`
      CREATE TRIGGER count_changed AFTER UPDATE ON whatsapp_messages
      REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION count_changed_messages()`);
    await db.query(noteChanges(`SELECT 1 AS sign, ${COLUMNS} FROM whatsapp_messages`));
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TRIGGER count_changed ON whatsapp_messages');
    await db.query('DROP TRIGGER count_new ON whatsapp_messages');
    await db.query('DROP FUNCTION count_changed_messages, count_new_messages');
    await db.query('DROP TABLE statistics_changes, statistics_counts');
    await db.query('DROP INDEX whatsapp_messages_created');
  }
}

const COUNTERS = ['accepted', 'received', 'pending', 'sent', 'delivered', 'read', 'failed', 'cancelled'];

/** What is counted of a message. */
const COLUMNS = `direction, status, created_at, send_at, sent_at, delivered_at, read_at, attempts, error_code, pricing,
          tenant_id, phone_number_id, template_name, template_language`;

/** Rows of `COLUMNS` with a sign, summed up by quarter of an hour, tenant, number and template. */
function noteChanges(rows: string): string {
  return `
        INSERT INTO statistics_changes (
          start, tenant_id, phone_number_id, template_name, template_language, ${COUNTERS.join(', ')}, added, removed)
        SELECT * FROM (
          SELECT
            date_bin('15 minutes', created_at, '2000-01-01Z') AS start, tenant_id, phone_number_id,
            coalesce(template_name, ''), coalesce(template_language, ''),
            ${count(`direction = 'outbound'`)} AS accepted,
            ${count(`direction = 'inbound'`)} AS received,
            ${count(`status = 'PENDING'`)} AS pending,
            ${count(`direction = 'outbound' AND (sent_at IS NOT NULL OR status IN ('SENT', 'DELIVERED', 'READ'))`)} AS sent,
            ${count(`direction = 'outbound' AND (delivered_at IS NOT NULL OR status IN ('DELIVERED', 'READ'))`)} AS delivered,
            ${count(`direction = 'outbound' AND (read_at IS NOT NULL OR status = 'READ')`)} AS read,
            ${count(`status = 'FAILED'`)} AS failed,
            ${count(`status = 'CANCELLED'`)} AS cancelled,
            string_agg(labels, E'\\n') FILTER (WHERE sign = 1 AND labels <> '') AS added,
            string_agg(labels, E'\\n') FILTER (WHERE sign = -1 AND labels <> '') AS removed
          FROM (${rows}) AS m CROSS JOIN LATERAL (SELECT concat_ws(E'\\n',
            CASE WHEN status = 'FAILED' THEN 'failed:' || replace(coalesce(error_code, 'unknown'), E'\\n', ' ') END,
            'priced:' || pricing::text,
            CASE WHEN direction = 'outbound' THEN nullif(concat_ws(E'\\n',
              CASE WHEN attempts > 0 THEN 'accepted_to_sent:' || ${bucket('greatest(created_at, send_at)', 'sent_at')} END,
              'sent_to_delivered:' || ${bucket('sent_at', 'delivered_at')},
              'delivered_to_read:' || ${bucket('delivered_at', 'read_at')}), '') END) AS labels) AS labelled
          GROUP BY 1, 2, 3, 4, 5) AS change
        WHERE added IS DISTINCT FROM removed
          OR (${COUNTERS.join(', ')}) IS DISTINCT FROM (${COUNTERS.map(() => '0').join(', ')})`;
}

function count(condition: string): string {
  return `sum(CASE WHEN ${condition} THEN sign ELSE 0 END)`;
}

/** Which of the latencies' buckets, each a tenth wider than the one before, a time lies in; the first is one millisecond. */
function bucket(since: string, until: string): string {
  const ms = `date_part('epoch', ${until} - ${since}) * 1000`;
  return `CASE WHEN ${until} > ${since} THEN ceil(ln(greatest(${ms}, 1)) / ln(1.1::float8))::integer
                WHEN ${until} <= ${since} THEN 0 END`;
}
