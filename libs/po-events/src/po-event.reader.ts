import { createHash } from 'node:crypto';

import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';

import {
  type EventTemplate,
  type FieldError,
  isUuid,
  jsonSafe,
  PLATFORM_TENANT_ID,
  toFieldErrors,
  ValidationError,
} from '#common';

import { PoEventEnvelope } from './po-event.dto.ts';
import { type EventContent, readFields } from './po-event.fields.ts';

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

/** An event that is good: what all have, and what its template tells. */
export interface ReadEvent {
  envelope: PoEventEnvelope;
  content: EventContent;
}

/**
 * An event with the fields that its template names.
 * @throws ValidationError `po-event-invalid` with every bad field.
 */
export function readEvent(event: object, template: EventTemplate): ReadEvent {
  const { safe, envelope, errors } = readEnvelope(event);
  // Without data, that alone is to be said.
  const hasData = errors.every(({ field }) => field !== 'data');
  const content = readFields(safe, template, hasData ? errors : []);
  if (errors.length === 0 && !envelope.event_id && !envelope.data.po_id) {
    errors.push({
      field: 'event_id',
      message: 'is required when data.po_id is missing: a redelivery could not be told',
    });
  }
  if (errors.length > 0) throw new ValidationError(errors, 'po-event-invalid');
  return { envelope, content };
}

/** An event that does not say what it is may be good in every other way. */
export function refusalWithoutType(event: object): ValidationError {
  return new ValidationError(readEnvelope(event).errors, 'po-event-invalid');
}

function readEnvelope(event: object): { safe: object; envelope: PoEventEnvelope; errors: FieldError[] } {
  // Text that PostgreSQL cannot store arrives with the unstorable characters marked, not as a poison event.
  const safe = jsonSafe(event);
  const envelope = plainToInstance(PoEventEnvelope, withoutConstructors(safe));
  return { safe, envelope, errors: toFieldErrors(validateSync(envelope)) };
}

/** A field called `constructor` is taken for a class by class-transformer, which then tries to make one of it. */
function withoutConstructors(event: object): object {
  const keep = (key: string, value: unknown) => (key === 'constructor' ? undefined : value);
  return JSON.parse(JSON.stringify(event), keep) as object;
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
