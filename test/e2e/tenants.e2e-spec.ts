import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { newId } from '#common';
import { SenderDirectory, TenantDirectory } from '#tenants';

import { aPhone } from '../factories/messages.ts';
import { eventually } from '../support/eventually.ts';
import { DOORS, startTestApp, type TestApp } from '../support/test-app.ts';

const TENANTS = '/api/v1/tenants';
const NUMBERS = '/api/v1/sending-numbers';
const MESSAGES = '/api/v1/whatsapp/messages';
const WABA = '900000000000002';

const idsOf = ({ body }: { body: { data: { id: string }[] } }) => body.data.map(({ id }) => id);

describe.each(DOORS)('tenants, $door,', ({ hotRoutes }) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ hotRoutes });
  });

  afterAll(() => app.stop());

  const aTenant = async (change: object = {}) =>
    (
      await app.api
        .post(TENANTS)
        .send({ name: 'Acme', ...change })
        .expect(201)
    ).body;
  const aKey = async (tenantId: string) => {
    const scopes = ['messages:send', 'messages:read', 'admin'];
    return (await app.api.post('/api/v1/api-keys').send({ name: 'shop', tenant_id: tenantId, scopes })).body.key;
  };
  const as = (key: string) => ({
    get: (path: string) => app.anonymous.get(path).set('X-API-Key', key),
    send: (body: object) =>
      app.anonymous
        .post(MESSAGES)
        .set('X-API-Key', key)
        .send({ text: 'Hola', ...body }),
  });
  const sendFor = (tenantId: string, body: object = {}) =>
    app.api.post(MESSAGES).send({ tenant_id: tenantId, to: aPhone(), text: 'Hola', ...body });

  it('are registered, changed, shown and removed', async () => {
    const made = await aTenant({ default_country: 'ES' });
    const path = `${TENANTS}/${made.id}`;

    const changed = await app.api.patch(path).send({ name: 'Acme S.A.', default_country: null }).expect(200);
    const untouched = await app.api.patch(path).send({}).expect(200);
    const shown = await app.api.get(path).expect(200);
    await app.api.delete(path).expect(204);

    expect(made).toMatchObject({ name: 'Acme', default_country: 'ES', state: 'active', suspended_at: null });
    expect(changed.body).toMatchObject({ id: made.id, name: 'Acme S.A.', default_country: null });
    for (const { body } of [untouched, shown]) expect(body).toMatchObject({ name: 'Acme S.A.', state: 'active' });
    await app.api.get(path).expect(404);
    await app.api.delete(path).expect(404);
  });

  it('keep the id they have elsewhere, once, and are listed by when they were registered', async () => {
    const id = '11111111-1111-4111-8111-1111111111AA';
    const [older, adopted, newer] = [await aTenant(), await aTenant({ id }), await aTenant()];

    const again = await app.api.post(TENANTS).send({ name: 'Acme', id }).expect(409);
    const first = await app.api.get(TENANTS).query({ limit: 2 }).expect(200);
    const cursor = first.body.paging.next_cursor;
    const second = await app.api.get(TENANTS).query({ limit: 1, cursor }).expect(200);
    await app.api.delete(`${TENANTS}/${id}`).expect(204);

    expect(again.body.code).toBe('tenant-exists');
    expect(adopted.id).toBe(id.toLowerCase());
    expect([idsOf(first), idsOf(second)]).toEqual([[newer.id, adopted.id], [older.id]]);
  });

  it('need no registration', async () => {
    const key = await aKey(newId());

    await as(key).send({ to: aPhone() }).expect(202);
    await as(key).get(MESSAGES).expect(200);
  });

  it('read phone numbers without + as their country writes them', async () => {
    const { id } = await aTenant({ default_country: 'ES' });

    const own = await sendFor(id, { to: '612345678' }).expect(202);
    const other = await sendFor(newId(), { to: '612345678' }).expect(422);

    expect(own.body.to).toBe('+34612345678');
    expect(other.body.code).toBe('recipient-phone-invalid');
  });

  it('that are suspended have their keys refused and their messages held, until they are resumed', async () => {
    const { id } = await aTenant();
    const key = await aKey(id);
    const suspended = await app.api.patch(`${TENANTS}/${id}`).send({ suspended: true }).expect(200);

    const refused = [await as(key).send({ to: aPhone() }), await as(key).get(MESSAGES)];
    const { body: message } = await sendFor(id).expect(202);
    const { body: other } = await sendFor(newId()).expect(202);
    const messageOf = async (messageId: string) => (await app.api.get(`${MESSAGES}/${messageId}`)).body;
    await eventually(async () => expect(await messageOf(other.id)).toMatchObject({ status: 'READ' }));
    await eventually(async () =>
      expect(await messageOf(message.id)).toMatchObject({
        status: 'PENDING',
        pending_reason: 'held',
        error: { code: 'tenant-suspended', action: expect.stringContaining('PATCH') },
      }),
    );
    const listed = await app.api.get(TENANTS).query({ state: 'suspended' });
    await app.api.patch(`${TENANTS}/${id}`).send({ suspended: false }).expect(200);

    expect(suspended.body).toMatchObject({ state: 'suspended', suspended_at: expect.any(String) });
    for (const { status, body } of refused) expect([status, body.code]).toEqual([403, 'tenant-suspended']);
    expect(idsOf(listed)).toEqual([id]);
    await as(key).send({ to: aPhone() }).expect(202);
    await eventually(async () => expect(await messageOf(message.id)).toMatchObject({ status: 'READ', error: null }));
  });

  it('are not removed while they have messages, and take their numbers and keys with them', async () => {
    const [busy, quiet] = [await aTenant(), await aTenant()];
    const [phoneNumberId, key] = ['300000000000003', await aKey(quiet.id)];
    await sendFor(busy.id).expect(202);
    await app.api
      .put(`${NUMBERS}/${phoneNumberId}?verify=false`)
      .send({ tenant_id: quiet.id, business_account_id: WABA, access_token: 'EAAG-quiet' })
      .expect(200);
    await as(key).get(MESSAGES).expect(200);

    const refused = await app.api.delete(`${TENANTS}/${busy.id}`).expect(409);
    await app.api.delete(`${TENANTS}/${quiet.id}`).expect(204);

    expect(refused.body).toMatchObject({ code: 'tenant-has-messages', detail: expect.stringContaining('suspend') });
    await app.api.get(`${NUMBERS}/${phoneNumberId}`).expect(404);
    expect(app.nest.get(SenderDirectory).byPhoneNumberId(phoneNumberId)).toBeUndefined();
    await as(key).get(MESSAGES).expect(401);
  });

  it('are no business of a tenant’s key, even of their own', async () => {
    const { id } = await aTenant();
    const key = await aKey(id);

    const answers = [await as(key).get(TENANTS), await as(key).get(`${TENANTS}/${id}`), await as(key).get(NUMBERS)];

    for (const { status, body } of answers) expect([status, body.code]).toEqual([403, 'platform-key-required']);
    await app.anonymous.get(TENANTS).expect(401);
  });

  it.each<[string, object, string]>([
    ['no name', { name: undefined }, 'name'],
    ['a name with a NUL', { name: 'a\0b' }, 'name'],
    ['half a character', { name: '\ud800' }, 'name'],
    ['a country that does not exist', { default_country: 'XX' }, 'default_country'],
    ['an id that is no UUID', { id: '1' }, 'id'],
    ['a field that is not known', { colour: 'red' }, 'colour'],
  ])('are refused with %s', async (_, change, field) => {
    const { body } = await app.api
      .post(TENANTS)
      .send({ name: 'Acme', ...change })
      .expect(422);

    expect(body.errors).toEqual([{ field, message: expect.any(String) }]);
  });

  it.each([{ name: null }, { suspended: null }, { suspended: 'yes' }, { id: newId() }])(
    'are not changed by %j',
    async (change) => {
      const { id } = await aTenant();

      await app.api.patch(`${TENANTS}/${id}`).send(change).expect(422);
    },
  );

  it.each(['state[]=active', 'state=both', 'limit=0', 'cursor[]=1', 'cursor=%00'])(
    'are not listed by ?%s',
    async (query) => {
      await app.api.get(`${TENANTS}?${query}`).expect(422);
    },
  );

  it.each(['a', newId(), '%00'])('that do not exist, such as %s, are not found', async (id) => {
    await app.api.get(`${TENANTS}/${id}`).expect(404);
    await app.api.patch(`${TENANTS}/${id}`).send({ name: 'b' }).expect(404);
    await app.api.delete(`${TENANTS}/${id}`).expect(404);
  });
});

