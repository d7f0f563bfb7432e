import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { newId } from '#common';
import { FirstAdminService, PersonRepository } from '#tenants';

import { aPerson, Browser, PASSWORD, signedInAs } from '../factories/people.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const ROUTE = '/api/v1/people';
const ME = '/api/v1/auth/me';
const OTHER_TENANT = '01930000-0000-7000-8000-000000000002';

describe('people', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
  });

  afterAll(() => app.stop());

  const someone = (change: object = {}) => ({
    email: `ana-${newId()}@example.com`,
    name: 'Ana García',
    role: 'viewer',
    ...change,
  });
  const idsOf = ({ body }: { body: { data: { id: string }[] } }) => body.data.map(({ id }) => id);

  it('are made with a password that is shown once, which they change before anything else', async () => {
    const { body: made } = await app.api
      .post(ROUTE)
      .send(someone({ email: `Ana-${newId()}@Example.com`, role: 'operator', tenant_id: TENANT }))
      .expect(201);
    const browser = new Browser(app);

    const { body: signedIn } = await browser.signIn(made.email, made.password);
    const { body: refused } = await browser.get('/api/v1/whatsapp/messages').expect(403);
    const next = { current_password: made.password, new_password: PASSWORD };
    const { body: changed } = await browser.post('/api/v1/auth/password').send(next).expect(200);

    expect(made).toMatchObject({ role: 'operator', tenant_id: TENANT, state: 'active', password_is_temporary: true });
    expect(made.email).toBe(made.email.toLowerCase());
    expect([signedIn.must_change_password, changed.must_change_password]).toEqual([true, false]);
    expect(refused.code).toBe('password-change-required');
    await browser.get('/api/v1/whatsapp/messages').expect(200);
    const { body: shown } = await app.api.get(`${ROUTE}/${made.id}`).expect(200);
    expect(shown).toMatchObject({ password_is_temporary: false, last_sign_in_at: expect.any(String) });
    expect(shown).not.toHaveProperty('password');
  });

  it('have an e-mail address that nobody else has', async () => {
    const { email } = await aPerson(app, 'viewer', OTHER_TENANT);

    const { body } = await app.api
      .post(ROUTE)
      .send(someone({ email: email.toUpperCase(), tenant_id: TENANT }))
      .expect(409);

    expect(body.code).toBe('email-taken');
  });

  it.each<[string, object, string]>([
    ['no e-mail address', { email: 'ana' }, 'email'],
    ['an e-mail address with NUL', { email: 'a\0@example.com' }, 'email'],
    ['an e-mail address with half a character', { email: 'a\ud800@example.com' }, 'email'],
    ['no name', { name: ' ' }, 'name'],
    ['a name with NUL', { name: 'Ana\0' }, 'name'],
    ['a role that does not exist', { role: 'root' }, 'role'],
    ['a password of the admin’s choosing', { password: PASSWORD }, 'password'],
    ['no tenant', { tenant_id: undefined }, 'tenant_id'],
    ['a tenant for a platform-admin', { role: 'platform-admin' }, 'tenant_id'],
  ])('are refused with %s', async (_, change, field) => {
    const { body } = await app.api
      .post(ROUTE)
      .send(someone({ tenant_id: TENANT, ...change }))
      .expect(422);

    expect(body.errors).toEqual([expect.objectContaining({ field })]);
  });

  it.each(['limit=0', 'role[]=viewer', 'role=root', 'tenant_id=a', 'cursor=a', 'disabled=maybe', 'cursor[a]=b'])(
    'are not listed by %s',
    async (query) => {
      await app.api.get(`${ROUTE}?${query}`).expect(422);
    },
  );

  it('are listed page by page, of one tenant, by role, with or without those who are disabled', async () => {
    const tenantId = newId();
    const made = [];
    for (const role of ['viewer', 'operator', 'viewer'] as const) made.push((await aPerson(app, role, tenantId)).id);
    await app.api.post(`${ROUTE}/${made[0]}/disable`).expect(200);
    const list = (query: object) => app.api.get(ROUTE).query({ tenant_id: tenantId, ...query });

    const first = await list({ limit: 2 });
    const second = await list({ limit: 2, cursor: first.body.paging.next_cursor });

    expect([idsOf(first), idsOf(second)]).toEqual([[made[2], made[1]], [made[0]]]);
    expect(idsOf(await list({ role: 'viewer' }))).toEqual([made[2], made[0]]);
    expect(idsOf(await list({ disabled: false }))).toEqual([made[2], made[1]]);
  });

  it('of a tenant are its admin’s, and nobody else’s are', async () => {
    const tenantId = newId();
    const { browser, person } = await signedInAs(app, 'admin', tenantId);
    const others = [await aPerson(app, 'viewer', OTHER_TENANT), await aPerson(app, 'platform-admin')];

    const { body: made } = await browser.post(ROUTE).send(someone()).expect(201);
    const listed = await browser.get(ROUTE).expect(200);

    expect(made.tenant_id).toBe(tenantId);
    expect(idsOf(listed)).toEqual([made.id, person.id]);
    for (const { id } of others) {
      await browser.get(`${ROUTE}/${id}`).expect(404);
      await browser.patch(`${ROUTE}/${id}`).send({ name: 'Mine' }).expect(404);
      for (const act of ['disable', 'enable', 'reset-password'])
        await browser.post(`${ROUTE}/${id}/${act}`).expect(404);
    }
    await browser
      .post(ROUTE)
      .send(someone({ tenant_id: OTHER_TENANT }))
      .expect(403);
    await browser.get(ROUTE).query({ tenant_id: OTHER_TENANT }).expect(403);
  });

  it('are given no role above that of the admin, themselves neither', async () => {
    const { browser, person } = await signedInAs(app, 'admin');
    const colleague = await aPerson(app, 'viewer');

    const refusals = [
      await browser.post(ROUTE).send(someone({ role: 'platform-admin' })),
      await browser.post(ROUTE).send(someone({ role: 'platform-admin', tenant_id: null })),
      await browser.patch(`${ROUTE}/${colleague.id}`).send({ role: 'platform-admin' }),
      await browser.patch(`${ROUTE}/${person.id}`).send({ role: 'platform-admin', tenant_id: null }),
    ];

    expect(refusals.map(({ status, body }) => [status, body.code])).toEqual(
      Array.from({ length: 4 }, () => [403, 'role-above-own']),
    );
    expect((await browser.get(ME)).body.role).toBe('admin');
  });

  it.each(['viewer', 'operator'] as const)('are no business of a %s', async (role) => {
    const { browser, person } = await signedInAs(app, role);

    await browser.get(ROUTE).expect(403);
    await browser.post(ROUTE).send(someone()).expect(403);
    await browser.patch(`${ROUTE}/${person.id}`).send({ role: 'admin' }).expect(403);
  });

  it('are signed out by another role, and find it when they sign in again', async () => {
    const { browser, person } = await signedInAs(app, 'viewer');
    await app.api.patch(`${ROUTE}/${person.id}`).send({ name: 'Ana María' }).expect(200);
    await browser.get(ME).expect(200);

    const { body } = await app.api.patch(`${ROUTE}/${person.id}`).send({ role: 'admin' }).expect(200);

    expect(body).toMatchObject({ role: 'admin', name: 'Ana María', tenant_id: TENANT });
    await browser.get(ME).expect(401);
    expect((await browser.signIn(person.email)).body).toMatchObject({ role: 'admin', name: 'Ana María' });
  });

  it('move between the platform and a tenant only with both said', async () => {
    const { id } = await aPerson(app, 'admin');

    const { body: up } = await app.api.patch(`${ROUTE}/${id}`).send({ role: 'platform-admin', tenant_id: null });
    await app.api.patch(`${ROUTE}/${id}`).send({ role: 'admin' }).expect(422);
    const { body: down } = await app.api.patch(`${ROUTE}/${id}`).send({ role: 'admin', tenant_id: OTHER_TENANT });

    expect([up.tenant_id, down.tenant_id]).toEqual([null, OTHER_TENANT]);
  });

  it.each([{ name: null }, { role: null }, { email: 'a@example.com' }])('are not changed by %j', async (change) => {
    const { id } = await aPerson(app, 'viewer');

    await app.api.patch(`${ROUTE}/${id}`).send(change).expect(422);
  });

  it('who are disabled are signed out, and in again only once they are enabled', async () => {
    const { browser, person } = await signedInAs(app, 'operator');

    const { body } = await app.api.post(`${ROUTE}/${person.id}/disable`).expect(200);

    expect(body).toMatchObject({ state: 'disabled', disabled_at: expect.any(String) });
    await browser.get(ME).expect(401);
    expect((await new Browser(app).signIn(person.email)).status).toBe(401);
    await app.api.post(`${ROUTE}/${person.id}/enable`).expect(200);
    await browser.get(ME).expect(401);
    expect((await browser.signIn(person.email)).status).toBe(200);
  });

  it('whose password is reset are signed out, and have a new one to change', async () => {
    const { browser, person } = await signedInAs(app, 'operator');

    const { body } = await app.api.post(`${ROUTE}/${person.id}/reset-password`).expect(200);

    await browser.get(ME).expect(401);
    expect((await browser.signIn(person.email)).status).toBe(401);
    expect((await browser.signIn(person.email, body.password)).body.must_change_password).toBe(true);
  });

  it.each(['a', newId()])('that do not exist, such as %s, are not found', async (id) => {
    await app.api.get(`${ROUTE}/${id}`).expect(404);
    await app.api.post(`${ROUTE}/${id}/disable`).expect(404);
  });

  describe('of the platform', () => {
    const activeAdmins = () => app.nest.get(PersonRepository).list({ role: 'platform-admin', withDisabled: false });
    /** Until `left` remain. */
    const disableAll = async (left: number) => {
      const [...admins] = await activeAdmins();
      for (const { id } of admins.slice(left)) await app.api.post(`${ROUTE}/${id}/disable`).expect(200);
    };

    it('act for every tenant, and name it', async () => {
      const { browser } = await signedInAs(app, 'platform-admin');

      const { body: made } = await browser
        .post(ROUTE)
        .send(someone({ tenant_id: OTHER_TENANT }))
        .expect(201);
      const { body: refused } = await browser.post(ROUTE).send(someone()).expect(422);

      expect(made.tenant_id).toBe(OTHER_TENANT);
      expect(refused.detail).toContain('is required of a platform-admin');
      await browser
        .post(ROUTE)
        .send(someone({ role: 'platform-admin' }))
        .expect(201);
      await browser.get('/api/v1/whatsapp/webhook-deliveries').expect(200);
    });

    it('are never without one who can sign in', async () => {
      const last = await aPerson(app, 'platform-admin');
      await disableAll(1);

      const refusals = [
        await app.api.post(`${ROUTE}/${last.id}/disable`),
        await app.api.patch(`${ROUTE}/${last.id}`).send({ role: 'admin', tenant_id: TENANT }),
      ];

      expect(refusals.map(({ status, body }) => [status, body.code])).toEqual([
        [409, 'last-platform-admin'],
        [409, 'last-platform-admin'],
      ]);
    });

    it('keep one when two disable each other at the same time', async () => {
      const { browser: one, person: first } = await signedInAs(app, 'platform-admin');
      const { browser: other, person: second } = await signedInAs(app, 'platform-admin');
      await disableAll(2);

      await Promise.all([
        one.post(`${ROUTE}/${second.id}/disable`).send(),
        other.post(`${ROUTE}/${first.id}/disable`).send(),
      ]);

      expect(await activeAdmins()).toHaveLength(1);
    });
  });
});

describe('the first admin', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
  });

  afterAll(() => app.stop());

  it('is made once, by replicas that start together, and is nobody that comes back once there is another', async () => {
    const first = { email: 'First@example.com', password: PASSWORD };
    const service = app.nest.get(FirstAdminService);

    await Promise.all([service.ensure(first), service.ensure(first), service.ensure(first)]);
    await service.ensure({ email: 'second@example.com', password: PASSWORD });

    const { body } = await app.api.get(ROUTE).expect(200);
    expect(body.data).toEqual([
      expect.objectContaining({ email: 'first@example.com', role: 'platform-admin', password_is_temporary: false }),
    ]);
    expect((await new Browser(app).signIn('first@example.com')).body.role).toBe('platform-admin');
  });

  it('is refused with a password that anybody would try', async () => {
    const common = { email: 'b@example.com', password: 'password-2026' };
    await app.database.query('DELETE FROM people');

    await expect(app.nest.get(FirstAdminService).ensure(common)).rejects.toThrow(/ADMIN_PASSWORD: is one of the first/);
  });
});
