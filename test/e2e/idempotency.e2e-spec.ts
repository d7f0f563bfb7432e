import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { newId, queryRows } from '#common';

import { createOpenApiDocument } from '../../apps/api/src/operations/openapi/document.ts';
import { operationsOf } from '../../apps/api/src/operations/openapi/json-schema.ts';
import { aPhone } from '../factories/messages.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const KEYS = '/api/v1/api-keys';
const OTHER_TENANT = '01930000-0000-7000-8000-000000000002';

/** What may be made twice by mistake; each call is a request of its own. */
const CREATIONS: [string, () => object, number][] = [
  [KEYS, () => ({ name: `erp ${newId()}`, tenant_id: TENANT, scopes: ['messages:read'] }), 201],
  [
    '/api/v1/people',
    () => ({ email: `${newId()}@example.com`, name: 'Ana García', role: 'viewer', tenant_id: TENANT }),
    201,
  ],
  ['/api/v1/tenants', () => ({ name: `Acme ${newId()}` }), 201],
  [
    '/api/v1/meta-apps',
    () => ({ name: `shop ${newId()}`, app_secret: 'a'.repeat(32), verify_token: 'verify-token' }),
    201,
  ],
  ['/api/v1/whatsapp/personal-data/erasures', () => ({ phone: aPhone(), tenant_id: TENANT }), 202],
];

/** Routes that answer 201 and take no key, with the reason. */
const WITHOUT_KEY: Record<string, string> = {
  '/api/v1/whatsapp/templates/header-examples': 'a handle of Meta for one submission, of no use by itself',
  '/api/send-message': 'old, and answered to the letter',
};

describe('Idempotency-Key', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
  });

  afterAll(() => app.stop());

  const post = (path: string, body: object, key: string) => app.api.post(path).set('Idempotency-Key', key).send(body);
  const codesOf = async (objectId: string) => {
    const sql = 'SELECT code FROM audit_entries WHERE object_id = $1 ORDER BY sequence';
    return (await queryRows<{ code: string | null }>(app.database, sql, [objectId])).map(({ code }) => code);
  };

  describe.each(CREATIONS)('of POST %s', (path, request, status) => {
    it('makes two requests one, and the audit log tells which was the repetition', async () => {
      const [body, key] = [request(), newId()];

      const first = await post(path, body, key);
      const second = await post(path, body, key);

      expect([first.status, first.headers['idempotency-replayed']]).toEqual([status, undefined]);
      expect([second.status, second.headers['idempotency-replayed']]).toEqual([status, 'true']);
      expect(second.body).toEqual(first.body);
      expect(await codesOf(first.body.id)).toEqual([null, 'idempotency-replayed']);
    });

    it('makes ten requests at once one', async () => {
      const [body, key] = [request(), newId()];

      const answers = await Promise.all(Array.from({ length: 10 }, () => post(path, body, key)));

      // Who asks too early is told to ask again, and gets the one answer then.
      const created = answers.filter(({ status }) => status < 300);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([created[0]!.status, ...early(answers)]));
      expect(new Set(created.map((answer) => answer.body.id)).size).toBe(1);
      expect((await post(path, body, key)).body).toEqual(created[0]!.body);
    });

    it('is refused for another body', async () => {
      const key = newId();
      await post(path, request(), key);

      const { status, body } = await post(path, request(), key);

      expect([status, body.code]).toEqual([422, 'idempotency-key-reused']);
    });

    it('is free again after a refusal', async () => {
      const key = newId();
      const refused = await post(path, { ...request(), no_such_field: true }, key);

      const made = await post(path, request(), key);

      expect([refused.status, made.status < 300]).toEqual([422, true]);
    });
  });

  it('of a rotation leaves one successor', async () => {
    const { body: old } = await post(KEYS, CREATIONS[0]![1](), newId());
    const key = newId();

    const first = await post(`${KEYS}/${old.id}/rotate`, { overlap_seconds: 0 }, key);
    const second = await post(`${KEYS}/${old.id}/rotate`, { overlap_seconds: 0 }, key);

    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
  });

  it('shows a secret again, which the database has not in clear', async () => {
    const key = newId();
    const { body } = await post(KEYS, CREATIONS[0]![1](), key);

    const [row] = await queryRows<{ response_body: string }>(
      app.database,
      'SELECT response_body FROM idempotency_keys WHERE idempotency_key = $1',
      [key],
    );

    expect(row!.response_body).toMatch(/^v1\./);
    expect(row!.response_body).not.toContain(body.key);
    await app.anonymous.get('/api/v1/whatsapp/messages').set('X-API-Key', body.key).expect(200);
  });

  it('of one caller is nobody else’s', async () => {
    const admins = await Promise.all(
      [TENANT, OTHER_TENANT].map(async (tenant_id) => {
        const scopes = ['admin', 'messages:read'];
        return (await app.api.post(KEYS).send({ name: 'admin', tenant_id, scopes })).body.key;
      }),
    );
    const key = newId();

    const made = await Promise.all(
      admins.map((admin) =>
        app.anonymous
          .post(KEYS)
          .set('X-API-Key', admin)
          .set('Idempotency-Key', key)
          .send({ name: 'erp', scopes: ['messages:read'] }),
      ),
    );

    expect(made.map(({ status }) => status)).toEqual([201, 201]);
    expect(made.map(({ body }) => body.tenant_id)).toEqual([TENANT, OTHER_TENANT]);
  });

  it('is taken by every route that creates something', () => {
    const without = operationsOf(createOpenApiDocument(app.nest))
      .filter(({ method, operation }) => method === 'post' && operation.responses['201'])
      .filter(({ operation }) => !JSON.stringify(operation.parameters ?? []).includes('IdempotencyKey'))
      .map(({ path }) => path);

    expect(without.sort()).toEqual(Object.keys(WITHOUT_KEY).sort());
  });
});

function early(answers: { status: number; body: { code?: string } }[]): number[] {
  return answers.filter(({ body }) => body.code === 'idempotency-key-in-use').map(({ status }) => status);
}
