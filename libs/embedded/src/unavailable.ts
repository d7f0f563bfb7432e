/** The embedded server cannot be had on this machine: says why, and what to do instead. */
export function unavailable(reason: string, cause?: unknown): Error {
  return new Error(
    `The embedded PostgreSQL cannot be used: ${reason}. Set DATABASE_URL to a PostgreSQL 15 or newer instead.`,
    { cause },
  );
}
