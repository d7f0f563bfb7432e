import type { AuditEntry } from '#audit';

import { toAuditEntryResponse } from './audit.dto.ts';

/** Columns of an export, in their order. */
export const COLUMNS = [
  'sequence',
  'at',
  'tenant_id',
  'actor_kind',
  'actor_id',
  'actor_name',
  'action',
  'object_kind',
  'object_id',
  'outcome',
  'code',
  'before',
  'after',
  'request_id',
  'address',
  'user_agent',
  'hash',
  'id',
] as const;

export async function* toRows(entries: AsyncIterable<AuditEntry>): AsyncGenerator<unknown[]> {
  for await (const entry of entries) yield toRow(entry);
}

function toRow(entry: AuditEntry): unknown[] {
  const { actor, object, ...rest } = toAuditEntryResponse(entry);
  const row: Record<string, unknown> = {
    ...rest,
    actor_kind: actor.kind,
    actor_id: actor.id,
    actor_name: actor.name,
    object_kind: object.kind,
    object_id: object.id,
  };
  return COLUMNS.map((column) => row[column]);
}
