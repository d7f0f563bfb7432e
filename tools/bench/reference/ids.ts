import { randomUUID } from 'node:crypto';

/** A UUID v7, for which one that is random throughout lends its tail: Node draws those from a stock, many at once. */
export function newId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
