import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { AuditTrail } from '#audit';
import { newId, queryRows } from '#common';
import { ApiKeyRepository, type Caller, type Scope, SCOPES } from '#tenants';

import { BatchesService } from '../../apps/api/src/messages/batches.service.ts';
import { MessagesService } from '../../apps/api/src/messages/messages.service.ts';
import { aDelivery, anInboundChange } from '../factories/deliveries.ts';
import { aMessage, aPhone, aWamid } from '../factories/messages.ts';
import { eventually } from '../support/eventually.ts';
import { ADMIN_KEY, DOORS, startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const ROUTE = '/api/v1/audit';
const KEYS = '/api/v1/api-keys';
const APPS = '/api/v1/meta-apps';
const NUMBERS = '/api/v1/sending-numbers';
const MESSAGES = '/api/v1/whatsapp/messages';
const TEMPLATE_KEYS = '/api/v1/whatsapp/template-keys';
const OTHER_TENANT = '01930000-0000-7000-8000-000000000002';

interface Entry {
  id: string;
  action: string;
  outcome: string;
  code: string | null;
  tenant_id: string | null;
  object: { kind: string; id: string | null };
  before: unknown;
  after: unknown;
}

describe.each(DOORS)('the audit log, $door,', ({ hotRoutes }) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ hotRoutes });
    await eventually(async () => expect((await app.api.get('/api/v1/whatsapp/templates')).body.data).not.toEqual([]));
  });

  afterAll(() => app.stop());

  const list = async (query: object = {}): Promise<Entry[]> =>
    (await app.api.get(ROUTE).query(query).expect(200)).body.data;
  const aKey = async (...scopes: Scope[]) =>
    new ApiKeyRepository(app.database).create({ name: 'desk', tenantId: TENANT, scopes, expiresAt: null });
  const as = (key: string) => `Bearer ${key}`;
  type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Asks, and answers what the log has of it, oldest first. */
  async function told(method: Method, path: string, { body = {}, key = ADMIN_KEY, status = /^2/ } = {}) {
    const requestId = newId();
    const headers = { Authorization: as(key), 'X-Request-Id': requestId, 'User-Agent': 'browser' };
    const asked = app.anonymous[method](path).set(headers);
    const answer = await (method === 'get' || method === 'delete' ? asked : asked.send(body));
    expect({ status: String(answer.status), body: answer.body as object }).toMatchObject({
      status: expect.stringMatching(status),
    });
    // What ends with an answer that is streamed is written down after it.
    let entries: Entry[] = [];
    await eventually(async () => {
      entries = (await list({ q: requestId })).reverse();
      expect(entries.at(-1)?.outcome).not.toBe('begun');
    });
    return { answer: answer.body, entries };
  }
  const aPendingMessage = (tenantId = TENANT) =>
    aMessage(app.database, { tenantId, pendingReason: 'scheduled', nextAttemptAt: new Date(Date.now() + 9e8) });

  describe('has one entry for each', () => {
    it('API key that is made, replaced and revoked, without the key', async () => {
      const made = await told('post', KEYS, { body: { name: 'erp', tenant_id: TENANT, scopes: ['messages:read'] } });
      const { id, key } = made.answer;
      const rotated = await told('post', `${KEYS}/${id}/rotate`, { body: { overlap_seconds: 60 } });
      const revoked = await told('delete', `${KEYS}/${id}`);

      expect(made.entries).toEqual([
        expect.objectContaining({
          action: 'api-key.created',
          actor: { kind: 'environment', id: null, name: 'ADMIN_API_KEY' },
          object: { kind: 'api-key', id },
          tenant_id: TENANT,
          outcome: 'done',
          before: null,
          after: expect.objectContaining({ name: 'erp', scopes: ['messages:read'], key: '[secret]' }),
          address: '127.0.0.1',
          user_agent: 'browser',
        }),
      ]);
      expect(rotated.entries).toMatchObject([
        {
          action: 'api-key.rotated',
          object: { id },
          before: { expires_at: null },
          after: { expires_at: expect.any(String) },
        },
      ]);
      expect(revoked.entries).toMatchObject([
        {
          action: 'api-key.revoked',
          before: { state: 'active', revoked_at: null },
          after: { state: 'revoked', revoked_at: expect.any(String) },
        },
      ]);
      expect(JSON.stringify(await list({ limit: 200 }))).not.toContain(key);
    });

    it('app and sending number that is stored, changed and removed, without their secrets', async () => {
      const secrets = { app_secret: 'app-secret-1', verify_token: 'verify-token-1' };
      const made = await told('post', APPS, { body: { name: newId(), ...secrets } });
      const path = `${APPS}/${made.answer.id}`;
      const changed = await told('patch', path, { body: { name: newId(), app_secret: 'app-secret-2' } });
      const number = `${NUMBERS}/2${String(Date.now())}`;
      const body = { tenant_id: TENANT, business_account_id: '900000000000002', access_token: 'EAAG-secret' };
      const stored = await told('put', `${number}?verify=false`, { body });
      const slowed = await told('put', `${number}?verify=false`, { body: { ...body, messages_per_second: 5 } });
      const removed = await told('delete', number);
      const gone = await told('delete', path);

      const all = [made, changed, stored, slowed, removed, gone].flatMap(({ entries }) => entries);
      expect(all).toMatchObject([
        { action: 'meta-app.created', before: null, tenant_id: null },
        { action: 'meta-app.changed', before: { has_previous_secret: false }, after: { has_previous_secret: true } },
        // Meta may be asked first.
        { action: 'sending-number.stored', outcome: 'begun' },
        { action: 'sending-number.stored', before: null, after: { tenant_id: TENANT }, tenant_id: TENANT },
        { action: 'sending-number.stored', outcome: 'begun' },
        { before: { messages_per_second: null }, after: { messages_per_second: 5 } },
        { action: 'sending-number.removed', before: { messages_per_second: 5 }, after: null, tenant_id: TENANT },
        { action: 'meta-app.removed', after: null },
      ]);
      expect(JSON.stringify(all)).not.toMatch(/app-secret-|verify-token-|EAAG/);
    });

    it('message that is cancelled or retried, alone or with its batch', async () => {
      const pending = await aPendingMessage();
      const failed = await aMessage(app.database, { tenantId: TENANT, status: 'FAILED', pendingReason: null });
      const { body: batch } = await app.api.post(`${MESSAGES}/bulk`).send({
        tenant_id: TENANT,
        messages: [{ to: aPhone(), type: 'text', text: 'secret text', send_at: '2027-01-01T00:00:00Z' }],
      });
      const batchPath = `/api/v1/whatsapp/batches/${batch.batch_id}`;

      const cancelled = await told('post', `${MESSAGES}/${pending.id}/cancel`);
      const retried = await told('post', `${MESSAGES}/${failed.id}/retry`);
      const cancelledAll = await told('post', `${batchPath}/cancel`);
      const retriedAll = await told('post', `${batchPath}/retry`);

      expect([cancelled, retried, cancelledAll, retriedAll].flatMap(({ entries }) => entries)).toMatchObject([
        {
          action: 'message.cancelled',
          tenant_id: TENANT,
          object: { kind: 'message', id: pending.id },
          before: { status: 'PENDING', pending_reason: 'scheduled' },
          after: { status: 'CANCELLED', pending_reason: null },
        },
        { action: 'message.retried', before: { status: 'FAILED' }, after: { status: 'PENDING' } },
        { action: 'batch.cancelled', object: { id: batch.batch_id }, after: { cancelled: 1 } },
        { action: 'batch.retried', after: { retried: 0 } },
      ]);
    });

    it('hold that is released', async () => {
      const id = newId();
      await app.database.query(
        `INSERT INTO send_holds (id, scope, scope_key, error, probe_at)
         VALUES ($1, 'waba', '999', '{"code":"368","class":"STOP","title":"t","action":"a"}', now() + interval '1 hour')`,
        [id],
      );

      const { entries } = await told('post', `/api/v1/whatsapp/holds/${id}/release`);

      expect(entries).toMatchObject([
        {
          action: 'hold.released',
          object: { kind: 'hold', id },
          before: { released_by: null },
          after: { released_by: 'admin' },
        },
      ]);
    });

    it('delivery that is replayed', async () => {
      const { body, headers } = aDelivery([
        anInboundChange({ from: '34612340001', text: 'what was said', wamid: aWamid() }),
      ]);
      await fetch(`${app.url}/api/v1/whatsapp/webhook`, { method: 'POST', headers, body: new Uint8Array(body) });
      const [row] = await queryRows<{ id: string }>(app.database, 'SELECT id FROM webhook_deliveries WHERE body = $1', [
        body,
      ]);

      const { entries } = await told('post', `/api/v1/whatsapp/webhook-deliveries/${row!.id}/replay`);

      expect(entries).toMatchObject([{ action: 'webhook-delivery.replayed', object: { id: row!.id } }]);
    });

    it('template key that is chosen and given back', async () => {
      const path = `${TEMPLATE_KEYS}/audited-key`;

      const chosen = await told('put', path, { body: { template: 'po_notification', tenant_id: TENANT } });
      const removed = await told('delete', `${path}?tenant_id=${TENANT}`);

      const target = expect.objectContaining({ key: 'audited-key', template: 'po_notification' });
      expect([...chosen.entries, ...removed.entries]).toMatchObject([
        {
          action: 'template-key.chosen',
          tenant_id: TENANT,
          object: { id: 'audited-key' },
          before: { targets: [] },
          after: { targets: [target] },
        },
        { action: 'template-key.removed', tenant_id: TENANT, before: { targets: [target] }, after: { targets: [] } },
      ]);
    });
  });

  describe('has an entry before and one after what is done outside of the database,', () => {
    it('such as a template that is submitted, changed and removed at Meta', async () => {
      const path = '/api/v1/whatsapp/templates';
      const name = `audited_${hotRoutes}`;
      const components = [{ type: 'BODY', text: 'Tu pedido va en camino.' }];

      const created = await told('post', path, { body: { name, language: 'es', category: 'UTILITY', components } });
      const removed = await told('delete', `${path}/${name}`);

      expect([...created.entries, ...removed.entries]).toMatchObject([
        { action: 'template.created', outcome: 'begun' },
        {
          action: 'template.created',
          outcome: 'done',
          object: { kind: 'template', id: name },
          after: { status: 'PENDING' },
        },
        { action: 'template.removed', outcome: 'begun' },
        { action: 'template.removed', outcome: 'done', before: { es: expect.any(String) }, after: null },
      ]);
    });

    it('and what Meta refuses is told as it ended', async () => {
      const { entries } = await told('post', '/api/v1/whatsapp/templates/nothing_there/es/unpause', { status: /^404/ });

      expect(entries).toMatchObject([{ outcome: 'begun' }, { outcome: 'refused', code: 'template-not-found' }]);
    });

    it.each([
      ['message.exported', `${MESSAGES}/export`],
      ['audit-log.exported', `${ROUTE}/export`],
    ])('such as what is given out: %s', async (action, path) => {
      const { entries } = await told('get', `${path}?tenant_id=${TENANT}&q=Ana`);

      const asked = { tenant_id: TENANT, q: '[left out]' };
      expect(entries).toMatchObject([
        { action, outcome: 'begun', after: asked },
        { action, outcome: 'done', after: asked, tenant_id: TENANT },
      ]);
    });
  });

  describe('has what was refused:', () => {
    it('a scope that is missing, an object of somebody else, a body that is not valid', async () => {
      const reader = await aKey('messages:read');
      const admin = await aKey('admin');
      const { id: foreign } = await new ApiKeyRepository(app.database).create({
        ...{ name: 'other', tenantId: OTHER_TENANT, scopes: ['admin'], expiresAt: null },
      });

      const noScope = await told('delete', `${KEYS}/${foreign}`, { key: reader.key, status: /^403/ });
      const notFound = await told('delete', `${KEYS}/${foreign}`, { key: admin.key, status: /^404/ });
      const invalid = await told('post', KEYS, { key: admin.key, status: /^422/ });

      const actor = { kind: 'api-key', id: admin.id, name: 'desk' };
      expect([noScope, notFound, invalid].flatMap(({ entries }) => entries)).toMatchObject([
        {
          outcome: 'refused',
          code: 'scope-missing',
          actor: { id: reader.id },
          object: { id: foreign },
          tenant_id: TENANT,
        },
        { outcome: 'refused', code: 'not-found', actor, action: 'api-key.revoked', before: null, after: null },
        { outcome: 'refused', code: 'validation-failed', actor, action: 'api-key.created' },
      ]);
    });

    it('a tenant that is no text, of which the entry shows nothing', async () => {
      const { key } = await aKey('templates:write');
      const choice = { template: 'po_notification' };
      const twice = `tenant_id=${TENANT}&tenant_id=${OTHER_TENANT}`;

      const asked = [
        await told('put', `${TEMPLATE_KEYS}/audited-key`, { key, body: { ...choice, tenant_id: 5 }, status: /^422/ }),
        await told('put', `${TEMPLATE_KEYS}/audited-key`, { key, body: { ...choice, tenant_id: {} }, status: /^422/ }),
        await told('delete', `${TEMPLATE_KEYS}/audited-key?${twice}`, { key, status: /^422/ }),
        await told('delete', `/api/v1/whatsapp/templates/po_notification?${twice}`, { key, status: /^422/ }),
      ];

      const refused = { outcome: 'refused', code: 'validation-failed', before: null, after: null };
      expect(asked.map(({ entries }) => entries.at(-1))).toMatchObject(asked.map(() => refused));
    });

    it('and not what nobody with a key asked for, nor more than a caller can be bothered to read', async () => {
      const before = (await list({ limit: 200, outcome: 'refused' })).length;
      const { key, id } = await aKey('messages:read');

      await app.anonymous.delete(`${KEYS}/${newId()}`).expect(401);
      for (let each = 0; each < 35; each++) {
        await app.anonymous.delete(`${KEYS}/${newId()}`).set('Authorization', as(key)).expect(403);
      }

      expect(await list({ limit: 200, actor: id })).toHaveLength(30);
      expect((await list({ limit: 200, outcome: 'refused' })).length - before).toBe(30);
    });
  });

  it('of another tenant holds nothing that a tenant could write there by naming it', async () => {
    const admin = await aKey('admin', 'messages:read');
    const before = await list({ tenant_id: OTHER_TENANT, limit: 200 });

    await told('get', `${ROUTE}/export?tenant_id=${OTHER_TENANT}`, { key: admin.key, status: /^403/ });
    await told('get', `${MESSAGES}/export?tenant_id=${OTHER_TENANT}`, { key: admin.key, status: /^403/ });

    expect(await list({ tenant_id: OTHER_TENANT, limit: 200 })).toEqual(before);
  });

  describe('and a change belong together:', () => {
    it('nothing is changed that could not be told', async () => {
      const { id } = await aKey('admin');
      const pending = await aPendingMessage();
      await app.database.query(
        `CREATE TRIGGER broken BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION keep_audit_entries()`,
      );
      try {
        await app.api.delete(`${KEYS}/${id}`).expect(500);
        await app.api.post(`${MESSAGES}/${pending.id}/cancel`).expect(500);
      } finally {
        await app.database.query('DROP TRIGGER broken ON audit_entries');
      }

      const { body } = await app.api.get(KEYS).query({ tenant_id: TENANT, limit: 200 });
      expect(body.data).toContainEqual(expect.objectContaining({ id, state: 'active' }));
      expect((await app.api.get(`${MESSAGES}/${pending.id}`)).body.status).toBe('PENDING');
    });
  });

  describe('tells what people send, and not what services do:', () => {
    const person = (): Caller => ({
      tenantId: TENANT,
      scopes: SCOPES,
      actor: { kind: 'person', id: newId(), name: 'Operator' },
    });
    const text = (to: string) => ({ to, type: 'text', text: 'words of a person' });

    it('a message', async () => {
      const [caller, phone] = [person(), aPhone()];

      const sent = await app.nest
        .get(MessagesService)
        .send(caller, text(phone), { idempotencyKey: newId(), waitMs: 0 });
      await app.api
        .post(MESSAGES)
        .send({ tenant_id: TENANT, ...text(phone) })
        .expect(202);

      const { id } = sent.body as { id: string };
      const entries = await list({ object: 'message', q: 'message.sent' });
      expect(entries.filter(({ object }) => object.id === id)).toMatchObject([
        { tenant_id: TENANT, actor: caller.actor, after: { to: `${phone.slice(0, 3)}***${phone.slice(-2)}` } },
      ]);
      expect(JSON.stringify(entries)).not.toMatch(new RegExp(`words of a person|\\${phone}`));
      expect(await list({ actor: caller.actor.id })).toHaveLength(1);
    });

    it('many at once', async () => {
      const caller = person();

      await app.nest.get(BatchesService).send(caller, { messages: [text(aPhone()), text('1')] }, undefined);

      expect(await list({ actor: caller.actor.id })).toMatchObject([
        { action: 'batch.sent', tenant_id: TENANT, after: { accepted: 1, refused: 1 } },
      ]);
    });
  });

  describe('is read', () => {
    it('newest first and page by page', async () => {
      const first = await app.api.get(ROUTE).query({ limit: 2 }).expect(200);
      const second = await app.api.get(ROUTE).query({ limit: 2, cursor: first.body.paging.next_cursor }).expect(200);

      const sequences = [...first.body.data, ...second.body.data].map(({ sequence }: { sequence: number }) => sequence);
      expect(sequences).toEqual([...sequences].sort((a, b) => b - a));
      expect(new Set(sequences).size).toBe(4);
    });

    it.each<[string, (entry: Entry) => object]>([
      ['action', ({ action }) => ({ action })],
      ['object', ({ object }) => ({ object: object.kind, object_id: object.id })],
      ['outcome', ({ outcome }) => ({ outcome })],
      ['kind of actor', () => ({ actor_kind: 'environment' })],
      [
        'time',
        () => ({ from: new Date(Date.now() - 60_000).toISOString(), to: new Date(Date.now() + 60_000).toISOString() }),
      ],
      ['text', ({ object }) => ({ q: object.id!.slice(4, 20) })],
    ])('by %s', async (_, toFilter) => {
      const pending = await aPendingMessage();
      const { entries } = await told('post', `${MESSAGES}/${pending.id}/cancel`);
      const failed = await aKey('messages:read');
      await app.anonymous.delete(`${KEYS}/${newId()}`).set('Authorization', as(failed.key)).expect(403);

      const found = await list(toFilter(entries[0]!));

      expect(found.map(({ id }) => id)).toContain(entries[0]!.id);
      if (_ !== 'time') expect(found.map(({ code }) => code)).not.toContain('scope-missing');
    });

    it('not before or after the time that is asked for', async () => {
      expect(await list({ to: '2020-01-01T00:00:00Z' })).toEqual([]);
      expect(await list({ from: '2100-01-01T00:00:00Z' })).toEqual([]);
    });

    it("by a tenant's administrator as far as it concerns the tenant, and by nobody without the scope", async () => {
      const admin = await aKey('admin');
      const reader = await aKey('messages:read');
      for (const tenantId of [TENANT, OTHER_TENANT]) {
        const { id } = await aPendingMessage(tenantId);
        await told('post', `${MESSAGES}/${id}/cancel`);
      }

      const { body } = await app.anonymous
        .get(ROUTE)
        .query({ limit: 200 })
        .set('Authorization', as(admin.key))
        .expect(200);
      const file = await app.anonymous.get(`${ROUTE}/export`).set('Authorization', as(admin.key)).expect(200);

      expect(new Set(body.data.map((entry: Entry) => entry.tenant_id))).toEqual(new Set([TENANT]));
      const tenantsInFile = file.text
        .trimEnd()
        .split('\r\n')
        .slice(1)
        .map((line) => line.split(',')[2]);
      expect(new Set(tenantsInFile)).toEqual(new Set([TENANT]));
      for (const path of [ROUTE, `${ROUTE}/export`]) {
        await app.anonymous
          .get(path)
          .query({ tenant_id: OTHER_TENANT })
          .set('Authorization', as(admin.key))
          .expect(403);
        await app.anonymous.get(path).set('Authorization', as(reader.key)).expect(403);
      }
      await app.anonymous.get(`${ROUTE}/chain`).set('Authorization', as(admin.key)).expect(403);
    });

    it('as a file, in which no spreadsheet finds a formula', async () => {
      await app.nest.get(AuditTrail).record(app.database, {
        ...{ tenantId: null, action: 'note.created', actor: { kind: 'person', id: null, name: '=1+1' } },
      });

      const { text, headers } = await app.api.get(`${ROUTE}/export`).query({ action: 'note.created' }).expect(200);

      expect(headers).toMatchObject({
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': 'attachment; filename="audit-log.csv"',
      });
      expect(text.startsWith('\uFEFFsequence,at,tenant_id,actor_kind,')).toBe(true);
      expect(text).toContain(`,'=1+1,`);
    });

    it.each([
      { limit: 0 },
      { cursor: 'x' },
      { actor: 'me' },
      { action: 'a\0' },
      { action: ['a', 'b'] },
      { object_id: 'a\0' },
      { outcome: 'maybe' },
      { from: 'yesterday' },
      { q: '' },
      { q: { a: 1 } },
      { unknown: 1 },
    ])('and not with %j, which is explained', async (query) => {
      const { body } = await app.api.get(ROUTE).query(query).expect(422);

      expect(body.errors).toEqual([
        { field: expect.stringContaining(Object.keys(query)[0]!), message: expect.any(String) },
      ]);
    });
  });

  it('is in order from its first entry to its last, and says so', async () => {
    const { body } = await app.api.get(`${ROUTE}/chain`).expect(200);

    const [{ sequence }] = (await list({ limit: 1 })) as unknown as [{ sequence: number }];
    expect(body).toEqual({ entries: sequence, head: { sequence, hash: expect.any(String) }, broken: null });
  });
});
