import { isUuid, ValidationError } from '#common';

/** Opaque outside; inside, the id of the last object of the page. */
export function toCursor(id: string): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
}

/** @throws ValidationError 422 for what is no cursor of ours */
export function readCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const hex = Buffer.from(cursor, 'base64url').toString('hex');
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  if (!isUuid(id)) {
    throw new ValidationError([{ field: 'cursor', message: 'must be the paging.next_cursor of an earlier answer' }]);
  }
  return id;
}

/** One page out of `limit + 1` objects, newest first; `cursorOf` answers the id they are ordered by. */
export function toPage<T extends { id: string }, R>(
  found: T[],
  limit: number,
  toResponse: (one: T) => R,
  cursorOf: (one: T) => string = ({ id }) => id,
): { data: R[]; paging: { next_cursor: string | null } } {
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return { data: page.map(toResponse), paging: { next_cursor: last ? toCursor(cursorOf(last)) : null } };
}
