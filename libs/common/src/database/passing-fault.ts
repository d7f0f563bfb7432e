/** SQLSTATE classes and codes that say "not now": connection, transaction rollback, resources, operator intervention, system. */
const PASSING = /^(08|40|53|57|58)|^55P03$/;

const CONNECTION =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/i;

/** Whether a database error passes by itself, so that the same work can succeed later; the rest is wrong with the work. */
export function isPassingDatabaseFault(error: unknown): boolean {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; depth++) {
    const { code, driverError } = cause as Error & { code?: unknown; driverError?: unknown };
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return PASSING.test(code);
    if (CONNECTION.test(`${String(code)} ${cause.message}`)) return true;
    cause = driverError ?? cause.cause;
  }
  return false;
}
