import { isNativeError } from 'node:util/types';

/** A digit tells SQLSTATEs from five-letter system codes such as EPIPE. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;

/**
 * SQLSTATE classes and codes that say "not now": connection, log-in, transaction rollback, resources, operator
 * intervention, system, a lock that was not free, a database that is not there, a primary that became a replica.
 */
const PASSING = /^(08|28|40|53|57|58)|^(55P03|3D000|25006)$/;

/** Of the system, and of the driver and its pool, which have only texts. */
const CONNECTION =
  /\b(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)\b|Connection terminated|timeout exceeded when trying to connect|is not queryable|Cannot use a pool after calling end/;

/**
 * Whether a database error passes by itself, so that the same work can succeed later; the rest is wrong with the work.
 * Looks into TypeORM's wrapping but never at a `cause`: what failed to reach somebody else is not the database.
 */
export function isPassingDatabaseFault(error: unknown): boolean {
  if (!isNativeError(error)) return false;
  const { code, driverError } = error as Error & { code?: unknown; driverError?: unknown };
  if (isNativeError(driverError)) return isPassingDatabaseFault(driverError);
  // A SQLSTATE decides alone: the text beside it may repeat what a caller wrote.
  return typeof code === 'string' && SQLSTATE.test(code)
    ? PASSING.test(code)
    : CONNECTION.test(`${String(code)} ${error.message}`);
}
