import type { DataSource } from 'typeorm';

import { queryRows } from '#common';

const LOGIN = `
SELECT rolsuper AS "isSuperuser", rolbypassrls AS "isUnbound",
       EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'palomar_tenant'
                 AND pg_has_role(session_user, r.oid, 'MEMBER')) AS "isMember"
FROM pg_roles WHERE rolname = session_user`;
/** Of two migrations in two databases of one cluster, the other one may be faster. */
const MAKE_ROLE = `
DO $$ BEGIN
  IF to_regrole('palomar_tenant') IS NULL THEN CREATE ROLE palomar_tenant NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$`;
const CLOSED_TABLES = `
SELECT oid::regclass AS "table" FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname <> 'schema_migrations'
  AND NOT has_table_privilege('palomar_tenant', oid, 'SELECT')`;

/**
 * Row-level security binds no superuser and no login with BYPASSRLS: with such a one, what is done for a tenant is done as a
 * role of its own. Roles belong to the cluster and are in no dump, so this is seen to at each start and is no migration.
 */
export async function makeTenantRole(dataSource: DataSource): Promise<void> {
  const [login] = await queryRows<{ isSuperuser: boolean; isUnbound: boolean; isMember: boolean }>(dataSource, LOGIN);
  const { isSuperuser, isUnbound, isMember } = login!;
  if (!isSuperuser && !isUnbound) return;
  await dataSource.query(MAKE_ROLE);
  if (!isSuperuser && !isMember) await dataSource.query('GRANT palomar_tenant TO CURRENT_USER');
  const tables = (await queryRows<{ table: string }>(dataSource, CLOSED_TABLES)).map(({ table }) => table);
  if (tables.length > 0) await dataSource.query(`GRANT ${RIGHTS} ON ${tables.join(', ')} TO palomar_tenant`);
}

const RIGHTS = 'SELECT, INSERT, UPDATE, DELETE';
