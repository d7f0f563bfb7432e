import type { PoEventsConfig } from '#common';
import type { TemplateNotification } from '#whatsapp';

import { formatAmount, readAmount } from './amount.ts';
import type { PoApprovedEvent } from './po-event.dto.ts';

/** Who is told what about an approved purchase order: `[supplier name, PO number, amount]` to the supplier's phone. */
export function toNotification(
  { event_id, data }: PoApprovedEvent,
  supplierPhone: string,
  { template, language }: Pick<PoEventsConfig, 'template' | 'language'>,
): TemplateNotification {
  const amount = readAmount(data.total_amount) as string;
  return {
    tenantId: data.tenant_id,
    to: supplierPhone,
    recipientName: data.supplier_name,
    template,
    language,
    parameters: [data.supplier_name, data.po_number, formatAmount(amount, data.currency)],
    // So that the publisher finds the message by the id it knows.
    ...(event_id && { notificationId: event_id }),
    metadata: {
      source: 'po-event',
      ...(event_id && { event_id }),
      ...(data.po_id && { po_id: data.po_id }),
      po_number: data.po_number,
      ...(data.supplier_id && { supplier_id: data.supplier_id }),
    },
  };
}
