import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { ApiKeyRepository, type Scope } from '#tenants';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import { eventually } from '../support/eventually.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const KEYS = '/api/v1/whatsapp/template-keys';
const MESSAGES = '/api/v1/whatsapp/messages';
const OTHER_TENANT = '01930000-0000-7000-8000-000000000002';
const KEY = 'order-approved';

describe('template keys', () => {
  let simulator: RunningSimulator;
  let app: TestApp;

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0, statusDelaysMs: { sent: 5, delivered: 10, read: 10 } });
    for (const name of ['order_v1', 'order_v2'])
      for (const language of ['es', 'en_US']) simulator.setTemplate(name, language, {});
    app = await startTestApp({ simulator });
    await eventually(async () => expect((await app.api.get('/api/v1/whatsapp/templates')).body.data).not.toEqual([]));
  });

  beforeEach(async () => {
    for (const { key, tenant_id } of [...(await list()), ...(await list(TENANT))])
      await app.api.delete(`${KEYS}/${key}`).query(tenant_id ? { tenant_id } : {});
  });

  afterAll(async () => {
    await app.stop();
    await simulator.stop();
  });

  const list = async (tenant_id?: string) =>
    (
      await app.api
        .get(KEYS)
        .query(tenant_id ? { tenant_id } : {})
        .expect(200)
    ).body.data as {
      key: string;
      tenant_id: string | null;
    }[];
  const choose = (template: string, more: object = {}) => app.api.put(`${KEYS}/${KEY}`).send({ template, ...more });
  const send = (template: object, more: object = {}) =>
    app.api.post(MESSAGES).send({ tenant_id: TENANT, to: '+34691551003', type: 'template', template, ...more });
  const byKey = (language = 'es') => ({ key: KEY, language });
  /** Which template of Meta's a send by the key is stored as. */
  const meant = async (language = 'es', tenant_id = TENANT) =>
    (await send(byKey(language), { tenant_id }).expect(202)).body.template_name as string;
  const keyOf = async (tenantId: string | null, scope: Scope) => {
    const keys = new ApiKeyRepository(app.database);
    return `Bearer ${(await keys.create({ name: scope, tenantId, scopes: [scope], expiresAt: null })).key}`;
  };

  it("are sent under Meta's name, and can be moved to another template", async () => {
    await choose('order_v1').expect(200, { key: KEY, template: 'order_v1', language: null, tenant_id: null });
    const first = await meant();
    await choose('order_v2', { language: 'es' }).expect(200);

    expect([first, await meant(), await meant('en_US')]).toEqual(['order_v1', 'order_v2', 'order_v1']);
    await eventually(() =>
      expect(simulator.ledger().filter(({ text }) => text === 'Template order_v2.')).toHaveLength(1),
    );
    expect((await app.api.get(`${KEYS}/${KEY}`).expect(200)).body.data).toEqual([
      { key: KEY, template: 'order_v1', language: 'en_US', tenant_id: null },
      { key: KEY, template: 'order_v2', language: 'es', tenant_id: null },
    ]);
  });

  it('are a tenant’s own where it chose one', async () => {
    await choose('order_v1');
    const key = await keyOf(TENANT, 'templates:write');

    const { body } = await app.anonymous
      .put(`${KEYS}/${KEY}`)
      .set('Authorization', key)
      .send({ template: 'order_v2' })
      .expect(200);

    expect(body).toMatchObject({ template: 'order_v2', tenant_id: TENANT });
    expect([await meant(), await meant('es', OTHER_TENANT)]).toEqual(['order_v2', 'order_v1']);
    await app.anonymous.delete(`${KEYS}/${KEY}`).set('Authorization', key).expect(204);
    await app.anonymous.delete(`${KEYS}/${KEY}`).set('Authorization', key).expect(404);
    expect(await meant()).toBe('order_v1');
  });

  it('are the names of templates, until one is chosen', async () => {
    const { body } = await send({ key: 'order_v1', language: 'es' }).expect(202);

    expect(body).toMatchObject({ template_name: 'order_v1' });
    expect(await list()).toEqual([]);
  });

  it('name the template of a fallback, too', async () => {
    await choose('order_v1');
    const fallback = { template: byKey() };

    const { body } = await app.api
      .post(MESSAGES)
      .send({ tenant_id: TENANT, to: '+34691551013', type: 'text', text: 'Hola', fallback })
      .expect(202);
    const refused = await app.api
      .post(MESSAGES)
      .send({ tenant_id: TENANT, to: '+34691551013', type: 'text', text: 'Hola', fallback: { template: byKey('fr') } });

    const [stored] = await app.database.query(
      `SELECT coalesce(m.template_name, f.template_name) AS name, coalesce(f.content, m.content)->'template' AS template
       FROM whatsapp_messages m LEFT JOIN message_fallbacks f ON f.message_id = m.id WHERE m.id = $1`,
      [body.id],
    );
    expect(stored).toEqual({ name: 'order_v1', template: { name: 'order_v1', language: { code: 'es' } } });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ field: 'fallback.template.language' }] } });
  });

  it.each<[string, object, string, RegExp]>([
    ['an unknown key', { key: 'order-aproved', language: 'es' }, 'template.key', /did you mean order-approved\?/],
    ['a language it does not have', { key: KEY, language: 'fr' }, 'template.language', /there is en_US, es/],
    ['a name beside it', { key: KEY, name: 'order_v1', language: 'es' }, 'template.key', /leave one of them out/],
    ['parameters it does not take', { key: KEY, language: 'es', parameters: ['x'] }, 'template.parameters', /./],
  ])('refuse a send with %s', async (_, template, field, message) => {
    await choose('order_v1');

    const { body } = await send(template).expect(422);

    expect(body.errors).toContainEqual({
      field: expect.stringContaining(field),
      message: expect.stringMatching(message),
    });
  });

  it.each<[string, string, object, string[]]>([
    ['a template that does not exist', KEY, { template: 'order_v3' }, ['template']],
    ['a language that it does not have', KEY, { template: 'order_v1', language: 'fr' }, ['language']],
    ['a key of other letters, and no such template', 'Order!', { template: 'nope' }, ['key', 'template']],
    ['no template', KEY, {}, ['template']],
    ['an unknown field', KEY, { template: 'order_v1', name: 'x' }, ['name']],
    ['a tenant that is none', KEY, { template: 'order_v1', tenant_id: 'x' }, ['tenant_id']],
    ['a language that is none', KEY, { template: 'order_v1', language: 'Spanish' }, ['language']],
  ])('are not pointed at %s', async (_, key, body, fields) => {
    const answer = await app.api
      .put(`${KEYS}/${encodeURIComponent(key)}`)
      .send(body)
      .expect(422);

    expect(answer.body.errors.map(({ field }: { field: string }) => field)).toEqual(fields);
  });

  it('name the template that was meant', async () => {
    const { body } = await choose('order_v3').expect(422);

    expect(body.errors[0].message).toMatch(/did you mean order_v\d\?/);
  });

  it.each(['nowhere', 'Order!', '%00'])('do not lead anywhere from %s', async (key) => {
    await app.api.get(`${KEYS}/${key}`).expect(404);
    await app.api.delete(`${KEYS}/${key}`).expect(404);
  });

  it('need a key with the right scope, and belong to a tenant', async () => {
    const read = await keyOf(TENANT, 'templates:read');
    const write = await keyOf(TENANT, 'templates:write');

    await app.anonymous.get(KEYS).expect(401);
    await app.anonymous.put(`${KEYS}/${KEY}`).send({ template: 'order_v1' }).expect(401);
    await app.anonymous.get(KEYS).set('Authorization', read).expect(200);
    await app.anonymous.put(`${KEYS}/${KEY}`).set('Authorization', read).send({ template: 'order_v1' }).expect(403);
    await app.anonymous.delete(`${KEYS}/${KEY}`).set('Authorization', read).expect(403);
    await app.anonymous
      .put(`${KEYS}/${KEY}`)
      .set('Authorization', write)
      .send({ template: 'order_v1', tenant_id: OTHER_TENANT })
      .expect(403);
  });
});
