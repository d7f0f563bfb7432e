/**
 * One column of many rows as a PostgreSQL array, for texts without anything to escape: ids, numbers, words. `pg` writes
 * arrays too, but looks at every character of every element.
 */
export function arrayOf<T, K extends keyof T>(rows: T[], column: K): string {
  return `{${rows.map((row) => row[column] ?? 'NULL').join()}}`;
}
