import { newId } from '#common';
import {
  ApiKeyRepository,
  csrfTokenOf,
  PEOPLE_ROLES,
  type PersonRole,
  type Scope,
  SCOPES,
  SCOPES_OF,
  SessionService,
} from '#tenants';

import { aPerson } from '../factories/people.ts';
import { ADMIN_KEY, TENANT, type TestApp } from './test-app.ts';

export const FOREIGN_TENANT = '01930000-0000-7000-8000-0000000000f0';

type Headers = Record<string, string>;

/** Somebody who calls, and what is to be expected of them. */
export interface RouteCaller {
  name: string;
  /** Of people those of another session each time, for a route may end the one that asks. */
  headers: () => Headers | Promise<Headers>;
  isPerson?: boolean;
  /** Null: nobody whom we know. */
  of: 'own' | 'foreign' | 'platform' | null;
  scopes: readonly Scope[];
}

/** Every kind of caller that a route may have; the objects of the routes are of `TENANT`. */
export async function everyCaller(app: TestApp): Promise<RouteCaller[]> {
  const { nest, database } = app;
  const keys = nest.get(ApiKeyRepository);
  const bearer = (key: string) => () => ({ Authorization: `Bearer ${key}` });
  const aKey = async (tenantId: string | null, scopes: readonly Scope[]) => {
    const made = await keys.create({ name: newId(), tenantId, scopes: [...scopes], expiresAt: null });
    return { id: made.id, headers: bearer(made.key) };
  };
  const expired = await aKey(TENANT, SCOPES);
  await database.query(`UPDATE api_keys SET expires_at = now() - interval '1 minute' WHERE id = $1`, [expired.id]);
  const revoked = await aKey(TENANT, SCOPES);
  await keys.revoke(revoked.id);

  const unknown = { of: null, scopes: [] };
  const own = [];
  for (const scope of SCOPES) {
    const { headers } = await aKey(TENANT, [scope]);
    own.push({ name: `a key with ${scope}`, headers, of: 'own' as const, scopes: [scope] });
  }
  return [
    { name: 'nobody', headers: () => ({}), ...unknown },
    { name: 'a junk key', headers: bearer('pal_junk'), ...unknown },
    { name: 'an expired key', headers: expired.headers, ...unknown },
    { name: 'a revoked key', headers: revoked.headers, ...unknown },
    ...own,
    { name: "the tenant's administrator", headers: (await aKey(TENANT, SCOPES)).headers, of: 'own', scopes: SCOPES },
    {
      name: "another tenant's administrator",
      headers: (await aKey(FOREIGN_TENANT, SCOPES)).headers,
      of: 'foreign',
      scopes: SCOPES,
    },
    { name: 'the key of the environment', headers: bearer(ADMIN_KEY), of: 'platform', scopes: SCOPES },
    { name: 'a platform key', headers: (await aKey(null, SCOPES)).headers, of: 'platform', scopes: SCOPES },
    ...(await Promise.all(PEOPLE_ROLES.map((role) => someone(app, role)))),
    await someone(app, 'admin', FOREIGN_TENANT),
  ];
}

/** A person of the role, whose page sends what ours sends. */
export async function someone(app: TestApp, role: PersonRole, tenantId = TENANT): Promise<RouteCaller> {
  const { id } = await aPerson(app, role, tenantId);
  const visitor = { address: '203.0.113.1', userAgent: 'a browser' };
  const signIn = async () => {
    const { token } = await app.nest.get(SessionService, { strict: false }).open(id, 'password', visitor);
    return { Cookie: `palomar_session=${token}`, 'X-CSRF-Token': csrfTokenOf(token), Origin: app.url };
  };
  const home = tenantId === TENANT ? 'own' : 'foreign';
  return {
    name: `somebody who is ${role}${home === 'foreign' ? ' of another tenant' : ''}`,
    headers: signIn,
    isPerson: true,
    of: role === 'platform-admin' ? 'platform' : home,
    scopes: SCOPES_OF[role],
  };
}
