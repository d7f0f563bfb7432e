import { createHash } from 'node:crypto';

import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';

import { isUuid, jsonSafe, PLATFORM_TENANT_ID, toFieldErrors, ValidationError } from '#common';

import { PoApprovedEvent } from './po-event.dto.ts';

/** What can be read off any event, whatever its type. */
export interface EventHead {
  eventType: string;
  eventId: string | null;
  tenantId: string;
  poId: string | null;
  poNumber: string | null;
  /** Two deliveries with the same identity are one event. */
  identity: string;
}

/**
 * An approved purchase order.
 * @throws ValidationError `po-event-invalid` with every bad field.
 */
export function readApproved(event: object): PoApprovedEvent {
  // Text that PostgreSQL cannot store arrives with the unstorable characters marked, not as a poison event.
  const read = plainToInstance(PoApprovedEvent, jsonSafe(event));
  const errors = toFieldErrors(validateSync(read));
  if (errors.length === 0 && !read.event_id && !read.data.po_id) {
    errors.push({
      field: 'event_id',
      message: 'is required when data.po_id is missing: a redelivery could not be told',
    });
  }
  if (errors.length > 0) throw new ValidationError(errors, 'po-event-invalid');
  return read;
}

/** Never throws: what cannot be read is left out. */
export function readHead(event: object): EventHead {
  const { event_id, event_type, data } = jsonSafe(event) as Record<string, unknown>;
  const { tenant_id, po_id, po_number } = Object(data) as Record<string, unknown>;
  const eventType = typeof event_type === 'string' ? event_type.slice(0, 200) : '';
  const eventId = isUuid(event_id) ? event_id : null;
  const poId = isUuid(po_id) ? po_id : null;
  return {
    eventType,
    eventId,
    tenantId: isUuid(tenant_id) ? tenant_id : PLATFORM_TENANT_ID,
    poId,
    poNumber: typeof po_number === 'string' ? po_number.slice(0, 100) : null,
    // In lower case: a UUID is the same however it is written.
    identity: (eventId ? `event:${eventId}` : poId ? `${eventType}:${poId}` : `body:${digest(event)}`).toLowerCase(),
  };
}

/** An event of another type may have no identity of its own; its content stands in. */
function digest(event: object): string {
  return createHash('sha256').update(JSON.stringify(event)).digest('hex');
}
