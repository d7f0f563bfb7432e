import type { EventTemplate } from '#common';
import type { TemplateNotification } from '#whatsapp';

import { oneLine } from './po-event.fields.ts';
import type { ReadEvent } from './po-event.reader.ts';

const LONGEST_NUMBER = 100;

/** Who is told what by an event: by default `[supplier name, PO number, amount]` to the supplier's phone. */
export function toNotification(
  { envelope: { event_id, data }, content: { recipientName, parameters } }: ReadEvent,
  to: string,
  { template, language }: Pick<EventTemplate, 'template' | 'language'>,
): TemplateNotification {
  return {
    tenantId: data.tenant_id,
    to,
    ...(recipientName !== undefined && { recipientName }),
    template,
    language,
    parameters,
    // So that the publisher finds the message by the id it knows.
    ...(event_id && { notificationId: event_id }),
    metadata: {
      source: 'po-event',
      ...(event_id && { event_id }),
      ...(data.po_id && { po_id: data.po_id }),
      ...(typeof data.po_number === 'string' && { po_number: oneLine(data.po_number).slice(0, LONGEST_NUMBER) }),
      ...(data.supplier_id && { supplier_id: data.supplier_id }),
    },
  };
}
