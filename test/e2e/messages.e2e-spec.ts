import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Scope } from '#tenants';

import type { MessagePage } from '../../apps/api/src/messages/messages.service.ts';
import { ApiKeyRepository } from '../../libs/tenants/src/api-keys/api-key.repository.ts';
import { eventually } from '../support/eventually.ts';
import { DOORS, startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const OTHER_TENANT = '01930000-0000-7000-8000-000000000002';
const UNKNOWN_ID = '01930000-0000-7000-8000-00000000ffff';
const ROUTE = '/api/v1/whatsapp/messages';

const template = {
  name: 'po_notification',
  language: 'es',
  parameters: ['Proveedor ABC', 'PO-2024-001', '€1,250.00'],
};
const aTemplateSend = { tenant_id: TENANT, to: '+34612345678', type: 'template', template };

let lastNumber = 0;
/** Each test writes to people of its own: messages to one person wait for each other. */
const aPhone = (): string => `+3461${String(1_111_111 + lastNumber++)}`;

describe.each(DOORS)('POST /api/v1/whatsapp/messages, $door,', ({ hotRoutes }) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ env: { WHATSAPP_SEND_TIMEOUT_MS: '2000' }, hotRoutes });
    // The templates are fetched in the background.
    await eventually(async () => {
      const { body } = await app.api.get('/api/v1/whatsapp/templates').expect(200);
      expect(body.data.length).toBeGreaterThan(0);
    });
  });

  afterAll(() => app.stop());

  const send = (body: object) => app.api.post(ROUTE).send(body);
  const reload = async (id: string) => (await app.api.get(`${ROUTE}/${id}`).expect(200)).body;
  const keyFor = async (tenantId: string | null, ...scopes: Scope[]): Promise<string> => {
    const keys = new ApiKeyRepository(app.database);
    return `Bearer ${(await keys.create({ name: 'test', tenantId, scopes, expiresAt: null })).key}`;
  };

  describe('accepting', () => {
    it('answers 202 with the stored message and follows it to READ', async () => {
      const { body } = await send({ ...aTemplateSend, to: aPhone(), metadata: { order: 7 } }).expect(202);

      expect(body).toMatchObject({
        tenant_id: TENANT,
        direction: 'outbound',
        from_phone: '+15550783881',
        status: 'PENDING',
        pending_reason: 'queued',
        type: 'template',
        template_name: 'po_notification',
        template_language: 'es',
        template_parameters: template.parameters,
        metadata: { order: 7 },
        attempts: 0,
      });
      await eventually(async () => expect(await reload(body.id)).toMatchObject({ status: 'READ', attempts: 1 }));
      const read = await reload(body.id);
      expect(read.whatsapp_message_id).toMatch(/^wamid\./);
      expect(read.events.map(({ type, source }: { type: string; source: string }) => `${source} ${type}`)).toEqual(
        expect.arrayContaining([
          'api accepted',
          'dispatcher sent',
          'webhook sent',
          'webhook delivered',
          'webhook read',
        ]),
      );
      expect(read).toMatchObject({ error: null, error_code: null, pending_reason: null });
      for (const time of ['sent_at', 'delivered_at', 'read_at']) expect(read[time]).toMatch(/^\d{4}-.*\.\d{3}Z$/);
    });

    it('sends what Meta documents, with message and attempt as opaque id', async () => {
      const to = aPhone();
      const { body } = await send({ ...aTemplateSend, to }).expect(202);
      await eventually(async () => expect((await reload(body.id)).status).toBe('READ'));

      const sent = app.simulator.requests().find((request) => (request.body as { to?: string })?.to === to);

      expect(sent?.body).toEqual({
        messaging_product: 'whatsapp',
        recipient_type: 'individual',
        to,
        type: 'template',
        template: {
          name: 'po_notification',
          language: { code: 'es' },
          components: [{ type: 'body', parameters: template.parameters.map((text) => ({ type: 'text', text })) }],
        },
        biz_opaque_callback_data: `${body.id}/1`,
      });
    });

    it.each([
      ['text', { text: 'Hola' }],
      ['text', { text: { body: 'https://example.com', preview_url: true } }],
      ['image', { image: { link: 'https://example.com/a.jpg', caption: 'A' } }],
      ['audio', { audio: { link: 'https://example.com/a.mp3' } }],
      ['video', { video: { link: 'https://example.com/a.mp4' } }],
      ['document', { document: { link: 'https://example.com/po.pdf', filename: 'po.pdf' } }],
      ['sticker', { sticker: { link: 'https://example.com/a.webp' } }],
      ['location', { location: { latitude: 40.4, longitude: -3.7, name: 'Madrid' } }],
      ['contacts', { contacts: [{ name: { formatted_name: 'Ana Ruiz', first_name: 'Ana' } }] }],
      ['reaction', { reaction: { message_id: 'wamid.HBgLMzQ2', emoji: '👍' } }],
      [
        'interactive',
        {
          interactive: {
            type: 'button',
            body: { text: '¿Confirmado?' },
            action: { buttons: [{ type: 'reply', reply: { id: 'yes', title: 'Sí' } }] },
          },
        },
      ],
    ])('takes a message of type %s', async (type, object) => {
      const { body } = await send({ tenant_id: TENANT, to: aPhone(), type, ...object }).expect(202);

      await eventually(async () => {
        const message = await reload(body.id);
        expect([message.status, message.error]).toEqual([expect.stringMatching(/SENT|DELIVERED|READ/), null]);
      });
    });

    it('waits for WhatsApp with Prefer: wait, and then answers 201', async () => {
      const { body } = await send({ ...aTemplateSend, to: aPhone() })
        .set('Prefer', 'wait=10')
        .expect(201);

      expect(['SENT', 'DELIVERED', 'READ']).toContain(body.status);
    });

    it('takes a business-scoped user id instead of a phone number', async () => {
      const { to: _, ...rest } = aTemplateSend;
      const { body } = await send({ ...rest, recipient: 'ES.13491208655302741918' }).expect(202);

      expect(body).toMatchObject({ to: null, recipient: 'ES.13491208655302741918' });
      await eventually(async () => expect((await reload(body.id)).status).toBe('READ'));
    });

    it('holds a scheduled message back until its time', async () => {
      const at = new Date(Date.now() + 3_600_000).toISOString();
      const { body } = await send({ ...aTemplateSend, to: aPhone(), send_at: at }).expect(202);

      expect(body).toMatchObject({ status: 'PENDING', pending_reason: 'scheduled', send_at: at });
      expect(Date.parse(body.expires_at) - Date.parse(at)).toBe(24 * 3_600_000);
    });

    it('fails a message that could not be sent before it expires', async () => {
      app.simulator.addFault({ kind: 'error', code: 131016, httpStatus: 503, to: '34619999999' });
      const expires = new Date(Date.now() + 1_000).toISOString();
      const { body } = await send({ ...aTemplateSend, to: '+34619999999', expires_at: expires }).expect(202);

      await eventually(async () => {
        expect(await reload(body.id)).toMatchObject({ status: 'FAILED', error_code: 'expired' });
      });
      expect((await reload(body.id)).error.action).toMatch(/timeline/);
      app.simulator.clearFaults();
    });

    it('keeps the order of messages to one person, one at a time', async () => {
      const to = aPhone();
      const texts = ['one', 'two', 'three', 'four', 'five'];

      for (const text of texts) await send({ tenant_id: TENANT, to, text }).expect(202);

      await eventually(() => {
        const sent = app.simulator.requests().filter((request) => (request.body as { to?: string })?.to === to);
        expect(sent.map((request) => (request.body as { text: { body: string } }).text.body)).toEqual(texts);
      });
    });
  });

  describe('refusing', () => {
    it.each([
      ['612345678', /country code/],
      ['34612345678', /\+34612345678/],
      ['+34 612 34 56 78', /\+34612345678/],
      ['', /empty|required/],
      ['+34', /short|not/],
      [612345678, /string/],
      [undefined, /required|string/],
    ])('a recipient %p, with what is wrong with it', async (to, message) => {
      const { body } = await send({ ...aTemplateSend, to })
        .expect(422)
        .expect('Content-Type', /problem\+json/);

      expect(body).toMatchObject({ status: 422, code: 'recipient-phone-invalid', errors: [{ field: 'to' }] });
      expect(body.errors[0].message).toMatch(message);
    });

    it.each([
      ['an unknown field', { ...aTemplateSend, colour: 'red' }, 'colour'],
      ['a tenant that is no UUID', { ...aTemplateSend, tenant_id: 'x' }, 'tenant_id'],
      ['no tenant with a platform key', { ...aTemplateSend, tenant_id: undefined }, 'tenant_id'],
      ['a text that is too long', { tenant_id: TENANT, to: '+34612345678', text: 'x'.repeat(4097) }, 'text'],
      ['NUL in the name of the recipient', { ...aTemplateSend, recipient_name: 'a\0b' }, 'recipient_name'],
      ['NUL deep in the metadata', { ...aTemplateSend, metadata: { a: [{ b: '\0' }] } }, 'metadata.a[0].b'],
      ['half a character in the metadata', { ...aTemplateSend, metadata: { a: '\ud83d' } }, 'metadata.a'],
      ['an unknown priority', { ...aTemplateSend, priority: 'urgent' }, 'priority'],
      ['a time that is none', { ...aTemplateSend, send_at: 'tomorrow' }, 'send_at'],
      ['a time in the far future', { ...aTemplateSend, send_at: '+275760-09-13T00:00:00.000Z' }, 'send_at'],
      ['an expiry in the past', { ...aTemplateSend, expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
      ['an unknown template', { ...aTemplateSend, template: { ...template, name: 'nope' } }, 'template.name'],
      [
        'a language the template has not',
        { ...aTemplateSend, template: { ...template, language: 'fr' } },
        'template.language',
      ],
      ['too few parameters', { ...aTemplateSend, template: { ...template, parameters: ['a'] } }, 'template.parameters'],
      [
        'named instead of positional',
        { ...aTemplateSend, template: { ...template, parameters: { a: 'b' } } },
        'template.parameters',
      ],
      [
        'a line break in a parameter',
        { ...aTemplateSend, template: { ...template, parameters: ['a\nb', 'c', 'd'] } },
        'template.parameters[0]',
      ],
      ['an empty object of an unknown type', { tenant_id: TENANT, to: '+34612345678', type: 'poll' }, 'type'],
    ])('%s, and names the field', async (_, body, field) => {
      const before = app.simulator.counts().requests;

      const answer = await send(body).expect(422);

      expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field);
      expect(app.simulator.counts().requests).toBe(before);
    });

    it('every bad field at once', async () => {
      const { body } = await send({
        tenant_id: 'x',
        to: '612345678',
        colour: 'red',
        priority: 'urgent',
        text: '',
      }).expect(422);

      expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual(
        ['colour', 'priority', 'tenant_id', 'text', 'to'].sort(),
      );
    });

    it('a template that Meta rejected', async () => {
      const { body } = await app.api.get('/api/v1/whatsapp/templates');
      const rejected = body.data.find(({ status }: { status: string }) => status === 'REJECTED');

      const answer = await send({
        ...aTemplateSend,
        template: { name: rejected.template_name, language: rejected.language, parameters: [] },
      }).expect(422);

      expect(answer.body.code).toBe('template-not-approved');
      expect(answer.body.errors[0].message).toMatch(/REJECTED \(PROMOTIONAL\)/);
    });

    it.each([
      ['not JSON', '{"to":', 400, 'body-not-json'],
      ['nested too deeply', `{"text":${'['.repeat(7000)}${']'.repeat(7000)}}`, 400, 'body-too-deep'],
      ['too large', `{"text":"${'x'.repeat(1_100_000)}"}`, 413, 'body-too-large'],
    ])('a body that is %s', async (_, body, status, code) => {
      const answer = await app.api.post(ROUTE).set('Content-Type', 'application/json').send(body).expect(status);

      expect(answer.body.code).toBe(code);
    });

    it('a body in broken UTF-8', async () => {
      const answer = await fetch(app.url + ROUTE, {
        method: 'POST',
        headers: { authorization: `Bearer test-admin-key-0123456789`, 'content-type': 'application/json' },
        body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      });

      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, 'body-not-utf8']);
    });
  });

  describe('with an Idempotency-Key', () => {
    it('answers a repetition with the first answer, to the letter, and sends once', async () => {
      const to = aPhone();
      const key = randomUUID();
      const first = await send({ ...aTemplateSend, to })
        .set('Idempotency-Key', key)
        .expect(202);
      await eventually(async () => expect((await reload(first.body.id)).status).toBe('READ'));

      const second = await send({ ...aTemplateSend, to })
        .set('Idempotency-Key', key)
        .expect(202);

      expect(second.text).toBe(first.text);
      expect(second.headers['idempotency-replayed']).toBe('true');
      expect(app.simulator.ledger().filter((entry) => entry.to === to)).toHaveLength(1);
    });

    it('is one message when many come at once', async () => {
      const to = aPhone();
      const key = randomUUID();

      const answers = await Promise.all(
        Array.from({ length: 10 }, () => send({ ...aTemplateSend, to }).set('Idempotency-Key', key)),
      );

      expect(answers.every(({ status }) => status === 202 || status === 409)).toBe(true);
      const ids = new Set(answers.filter(({ status }) => status === 202).map(({ body }) => body.id));
      expect(ids.size).toBe(1);
      const { body } = await app.api.get(ROUTE).query({ to });
      expect(body.data).toHaveLength(1);
    });

    it('refuses the same key with another body', async () => {
      const key = randomUUID();
      await send({ ...aTemplateSend, to: aPhone() })
        .set('Idempotency-Key', key)
        .expect(202);

      const { body } = await send({ ...aTemplateSend, to: aPhone() })
        .set('Idempotency-Key', key)
        .expect(422);

      expect(body.code).toBe('idempotency-key-reused');
    });

    it('gives the key back after a refusal, so that the corrected request can use it', async () => {
      const key = randomUUID();
      await send({ ...aTemplateSend, to: '612345678' })
        .set('Idempotency-Key', key)
        .expect(422);

      await send({ ...aTemplateSend, to: aPhone() })
        .set('Idempotency-Key', key)
        .expect(202);
    });

    it('replays what Prefer: wait answered', async () => {
      const key = randomUUID();
      const request = { ...aTemplateSend, to: aPhone() };
      const first = await send(request).set('Idempotency-Key', key).set('Prefer', 'wait=10').expect(201);

      const second = await send(request).set('Idempotency-Key', key).expect(201);

      expect(second.text).toBe(first.text);
    });
  });

  describe('for whom', () => {
    it('refuses a caller without a key, with an unknown key, and with one that lacks the scope', async () => {
      const reader = await keyFor(TENANT, 'messages:read');

      const missing = await app.anonymous.post(ROUTE).send(aTemplateSend).expect(401);
      const unknown = await app.anonymous.post(ROUTE).set('X-API-Key', 'nope').send(aTemplateSend).expect(401);
      const scopeless = await app.anonymous.post(ROUTE).set('Authorization', reader).send(aTemplateSend).expect(403);

      expect([missing, unknown, scopeless].map(({ body }) => body.code)).toEqual([
        'api-key-missing',
        'api-key-invalid',
        'scope-missing',
      ]);
    });

    it("sends for a tenant's own key without naming the tenant, and for no other tenant", async () => {
      const key = await keyFor(TENANT, 'messages:send');
      const { tenant_id: _, ...own } = { ...aTemplateSend, to: aPhone() };

      const sent = await app.anonymous.post(ROUTE).set('Authorization', key).send(own).expect(202);
      const foreign = await app.anonymous
        .post(ROUTE)
        .set('Authorization', key)
        .send({ ...own, tenant_id: OTHER_TENANT })
        .expect(403);

      expect(sent.body.tenant_id).toBe(TENANT);
      expect(foreign.body.code).toBe('tenant-foreign');
    });

    it("hides another tenant's message as one that does not exist", async () => {
      const other = await keyFor(OTHER_TENANT, 'messages:read');
      const { body } = await send({ ...aTemplateSend, to: aPhone() }).expect(202);

      await app.anonymous.get(`${ROUTE}/${body.id}`).set('Authorization', other).expect(404);
      await app.anonymous.get(`${ROUTE}/${UNKNOWN_ID}`).set('Authorization', other).expect(404);
      await app.anonymous.get(`${ROUTE}/not-a-uuid`).set('Authorization', other).expect(404);
      const { body: list } = await app.anonymous.get(ROUTE).set('Authorization', other).expect(200);
      expect(list.data).toEqual([]);
    });
  });

  describe('listing', () => {
    it('pages through all messages, newest first, each once', async () => {
      const tenant = randomUUID();
      const made: string[] = [];
      for (let each = 0; each < 7; each++) {
        const { body } = await send({ ...aTemplateSend, tenant_id: tenant, to: aPhone() }).expect(202);
        made.unshift(body.id);
      }

      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const query: object = { tenant_id: tenant, limit: 3, ...(cursor && { cursor }) };
        const { body }: { body: MessagePage } = await app.api.get(ROUTE).query(query).expect(200);
        seen.push(...body.data.map(({ id }) => id));
        cursor = body.paging.next_cursor;
      } while (cursor);

      expect(seen).toEqual(made);
    });

    it.each([
      ['status', 'read'],
      ['direction', 'outbound'],
      ['type', 'template'],
      ['template_name', 'po_notification'],
      ['notification_id', '01930000-0000-7000-8000-0000000000aa'],
      ['q', 'Único'],
    ])('narrows by %s', async (name, value) => {
      const tenant = randomUUID();
      const wanted = {
        ...aTemplateSend,
        tenant_id: tenant,
        to: aPhone(),
        notification_id: '01930000-0000-7000-8000-0000000000aa',
        template: { ...template, parameters: ['Único', 'b', 'c'] },
      };
      const { body } = await send(wanted).set('Prefer', 'wait=10').expect(201);
      await eventually(async () => expect((await reload(body.id)).status).toBe('READ'));

      const found = await app.api
        .get(ROUTE)
        .query({ tenant_id: tenant, [name]: value })
        .expect(200);
      const none = await app.api
        .get(ROUTE)
        .query({ tenant_id: randomUUID(), [name]: value })
        .expect(200);

      expect(found.body.data.map(({ id }: { id: string }) => id)).toEqual([body.id]);
      expect(none.body.data).toEqual([]);
    });

    it.each([
      ['limit', '0'],
      ['limit', '201'],
      ['limit', 'many'],
      ['status', 'GONE'],
      ['cursor', 'zzz'],
      ['created_from', 'yesterday'],
      ['to', '612345678'],
      ['q', 'a\0b'],
      ['template_name', '\0'],
      ['error_code', '\0'],
      ['colour', 'red'],
    ])('refuses %s=%j and names it', async (name, value) => {
      const { body } = await app.api
        .get(ROUTE)
        .query({ [name]: value })
        .expect(422);

      expect(body.errors[0].field).toBe(name);
    });
  });

  it('names every request, with the id it was given where that is a sane one', async () => {
    const given = await app.api.get('/health/live').set('X-Request-Id', 'order-7').expect(200);
    const insane = await app.api.get('/health/live').set('X-Request-Id', 'a b<script>').expect(200);

    expect(given.headers['x-request-id']).toBe('order-7');
    expect(insane.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('with ENABLE_WHATSAPP_NOTIFICATIONS=false', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ env: { ENABLE_WHATSAPP_NOTIFICATIONS: 'false' } });
  });

  afterAll(() => app.stop());

  it('refuses to send with 503 notifications-disabled, and stores nothing', async () => {
    const { body } = await app.api.post(ROUTE).send(aTemplateSend).expect(503);

    expect(body.code).toBe('notifications-disabled');
    expect((await app.api.get(ROUTE).expect(200)).body.data).toEqual([]);
    expect(app.simulator.counts().requests).toBe(0);
  });
});
