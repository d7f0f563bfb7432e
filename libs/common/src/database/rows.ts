/** What runs SQL: a DataSource, or the EntityManager of a transaction. */
export interface SqlRunner {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

/** The rows a statement answers. (TypeORM answers `[rows, count]` for UPDATE and DELETE, and bare rows for the rest.) */
export async function queryRows<Row>(runner: SqlRunner, sql: string, parameters: unknown[] = []): Promise<Row[]> {
  const answer = (await runner.query(sql, parameters)) as unknown[];
  return (Array.isArray(answer[0]) ? answer[0] : answer) as Row[];
}
