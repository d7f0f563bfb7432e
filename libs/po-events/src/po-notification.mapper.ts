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
    recipientName: oneLine(data.supplier_name),
    template,
    language,
    parameters: [oneLine(data.supplier_name), oneLine(data.po_number), formatAmount(amount, data.currency)],
    metadata: {
      source: 'po-event',
      ...(event_id && { event_id }),
      ...(data.po_id && { po_id: data.po_id }),
      po_number: data.po_number,
      ...(data.supplier_id && { supplier_id: data.supplier_id }),
    },
  };
}

/** Meta refuses parameters with line breaks, tabs or long runs of blanks; in a name they carry no meaning. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
