import type { Observer } from './observer.ts';

const SHOWN = 12;
const WIDTH = 110;

interface Statement {
  query: string;
  calls: number;
  rows: number;
  ms: number;
  blocks: number;
}

/** Which statements PostgreSQL spent its time on since the last `forgetStatements`; needs a cluster that watches them. */
export async function describeStatements(observer: Observer): Promise<string> {
  const statements = await observer.query<Statement>(
    `SELECT query, calls::float8, rows::float8, total_exec_time AS ms, (shared_blks_hit + shared_blks_read)::float8 AS blocks
     FROM pg_stat_statements WHERE query NOT LIKE '%/* bench */%' ORDER BY total_exec_time DESC`,
  );
  const total = statements.reduce((sum, { ms }) => sum + ms, 0);
  const lines = statements.slice(0, SHOWN).map(({ query, calls, rows, ms, blocks }) => {
    const each = [calls, rows / calls, ms / calls, blocks / calls].map((value) =>
      value.toFixed(calls === value ? 0 : 1),
    );
    const text = query.replace(/\s+/g, ' ').slice(0, WIDTH);
    return [`${((ms / total) * 100).toFixed(1)} %`, ...each].map((cell) => cell.padStart(10)).join('') + `  ${text}`;
  });
  const head = ['time', 'calls', 'rows/c.', 'ms/c.', 'blocks/c.'].map((cell) => cell.padStart(10)).join('');
  return [head, ...lines].join('\n');
}

export async function forgetStatements(observer: Observer): Promise<void> {
  await observer.query('SELECT pg_stat_statements_reset() /* bench */');
}
