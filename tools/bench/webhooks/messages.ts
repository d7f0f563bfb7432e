import { DEFAULT_OPTIONS as SIMULATOR } from '../../../apps/simulator/src/defaults.ts';
import type { Observer } from '../observer.ts';
import { settle } from '../seed.ts';
import type { SideName } from '../sides.ts';
import { DELIVERED_AT, idOf, messagesOf, type Storm, tenantOf, wamidOf } from './plan.ts';

const AT_ONCE = 5_000;

/** Sent a while before they are delivered; $1 ids, $2 wamids, $3 tenant. */
const STORE: Record<SideName, string> = {
  palomar: `
    INSERT INTO whatsapp_messages (
      id, tenant_id, direction, status, message_type, phone_number_id, recipient_phone, wa_id, contact_key, template_name,
      template_language, template_parameters, content, whatsapp_message_id, attempts, attempted_at, expires_at, created_at, sent_at)
    SELECT id, $3::uuid, 'outbound', 'SENT', 'TEMPLATE', '${SIMULATOR.phoneNumberId}', '+' || phone, phone, '+' || phone,
           'po_notification', 'es', '["Proveedor ABC", "PO-2024-001", "€1,250.00"]', content, wamid, 1, sent_at,
           now() + interval '1 day', sent_at, sent_at`,
  reference: `
    INSERT INTO whatsapp_messages (id, tenant_id, status, attempts, recipient_phone, content, whatsapp_message_id,
                                   attempted_at, sent_at)
    SELECT id, $3::uuid, 'SENT', 1, '+' || phone, content::json, wamid, sent_at, sent_at`,
};

const FROM = `
    FROM (
      SELECT id, wamid, '34600000003' AS phone, to_timestamp(${DELIVERED_AT - 60}) AS sent_at,
             '{"type": "template", "template": {"name": "po_notification", "language": {"code": "es"}}}'::jsonb AS content
      FROM unnest($1::uuid[], $2::text[]) AS m (id, wamid)) AS sent`;

/** Stores the messages of a storm as they are when WhatsApp has taken them and told nothing yet. */
export async function storeSentMessages(observer: Observer, side: SideName, storm: Storm): Promise<void> {
  const ids = Array.from({ length: messagesOf(storm) }, (_, message) => idOf(storm, message));
  for (let first = 0; first < ids.length; first += AT_ONCE) {
    const some = ids.slice(first, first + AT_ONCE);
    await observer.query(STORE[side] + FROM, [some, some.map(wamidOf), tenantOf(storm)]);
  }
  await settle(observer);
  await observer.checkpoint();
}
