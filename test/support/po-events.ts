import { type EventTemplate, loadConfig } from '#common';

export const TENANT_ID = '0192f0c1-2b3c-7d4e-8f50-6172839405a6';
export const EVENT_ID = '0192f0c1-0000-7000-8000-00000000000e';
export const PO_ID = '0192f0c1-0000-7000-8000-00000000000f';

/** An approved purchase order as it is published; `data` replaces single fields of the order, undefined removes one. */
export function anEvent(data: Record<string, unknown> = {}) {
  return {
    event_id: EVENT_ID as string | undefined,
    event_type: 'po.approved',
    service_name: 'procurement',
    timestamp: '2026-11-21T09:00:00.000Z',
    data: {
      tenant_id: TENANT_ID,
      po_id: PO_ID,
      po_number: 'PO-2024-001',
      supplier_id: 'supplier-abc',
      supplier_name: 'Proveedor ABC',
      supplier_phone: '+34612345678',
      total_amount: 1250.0,
      currency: 'EUR',
      ...data,
    },
  };
}

/** How events are told, with `PO_EVENT_TEMPLATES` as given. */
export function eventTemplates(given: object = {}): ReadonlyMap<string, EventTemplate> {
  const env = { NODE_ENV: 'test', PO_EVENT_TEMPLATES: JSON.stringify(given) };
  return loadConfig(env, { cwd: import.meta.dirname }).poEvents.templates;
}

/** How an approved order is told by default. */
export const APPROVED = eventTemplates().get('po.approved')!;
