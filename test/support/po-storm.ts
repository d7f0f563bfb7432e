import { randomUUID } from 'node:crypto';

import { anEvent } from './po-events.ts';

/** What goes over the wire, and what must become of it. */
export interface StormEvent {
  body: Buffer;
  outcome: 'notified' | 'duplicate' | 'skipped' | 'rejected';
  /** Who is notified. */
  phone?: string;
  /** Of a rejection: its slug, and a word that its detail must have. */
  reason?: string;
  detail?: string;
}

export interface StormSize {
  valid: number;
  /** Valid ones that are published a second time. */
  duplicates: number;
  skipped: number;
  poisonOfEachKind: number;
}

type Poison = Pick<StormEvent, 'body' | 'reason' | 'detail'>;

/** Ten ways in which an event can never succeed. */
export const POISON: Record<string, (tenantId: string) => Poison> = {
  'not JSON': () => ({ body: Buffer.from('PO-2024-001 approved'), reason: 'not-json', detail: 'JSON' }),
  empty: () => ({ body: Buffer.alloc(0), reason: 'body-empty', detail: 'no body' }),
  '5 MB': (tenantId) => ({
    body: bytes(anEvent({ tenant_id: tenantId, note: 'x'.repeat(5 * 1024 * 1024) })),
    reason: 'body-too-large',
    detail: 'bytes',
  }),
  'wrong types': (tenantId) => invalid({ tenant_id: tenantId, supplier_name: 5 }, 'data.supplier_name'),
  'bad phone': (tenantId) => ({
    body: bytes({ ...anEvent({ tenant_id: tenantId, supplier_phone: '12-34' }), event_id: randomUUID() }),
    reason: 'recipient-phone-invalid',
    detail: 'data.supplier_phone',
  }),
  'no PO number': (tenantId) => invalid({ tenant_id: tenantId, po_number: undefined }, 'data.po_number'),
  'negative amount': (tenantId) => invalid({ tenant_id: tenantId, total_amount: -1250 }, 'data.total_amount'),
  'invalid UTF-8': () => ({ body: Buffer.from('{"a":"\xf1"}', 'latin1'), reason: 'not-utf8', detail: 'UTF-8' }),
  'deeply nested': () => ({
    body: Buffer.from('{"data":'.repeat(20_000) + '1' + '}'.repeat(20_000)),
    reason: 'too-deep',
    detail: 'deep',
  }),
  'bad UUID': () => invalid({ tenant_id: '0192f0c1-tenant' }, 'data.tenant_id'),
};

/** Events of one tenant, all mixed up, always in the same order; each valid one is for somebody else. */
export function aStorm(tenantId: string, { valid, duplicates, skipped, poisonOfEachKind }: StormSize): StormEvent[] {
  const notified = Array.from({ length: valid }, (_, index): StormEvent => {
    const phone = phoneOf(index);
    const data = { tenant_id: tenantId, po_id: randomUUID(), po_number: `PO-${index}`, supplier_phone: phone };
    // Every third is known by its purchase order alone.
    return {
      body: bytes({ ...anEvent(data), event_id: index % 3 ? randomUUID() : undefined }),
      outcome: 'notified',
      phone,
    };
  });
  const again = notified.slice(0, duplicates).map(({ body }): StormEvent => ({ body, outcome: 'duplicate' }));
  const without = Array.from({ length: skipped }, (_, index): StormEvent => {
    const data = { tenant_id: tenantId, supplier_phone: index % 2 ? '' : undefined };
    return { body: bytes({ ...anEvent(data), event_id: randomUUID() }), outcome: 'skipped' };
  });
  const poison = Array.from({ length: poisonOfEachKind }, () =>
    Object.values(POISON).map((make): StormEvent => ({ ...make(tenantId), outcome: 'rejected' })),
  );
  return mixed([...notified, ...again, ...without, ...poison.flat()]);
}

/** Spanish mobiles; the last digit keeps them away from the endings that the simulator treats as special. */
function phoneOf(index: number): string {
  return `+34612${String(index).padStart(5, '0')}3`;
}

function invalid(data: Record<string, unknown>, field: string): Poison {
  return { body: bytes({ ...anEvent(data), event_id: randomUUID() }), reason: 'po-event-invalid', detail: field };
}

function bytes(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** By a step that has no divisor in common with the length, so that every place is visited once. */
function mixed<T>(items: T[]): T[] {
  const step = 7_919; // a prime larger than any storm here
  return items.map((_, index) => items[(index * step) % items.length] as T);
}
