import { leastIdAt } from '../ids.ts';
import { queryRows, type SqlRunner } from './rows.ts';

/** What one small batch of removing came to. */
export interface Removal {
  removed: number;
  /** There may be more to do at once. */
  more: boolean;
}

const AT_ONCE = 1_000;

/** Removes the oldest rows of before `time`, one batch; processes that do it at once pass over each other's rows. */
export async function removeOlder(runner: SqlRunner, table: string, time: Date): Promise<Removal> {
  const rows = await queryRows(
    runner,
    `DELETE FROM ${table} WHERE id IN (
       SELECT id FROM ${table} WHERE id < $1 ORDER BY id LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED)
     RETURNING 1`,
    [leastIdAt(time)],
  );
  return { removed: rows.length, more: rows.length === AT_ONCE };
}