describe('numbers of tenants', () => {
  const NUMBER = '200000000000002';
  let apps: [TestApp, TestApp];
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    app = await startTestApp();
    apps = [app, await startTestApp({ beside: app })];
    token = app.config.whatsapp.accessToken;
    app.simulator.setPhoneNumber(NUMBER, {});
  });

  afterAll(async () => {
    for (const one of apps.toReversed()) await one.stop();
  });

  const aNumber = (change: object = {}) => ({
    tenant_id: newId(),
    business_account_id: WABA,
    access_token: token,
    ...change,
  });
  const put = (body: object, id = NUMBER, query = '') => app.api.put(`${NUMBERS}/${id}${query}`).send(body);

  it('are stored when Meta knows them by their token', async () => {
    const { body } = await put(aNumber({ api_version: 'v25.0' })).expect(200);

    expect(body).toMatchObject({
      phone_number_id: NUMBER,
      api_version: 'v25.0',
      access_token_fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      access_token_set_at: expect.any(String),
    });
    expect((await app.api.get(`${NUMBERS}/${NUMBER}`).expect(200)).body).toEqual(body);
  });

  it.each([
    ['a token that Meta refuses', NUMBER, { access_token: 'EAAG-another' }, 'access_token', '190'],
    ['a number that Meta does not know', '200000000000099', {}, 'phone_number_id', '100'],
  ])('are refused with %s, in its words, unless Meta is not to be asked', async (_, id, change, field, code) => {
    const refused = await put(aNumber(change), id).expect(422);
    const { body } = await put(aNumber(change), id, '?verify=false').expect(200);

    expect(refused.body).toMatchObject({ code: 'sending-number-refused', errors: [{ field }] });
    expect(refused.body.detail).toContain(`(${code})`);
    expect(refused.body.detail).toContain('verify=false');
    expect(refused.text).not.toContain('EAAG-another');
    expect(body.phone_number_id).toBe(id);
  });

  it('get a new token, and nothing else, without a restart and in every replica', async () => {
    const before = (await put(aNumber({ access_token: 'EAAG-old', messages_per_second: 250 }), NUMBER, '?verify=false'))
      .body;

    const { body } = await app.api.patch(`${NUMBERS}/${NUMBER}`).send({ access_token: token }).expect(200);
    const same = await app.api.patch(`${NUMBERS}/${NUMBER}`).send({ messages_per_second: null }).expect(200);

    expect(body).toMatchObject({ tenant_id: before.tenant_id, messages_per_second: 250 });
    expect(body.access_token_fingerprint).not.toBe(before.access_token_fingerprint);
    expect(Date.parse(body.access_token_set_at)).toBeGreaterThan(Date.parse(before.access_token_set_at));
    expect(same.body).toMatchObject({ messages_per_second: null, access_token_set_at: body.access_token_set_at });
    for (const { nest } of apps) {
      await eventually(() =>
        expect(nest.get(SenderDirectory).byPhoneNumberId(NUMBER)).toMatchObject({ accessToken: token }),
      );
    }
  });

  it('are listed, also those of one tenant alone', async () => {
    const mine = newId();
    await put(aNumber({ tenant_id: mine })).expect(200);

    const { body } = await app.api.get(NUMBERS).query({ tenant_id: mine }).expect(200);
    const none = await app.api.get(NUMBERS).query({ tenant_id: newId() }).expect(200);

    expect(body).toMatchObject({ data: [{ phone_number_id: NUMBER }], paging: { next_cursor: null } });
    expect(none.body.data).toEqual([]);
  });

  it.each<[object, string, string]>([
    [{ access_token: null }, '', 'access_token'],
    [{ api_version: '26' }, '', 'api_version'],
    [{ messages_per_second: 0 }, '', 'messages_per_second'],
    [{ app_id: newId() }, '', 'app_id'],
    [{}, '?verify=perhaps', 'verify'],
    [{}, '?verify=true&verify=true', 'verify'],
  ])('are not changed by %j %s', async (change, query, field) => {
    await put(aNumber()).expect(200);

    const { body } = await app.api.patch(`${NUMBERS}/${NUMBER}${query}`).send(change).expect(422);

    expect(body.errors).toEqual([{ field, message: expect.any(String) }]);
  });

  it('are not found before they are stored', async () => {
    for (const id of ['a', '200000000000098']) {
      await app.api.get(`${NUMBERS}/${id}`).expect(404);
      await app.api.patch(`${NUMBERS}/${id}`).send({ messages_per_second: 5 }).expect(404);
      await app.api.delete(`${NUMBERS}/${id}`).expect(404);
    }
  });

  it('of a suspended tenant: every replica hears of it', async () => {
    const { id } = (await app.api.post(TENANTS).send({ name: 'Acme' }).expect(201)).body;
    await app.api.patch(`${TENANTS}/${id}`).send({ suspended: true }).expect(200);

    await eventually(() => expect(apps[1].nest.get(TenantDirectory).isSuspended(id)).toBe(true));
  });
});
