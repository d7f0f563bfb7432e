import { queryRows, type SqlRunner } from './database/rows.ts';

/** Deeper than anything Meta sends; what is hidden deeper goes with what holds it. */
const DEEPEST = 64;
const AT_ONCE = 1_000;

/**
 * A copy of a JSON value without what mentions one of these texts: the innermost elements of lists that do, and what
 * is empty without them. Undefined: nothing is left.
 */
export function withoutMentions(value: unknown, mentions: string[], depth = 0): unknown {
  if (typeof value !== 'object' || value === null) {
    return mentions.some((one) => String(value).includes(one)) ? undefined : value;
  }
  if (depth > DEEPEST) return undefined;
  const keep = (child: unknown) => withoutMentions(child, mentions, depth + 1);
  if (Array.isArray(value)) {
    const left = value.map(keep).filter((child) => child !== undefined);
    return left.length > 0 || value.length === 0 ? left : undefined;
  }
  const entries = Object.entries(value).map(([key, child]) => [key, keep(child), Array.isArray(child)] as const);
  const lists = entries.filter(([, , isList]) => isList);
  // A list that is gone takes its owner along only if no other list is left in it.
  const isEmptied = lists.length > 0 && lists.every(([, left]) => left === undefined);
  if (isEmptied || entries.some(([, left, isList]) => left === undefined && !isList)) return undefined;
  return Object.fromEntries(entries.filter(([, left]) => left !== undefined));
}

/** A table whose rows are walked through in the order of their ids. */
export interface Searched {
  table: string;
  /** SQL expressions of the texts in it. */
  texts: string[];
}

/** Rows after `position` and before `before`. */
export interface Stretch {
  position: string;
  before: string;
}

/** Ids of the next rows of a table, and where the walk stands then: null at its end. */
export async function nextIds(
  runner: SqlRunner,
  table: string,
  { position, before }: Stretch,
): Promise<{ ids: string[]; position: string | null }> {
  const rows = await queryRows<{ id: string }>(
    runner,
    `SELECT id FROM ${table} WHERE id > $1 AND id < $2 ORDER BY id LIMIT ${AT_ONCE}`,
    [position, before],
  );
  return { ids: rows.map(({ id }) => id), position: rows.at(-1)?.id ?? null };
}

/** Removes the rows of one stretch that mention one of these texts. */
export async function removeMentioning(
  runner: SqlRunner,
  { table, texts }: Searched,
  stretch: Stretch,
  mentions: string[],
): Promise<{ removed: number; position: string | null }> {
  const { ids, position } = await nextIds(runner, table, stretch);
  const removed = await queryRows(
    runner,
    `DELETE FROM ${table} WHERE id = ANY ($1::uuid[])
       AND EXISTS (SELECT FROM unnest($2::text[]) AS one
                   WHERE ${texts.map((text) => `position(one IN ${text}) > 0`).join(' OR ')})
     RETURNING 1`,
    [ids, mentions],
  );
  return { removed: removed.length, position };
}
