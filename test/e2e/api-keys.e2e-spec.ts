import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { newId } from '#common';

import { ADMIN_KEY, startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const ROUTE = '/api/v1/api-keys';
const OTHER_TENANT = '01930000-0000-7000-8000-000000000002';
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

describe('api keys', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
  });

  afterAll(() => app.stop());

  const aKey = async (change: object = {}) => {
    const body = { name: 'procurement', tenant_id: TENANT, scopes: ['messages:read'], ...change };
    return (await app.api.post(ROUTE).send(body).expect(201)).body;
  };
  const as = (key: string) => {
    const bearer = `Bearer ${key}`;
    return {
      get: (path: string) => app.anonymous.get(path).set('Authorization', bearer),
      post: (path: string) => app.anonymous.post(path).set('Authorization', bearer),
      delete: (path: string) => app.anonymous.delete(path).set('Authorization', bearer),
    };
  };
  const works = async (key: string) => (await as(key).get('/api/v1/whatsapp/messages')).status === 200;
  const idsOf = ({ body }: { body: { data: { id: string }[] } }) => body.data.map(({ id }) => id);

  it('are made with what they may do, shown once and recognised by their beginning', async () => {
    const made = await aKey({ expires_at: inSeconds(3_600) });

    expect(made).toMatchObject({ name: 'procurement', tenant_id: TENANT, scopes: ['messages:read'], state: 'active' });
    expect(made.key).toMatch(/^pal_[\w-]{43}$/);
    expect(await works(made.key)).toBe(true);
    const { body } = await app.api.get(ROUTE).expect(200);
    const listed = body.data.find(({ id }: { id: string }) => id === made.id);
    expect(listed).toMatchObject({ prefix: made.key.slice(0, 10), last_used_at: expect.any(String) });
    expect(JSON.stringify(body)).not.toContain(made.key);
  });

  it('are refused once they are revoked, however often that is asked for', async () => {
    const { id, key } = await aKey();
    const before = await works(key);

    await app.api.delete(`${ROUTE}/${id}`).expect(204);
    await app.api.delete(`${ROUTE}/${id}`).expect(204);

    expect([before, await works(key)]).toEqual([true, false]);
    expect(idsOf(await app.api.get(ROUTE))).not.toContain(id);
    const { body } = await app.api.get(ROUTE).query({ ended: true });
    expect(body.data).toContainEqual(expect.objectContaining({ id, state: 'revoked' }));
  });

  it('are replaced by one that may do the same, while the old one works on for as long as was asked', async () => {
    const old = await aKey({ scopes: ['messages:read', 'admin'] });

    const { body: made } = await app.api.post(`${ROUTE}/${old.id}/rotate`).send({ overlap_seconds: 60 }).expect(201);

    const { name, tenant_id, scopes } = old;
    expect(made).toMatchObject({ name, tenant_id, scopes, expires_at: null });
    expect(made.id).not.toBe(old.id);
    expect([await works(old.key), await works(made.key)]).toEqual([true, true]);
    const { body } = await app.api.get(ROUTE);
    const { expires_at: endsAt } = body.data.find(({ id }: { id: string }) => id === old.id);
    expect(Date.parse(endsAt)).toBeGreaterThan(Date.now() + 30_000);
    expect(Date.parse(endsAt)).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  it('are replaced at once when no time is left to the old one, which cannot be replaced again', async () => {
    const old = await aKey();

    const { body: made } = await app.api.post(`${ROUTE}/${old.id}/rotate`).send({ overlap_seconds: 0 }).expect(201);

    expect([await works(old.key), await works(made.key)]).toEqual([false, true]);
    const { body } = await app.api.post(`${ROUTE}/${old.id}/rotate`).expect(409);
    expect(body.code).toBe('api-key-ended');
  });

  it('never live longer by being replaced', async () => {
    const soon = inSeconds(30);
    const old = await aKey({ expires_at: soon });

    const { body: made } = await app.api.post(`${ROUTE}/${old.id}/rotate`).send({ overlap_seconds: 600 }).expect(201);

    const { body } = await app.api.get(ROUTE);
    const { expires_at: endsAt } = body.data.find(({ id }: { id: string }) => id === old.id);
    expect([endsAt, made.expires_at]).toEqual([soon, soon]);
  });

  it("of a tenant are that tenant's administrator's, and nobody else's are", async () => {
    const admin = await aKey({ scopes: ['admin'] });
    const others = [await aKey({ tenant_id: OTHER_TENANT }), await aKey({ tenant_id: null })];
    const own = as(admin.key);

    const { body: made } = await own
      .post(ROUTE)
      .send({ name: 'desk', scopes: ['messages:send'] })
      .expect(201);
    const { body: all } = await own.get(ROUTE).expect(200);

    expect(made.tenant_id).toBe(TENANT);
    expect(new Set(all.data.map(({ tenant_id }: { tenant_id: string }) => tenant_id))).toEqual(new Set([TENANT]));
    for (const { id, key } of others) {
      await own.delete(`${ROUTE}/${id}`).expect(404);
      await own.post(`${ROUTE}/${id}/rotate`).expect(404);
      expect(await works(key)).toBe(true);
    }
    await own
      .post(ROUTE)
      .send({ name: 'a', tenant_id: OTHER_TENANT, scopes: ['admin'] })
      .expect(403);
    await own.get(ROUTE).query({ tenant_id: OTHER_TENANT }).expect(403);
    await own.delete(`${ROUTE}/${made.id}`).expect(204);
  });

  it('ask for the scope admin', async () => {
    const { id, key } = await aKey({ scopes: ['messages:send', 'messages:read', 'templates:write'] });

    await as(key).get(ROUTE).expect(403);
    await as(key)
      .post(ROUTE)
      .send({ name: 'a', scopes: ['admin'] })
      .expect(403);
    await as(key).delete(`${ROUTE}/${id}`).expect(403);
    await app.anonymous.get(ROUTE).expect(401);
  });

  it('are listed page by page, of one tenant where one is named', async () => {
    const tenantId = newId();
    const made = [];
    for (let each = 0; each < 3; each++) made.push(await aKey({ tenant_id: tenantId }));

    const first = await app.api.get(ROUTE).query({ tenant_id: tenantId, limit: 2 });
    const second = await app.api
      .get(ROUTE)
      .query({ tenant_id: tenantId, limit: 2, cursor: first.body.paging.next_cursor });

    expect([idsOf(first), idsOf(second)]).toEqual([[made[2].id, made[1].id], [made[0].id]]);
    expect(second.body.paging.next_cursor).toBeNull();
  });

  it.each<[string, object, string]>([
    ['no name', { name: ' ' }, 'name'],
    ['a name with a NUL', { name: 'a\0b' }, 'name'],
    ['a name that ends in NUL', { name: 'procurement\0' }, 'name'],
    ['no scope', { scopes: [] }, 'scopes'],
    ['a scope that does not exist', { scopes: ['everything'] }, 'scopes'],
    ['a scope twice', { scopes: ['admin', 'admin'] }, 'scopes'],
    ['no tenant, which only null makes a platform key', { tenant_id: undefined }, 'tenant_id'],
    ['a tenant that is no UUID', { tenant_id: 'a' }, 'tenant_id'],
    ['a time that is over', { expires_at: inSeconds(-1) }, 'expires_at'],
    ['a time that is none', { expires_at: 'tomorrow' }, 'expires_at'],
  ])('are refused with %s', async (_, change, field) => {
    const body = { name: 'procurement', tenant_id: TENANT, scopes: ['messages:read'], ...change };

    const response = await app.api.post(ROUTE).send(body).expect(422);

    expect(response.body.errors).toEqual([{ field: expect.stringContaining(field), message: expect.any(String) }]);
  });

  it.each(['a', newId(), ADMIN_KEY])('that do not exist, such as %s, are not found', async (id) => {
    await app.api.delete(`${ROUTE}/${encodeURIComponent(id)}`).expect(404);
    await app.api.post(`${ROUTE}/${encodeURIComponent(id)}/rotate`).expect(404);
  });
});
