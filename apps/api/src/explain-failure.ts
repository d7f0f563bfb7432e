import { ConfigurationError, isPassingDatabaseFault } from '#common';

/** A mistake in how a command was called; told without a stack. */
export class UsageError extends Error {}

/** One line with the remedy for what an operator can mend; the stack for what only we can. */
export function explainFailure(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  const { code, port, driverError } = failure as Error & {
    code?: string;
    port?: number;
    driverError?: { code?: string };
  };
  if (failure instanceof UsageError || failure instanceof ConfigurationError) return failure.message;
  if (code === 'EADDRINUSE') return `Port ${port} is taken. Stop what listens there, or choose another with PORT=…`;
  if (isPassingDatabaseFault(failure)) {
    return `The database cannot be used (${failure.message || code}). Check DATABASE_URL, and that PostgreSQL runs there.`;
  }
  if (driverError?.code === '42P01') {
    return 'The database has no schema yet. Start Palomar once, or run: npm run migration:run';
  }
  return failure.stack ?? failure.message;
}
