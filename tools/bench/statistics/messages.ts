import type { Observer } from '../observer.ts';

export const TENANTS = 20;
const AT_ONCE = 100_000;

/** Whose numbers are asked for; the others are `TENANTS` alike. */
export const TENANT = '57a71500-0000-4000-8000-000000000007';

/** Ids whose order is that of acceptance, as those of the application. */
const ID = `(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
             || '7' || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid`;

/**
 * Messages of the last `days` days at an even pace: three templates and free text, one in nine inbound, one in fifty
 * failed, seven in ten read after minutes or hours.
 */
const STORE = `
INSERT INTO whatsapp_messages (
  id, tenant_id, direction, status, message_type, phone_number_id, contact_key, template_name, template_language, content,
  attempts, error_code, created_at, updated_at, sent_at, delivered_at, read_at, pricing)
SELECT ${ID}, ('57a71500-0000-4000-8000-' || lpad((i % ${TENANTS})::text, 12, '0'))::uuid,
       CASE WHEN inbound THEN 'inbound' ELSE 'outbound' END,
       (CASE WHEN inbound THEN 'RECEIVED' WHEN failed THEN 'FAILED' WHEN read THEN 'READ' ELSE 'DELIVERED' END)::whatsapp_message_status,
       (CASE WHEN template IS NULL THEN 'TEXT' ELSE 'TEMPLATE' END)::whatsapp_message_type,
       'number-' || i % ${TENANTS}, '+347' || lpad((i % 100000)::text, 8, '0'), template,
       CASE WHEN template IS NOT NULL THEN 'es' END, '{"type": "text", "text": {"body": "Hola"}}',
       CASE WHEN inbound THEN 0 ELSE 1 END, CASE WHEN failed THEN (ARRAY['131026', '131049', '131047'])[1 + i % 3] END, at, at,
       CASE WHEN NOT inbound AND NOT failed THEN sent END, CASE WHEN NOT inbound AND NOT failed THEN delivered END,
       CASE WHEN read THEN delivered + exp(r2 * 9) * interval '1 second' END,
       CASE WHEN NOT inbound AND NOT failed
         THEN jsonb_build_object('category', coalesce(category, 'service'), 'type', 'regular', 'country', 'ES') END
FROM (
  SELECT *, at + (0.1 + r1) * interval '1 second' AS sent, at + (0.5 + r1 * 8) * interval '1 second' AS delivered,
         NOT inbound AND NOT failed AND r2 < 0.7 AS read,
         CASE WHEN NOT inbound THEN (ARRAY['po_notification', 'reminder', 'offer'])[1 + i % 4] END AS template,
         (ARRAY['utility', 'utility', 'marketing'])[1 + i % 4] AS category
  FROM (
    SELECT i, now() - ($3::bigint - i) * ($4::float8 / $3) * interval '1 day' AS at, i % 9 = 0 AS inbound,
           i % 9 <> 0 AND i % 50 = 1 AS failed, random() AS r1, random() AS r2
    FROM generate_series($1::bigint, $2::bigint) AS i) AS drawn) AS message`;

/** As if they had been sent: the counts' trigger sees each. Answers how many seconds it took. */
export async function storeMessages(observer: Observer, messages: number, days: number): Promise<number> {
  const started = performance.now();
  for (let first = 1; first <= messages; first += AT_ONCE) {
    await observer.query(STORE, [first, Math.min(first + AT_ONCE - 1, messages), messages, days]);
  }
  await observer.query('VACUUM (ANALYZE) whatsapp_messages');
  return Math.round((performance.now() - started) / 1_000);
}
