import { v7 } from 'uuid';

/** The tenant of what belongs to nobody in particular, such as the first message of a stranger to the platform's number. */
export const PLATFORM_TENANT_ID = '00000000-0000-0000-0000-000000000000';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A UUID v7: ids made later sort later, so an id also tells the order of acceptance. */
export function newId(): string {
  return v7();
}

/** Any UUID, whatever its version: what a PostgreSQL `uuid` column takes in its usual spelling. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}
