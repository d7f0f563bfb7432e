import type { Observer } from './observer.ts';

/** Whose stored messages are; nobody sends for it. */
export const STORED_TENANT = '5704ed00-0000-4000-8000-000000000000';

/** Ids whose order is that of `i`: UUID v7 of the milliseconds that end with the last of `$1` rows now. */
const ID = `(lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - $1 + i), 12, '0')
             || '7' || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid`;

const CONTENT = `jsonb_build_object('type', 'template', 'template', jsonb_build_object(
  'name', 'po_notification', 'language', jsonb_build_object('code', 'es'),
  'components', jsonb_build_array(jsonb_build_object('type', 'body', 'parameters', jsonb_build_array(
    jsonb_build_object('type', 'text', 'text', 'Proveedor ABC'),
    jsonb_build_object('type', 'text', 'text', 'PO-2023-' || i),
    jsonb_build_object('type', 'text', 'text', '€1,250.00'))))))`;

const PARAMETERS = `jsonb_build_array('Proveedor ABC', 'PO-2023-' || i, '€1,250.00')`;

/** Read messages of the last weeks, with the three lines their statuses left on the timeline. */
export async function storeReadMessages(observer: Observer, count: number, phoneNumberId: string): Promise<void> {
  await observer.query(
    `INSERT INTO whatsapp_messages (
       id, tenant_id, direction, status, message_type, phone_number_id, recipient_phone, wa_id, contact_key,
       template_name, template_language, template_parameters, content, whatsapp_message_id, attempts,
       expires_at, created_at, updated_at, sent_at, delivered_at, read_at)
     SELECT ${ID}, $3, 'outbound', 'READ', 'TEMPLATE', $2, phone, substr(phone, 2), phone,
            'po_notification', 'es', ${PARAMETERS}, ${CONTENT},
            'wamid.' || upper(md5(phone) || substr(md5(i::text), 1, 24)), 1,
            at + interval '1 day', at, at, at, at, at
     FROM (SELECT i, '+347' || lpad(i::text, 7, '0') || '3' AS phone, now() - ($1 - i) * interval '1 second' AS at
           FROM generate_series(1, $1::int) AS i) AS stored`,
    [count, phoneNumberId, STORED_TENANT],
  );
  await observer.query(
    `INSERT INTO message_events (message_id, type, source, occurred_at, created_at, details)
     SELECT m.id, line.type, 'webhook', m.sent_at + line.after, m.sent_at + line.after,
            jsonb_build_object('whatsapp_message_id', m.whatsapp_message_id)
     FROM whatsapp_messages m, (VALUES ('sent', interval '0'), ('delivered', '1 second'), ('read', '2 seconds')) AS line (type, after)
     WHERE m.tenant_id = $1 ORDER BY m.id`,
    [STORED_TENANT],
  );
}

/** Messages of 20 other tenants that wait for their turn behind whatever is sent with normal priority. */
export async function storeBacklog(observer: Observer, count: number, phoneNumberId: string): Promise<void> {
  await observer.query(
    `INSERT INTO whatsapp_messages (
       id, tenant_id, direction, status, pending_reason, message_type, phone_number_id, recipient_phone, contact_key,
       template_name, template_language, template_parameters, content, priority, next_attempt_at, expires_at)
     SELECT ${ID}, ('bac10900-0000-4000-8000-' || lpad((i % 20)::text, 12, '0'))::uuid, 'outbound', 'PENDING', 'queued',
            'TEMPLATE', $2, phone, phone, 'po_notification', 'es', ${PARAMETERS}, ${CONTENT}, 2, now(), now() + interval '30 days'
     FROM (SELECT i, '+3471' || lpad(i::text, 6, '0') || '3' AS phone FROM generate_series(1, $1::int) AS i) AS backlog`,
    [count, phoneNumberId],
  );
}

/** As autovacuum would have left the tables long before. */
export async function settle(observer: Observer): Promise<void> {
  await observer.query('VACUUM (ANALYZE) whatsapp_messages');
  await observer.query('VACUUM (ANALYZE) message_events');
}
