import type pg from 'pg';

import { HeardClient } from './heard.client.ts';
import { ENTER_TENANT, type QueryArguments, TenantQuery } from './tenant-query.ts';

/** Somebody whom row-level security binds, where the login is bound by none; `migrations/tenant-role.ts` makes it. */
const BIND = `
SELECT set_config('role', 'palomar_tenant', false) FROM pg_roles
WHERE rolname = session_user AND (rolsuper OR rolbypassrls)`;

/** A connection that shows one tenant's rows at a time and, as long as nobody says whose, none. */
export class TenantClient extends HeardClient {
  /** Whoever has the connection now. */
  tenantId: string | undefined;

  override query(...query: unknown[]): never;
  override query(...query: QueryArguments): unknown {
    if (this.tenantId === undefined) return super.query(...(query as [string]));
    const named = new TenantQuery(this, this.tenantId, ...query);
    if (named.callback) return super.query(named);
    return new Promise((resolve, reject) => {
      named.callback = (error, result) => (error ? reject(error) : resolve(result));
      super.query(named);
    });
  }
}

/** Before anybody gets it. */
export async function prepareForTenants(client: pg.ClientBase): Promise<void> {
  await client.query(BIND);
  await client.query({ ...ENTER_TENANT, values: [''] });
}
