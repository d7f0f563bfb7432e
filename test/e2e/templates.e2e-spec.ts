import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { ApiKeyRepository, type Scope } from '#tenants';

import { aJpeg, aPdf } from '../factories/files.ts';
import { aPhone } from '../factories/messages.ts';
import { eventually } from '../support/eventually.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const TEMPLATES = '/api/v1/whatsapp/templates';
const BODY = {
  type: 'BODY',
  text: 'Hola {{1}}, tu pedido {{2}} va en camino desde el almacén.',
  examples: ['Ana', 'A-1042'],
};
/** The same news in the same second would be one. */
const ANOTHER_SECOND_MS = 1_100;
const PLAIN = { type: 'BODY', text: 'Tu pedido va en camino.' };

describe('templates', () => {
  let app: TestApp;
  let made = 0;

  beforeAll(async () => {
    app = await startTestApp();
    await eventually(async () => expect((await app.api.get(TEMPLATES)).body.data).not.toEqual([]));
  });
  beforeEach(() => {
    app.simulator.clearFaults();
    app.simulator.setWebhook({ url: `${app.url}/api/v1/whatsapp/webhook` });
  });
  afterAll(() => app.stop());

  const aName = () => `template_${++made}`;
  const written = (over: object = {}) => ({
    name: aName(),
    language: 'es',
    category: 'UTILITY',
    components: [BODY],
    ...over,
  });
  const create = (template: object, status = 201) => app.api.post(TEMPLATES).send(template).expect(status);
  const becomes = (name: string, expected: object, timeoutMs = 10_000) =>
    eventually(async () => expect((await app.api.get(`${TEMPLATES}/${name}`)).body.data).toMatchObject([expected]), {
      timeoutMs,
    });
  /** One that Meta approved. */
  const approved = async (over: object = {}): Promise<string> => {
    const template = written(over);
    await create(template);
    await becomes(template.name, { status: 'APPROVED' });
    return template.name;
  };
  const inSimulator = async (name: string) => {
    const { url, options } = app.simulator;
    const answer = await fetch(`${url}/v26.0/${options.businessAccountId}/message_templates?name=${name}`, {
      headers: { authorization: `Bearer ${options.accessToken}` },
    });
    const { data } = (await answer.json()) as {
      data: { name: string; language: string; status: string; components: object[] }[];
    };
    return data.filter((one) => one.name === name);
  };
  /** One that is deleted stays a moment longer, as PENDING_DELETION. */
  const leftInSimulator = async (name: string) =>
    (await inSimulator(name)).filter(({ status }) => status !== 'PENDING_DELETION');
  const keyOf = async (tenantId: string | null, ...scopes: Scope[]) =>
    (await new ApiKeyRepository(app.database).create({ tenantId, name: 'test', scopes, expiresAt: null })).key;

  describe('that are created', () => {
    it('are submitted in Meta’s form, stand in the registry at once, and can be sent once they are approved', async () => {
      const template = written();

      const { body } = await create(template);

      expect(body).toMatchObject({
        template_name: template.name,
        template_key: template.name,
        status: 'PENDING',
        category: 'UTILITY',
        parameter_count: 2,
        is_active: true,
      });
      expect((await app.api.get(`${TEMPLATES}?name=${template.name}`)).body.data).toHaveLength(1);
      expect(await inSimulator(template.name)).toMatchObject([
        { components: [{ type: 'BODY', text: BODY.text, example: { body_text: [['Ana', 'A-1042']] } }] },
      ]);
      await becomes(template.name, { status: 'APPROVED' });
      await app.api
        .post('/api/v1/whatsapp/messages')
        .send({
          tenant_id: TENANT,
          to: aPhone(),
          type: 'template',
          template: { name: template.name, language: 'es', parameters: ['Ana', 'A-1042'] },
        })
        .expect(202);
    });

    it('show the reason when Meta rejects them', async () => {
      const template = written();
      app.simulator.agreeOnReview({ name: template.name, verdict: 'REJECTED', reason: 'PROMOTIONAL' });

      await create(template);

      await becomes(template.name, { status: 'REJECTED', rejected_reason: 'PROMOTIONAL' });
    });

    it('are followed to their end when no webhook comes', async () => {
      const template = written();
      app.simulator.setWebhook({ url: 'http://127.0.0.1:9/nobody' });
      app.simulator.agreeOnReview({ name: template.name, verdict: 'REJECTED', reason: 'SCAM', delay_ms: 50 });

      await create(template);

      await becomes(template.name, { status: 'REJECTED', rejected_reason: 'SCAM' }, 25_000);
    });

    it('have the category that Meta gave them', async () => {
      const template = written({
        components: [{ type: 'BODY', text: '¡Oferta! Solo hoy, todo con un descuento del 50 % en nuestra tienda.' }],
      });

      const { body } = await create(template);

      expect(body.category).toBe('MARKETING');
    });

    it('are refused with every fault at once, and Meta never hears of them', async () => {
      const template = written({
        name: 'Not A Name',
        components: [
          { type: 'BODY', text: '{{1}} hoy' },
          { type: 'FOOTER', text: 'a'.repeat(61) },
        ],
      });

      const { body } = await create(template, 422);

      expect(body).toMatchObject({ code: 'validation-failed', status: 422 });
      expect(body.errors.map(({ field }: { field: string }) => field)).toEqual([
        'name',
        'components[0].text',
        'components[0].text',
        'components[0].example',
        'components[1].text',
      ]);
      expect(await inSimulator(template.name)).toEqual([]);
    });

    it('are refused when the body is a list', async () => {
      const { body } = await create([], 422);

      expect(body.errors).toEqual([{ field: 'body', message: 'must be a JSON object' }]);
    });

    it('are refused when the name is taken in this language, and not in another', async () => {
      const name = await approved();

      const { body } = await create(written({ name }), 409);
      await create(written({ name, language: 'pt_BR' }));

      expect(body).toMatchObject({ code: 'template-exists', detail: expect.stringContaining('Edit it') });
    });

    it('are refused in Meta’s words when only Meta knows what is wrong', async () => {
      const { body } = await create(
        written({
          components: [{ type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::bm90LWhlcmU='] } }, PLAIN],
        }),
        422,
      );

      expect(body).toMatchObject({
        code: 'template-refused',
        errors: [{ field: expect.stringMatching(/^components/) }],
      });
    });

    it('are created once by two requests with one key', async () => {
      const template = written();
      const ask = () => app.api.post(TEMPLATES).set('Idempotency-Key', template.name).send(template).expect(201);

      const first = await ask();
      const again = await ask();

      expect(again.body).toEqual(first.body);
      expect(again.headers['idempotency-replayed']).toBe('true');
      expect(await inSimulator(template.name)).toHaveLength(1);
    });

    it('are found after all when Meta’s answer was lost', async () => {
      const template = written();
      app.simulator.addFault({ kind: 'accept-then-reset', on: 'all', times: 1 });

      const { body } = await create(template);

      expect(body).toMatchObject({ template_name: template.name });
    });

    it('are to be looked for when Meta’s answer was lost, and its list as well', async () => {
      const template = written();
      app.simulator.addFault({ kind: 'accept-then-reset', on: 'all' });

      const { body } = await create(template, 503);
      app.simulator.clearFaults();
      await app.api.post(`${TEMPLATES}/sync`).expect(200);

      expect(body).toMatchObject({ code: 'whatsapp-outcome-unknown', detail: expect.stringContaining('look') });
      await becomes(template.name, { template_name: template.name });
    });
  });

  describe('out of Meta’s library', () => {
    it('are looked for, made and approved at once', async () => {
      const { body: found } = await app.api.get(`${TEMPLATES}/library?search=almacén&language=es`).expect(200);
      const [{ name: libraryName }] = found.data;
      const name = aName();

      const { body } = await create({
        name,
        language: 'es',
        category: 'UTILITY',
        library_template_name: libraryName,
        library_template_button_inputs: [
          {
            type: 'URL',
            url: { base_url: 'https://tienda.example/{{1}}', url_suffix_example: 'https://tienda.example/a' },
          },
        ],
      });

      expect(found).toMatchObject({ data: [{ name: 'delivery_on_its_way_1' }], paging: { next_cursor: null } });
      expect(body).toMatchObject({ template_name: name, status: 'APPROVED', body_text: found.data[0].body });
    });

    it('are refused when there is no such text', async () => {
      const from = { name: aName(), language: 'es', category: 'UTILITY', library_template_name: 'nothing_like_it' };

      const { body } = await create(from, 422);

      expect(body.code).toBe('template-refused');
    });
  });

  describe('with a file in the header', () => {
    const upload = async (bytes: Buffer, type: string): Promise<string> => {
      const { body } = await app.api
        .post(`/api/v1/whatsapp/media?tenant_id=${TENANT}`)
        .set('Content-Type', type)
        .send(bytes)
        .expect(201);
      return body.id;
    };

    it('are shown by a file of ours', async () => {
      const media_id = await upload(aJpeg('header'), 'image/jpeg');

      const { body } = await create(
        written({ tenant_id: TENANT, components: [{ type: 'HEADER', format: 'IMAGE', media_id }, PLAIN] }),
      );

      expect(body.status).toBe('PENDING');
      expect(body.components[0]).toMatchObject({ format: 'IMAGE', example: { header_handle: [expect.any(String)] } });
      expect(JSON.stringify(body.components)).not.toContain(media_id);
    });

    it('say at the field what is wrong with the file', async () => {
      const [pdf, unknown] = [await upload(aPdf('header'), 'application/pdf'), '01930000-0000-7000-8000-0000000000ff'];
      const header = (media_id: string) => ({ type: 'HEADER', format: 'IMAGE', media_id });

      const wrongType = await create(written({ tenant_id: TENANT, components: [header(pdf), PLAIN] }), 422);
      const missing = await create(written({ tenant_id: TENANT, components: [header(unknown), PLAIN] }), 422);

      expect(wrongType.body.errors).toMatchObject([
        { field: 'components[0].media_id', message: expect.stringContaining('image/jpeg or image/png') },
      ]);
      expect(missing.body.errors).toMatchObject([
        { field: 'components[0].media_id', message: expect.stringContaining('upload it') },
      ]);
    });

    it.each([
      [
        'a bare body',
        (bytes: Buffer) =>
          app.api.post(`${TEMPLATES}/header-examples`).set('Content-Type', 'application/pdf').send(bytes),
      ],
      [
        'a form',
        (bytes: Buffer) =>
          app.api
            .post(`${TEMPLATES}/header-examples`)
            .attach('file', bytes, { filename: 'a.pdf', contentType: 'application/pdf' }),
      ],
    ])('are shown by a file that came as %s', async (_how, send) => {
      const { body: uploaded } = await send(aPdf(`as ${_how}`)).expect(201);

      await create(
        written({
          components: [
            { type: 'HEADER', format: 'DOCUMENT', example: { header_handle: [uploaded.header_handle] } },
            PLAIN,
          ],
        }),
      );
    });

    it('are not shown by a file of another type', async () => {
      const { body } = await app.api
        .post(`${TEMPLATES}/header-examples`)
        .set('Content-Type', 'text/plain')
        .send('a text')
        .expect(415);

      expect(body).toMatchObject({ code: 'media-type-unsupported', detail: expect.stringContaining('image/jpeg') });
    });
  });

  describe('that are edited', () => {
    const edit = (name: string, changes: object, status = 200) =>
      app.api.patch(`${TEMPLATES}/${name}/es`).send(changes).expect(status);

    it('are reviewed again with their new text', async () => {
      const name = await approved();
      app.simulator.agreeOnReview({ name, verdict: 'APPROVED', delay_ms: ANOTHER_SECOND_MS });

      const { body } = await edit(name, { components: [PLAIN] });

      expect(body).toMatchObject({ status: 'PENDING', body_text: PLAIN.text, parameter_count: 0 });
      await becomes(name, { status: 'APPROVED', body_text: PLAIN.text });
    });

    it('are refused by our own rules first', async () => {
      const name = await approved();

      const { body } = await edit(name, { components: [{ type: 'BODY', text: 'Hola {{1}}' }], name: 'other' }, 422);

      expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(
        expect.arrayContaining(['name', 'components[0].text', 'components[0].example']),
      );
    });

    it('keep the category they were approved with', async () => {
      const name = await approved();

      expect((await edit(name, { category: 'MARKETING' }, 409)).body.code).toBe('template-category-fixed');
    });

    it('wait while they are in review', async () => {
      const template = written();
      app.simulator.agreeOnReview({ name: template.name, verdict: 'PENDING' });
      await create(template);

      expect((await edit(template.name, { components: [PLAIN] }, 409)).body).toMatchObject({
        code: 'template-not-editable',
        detail: expect.stringContaining('PENDING'),
      });
      await app.api.delete(`${TEMPLATES}/${template.name}`).expect(204);
    });

    it('may be edited once a day, as Meta says', async () => {
      const name = await approved();
      app.simulator.agreeOnReview({ name, verdict: 'APPROVED', delay_ms: ANOTHER_SECOND_MS });
      await edit(name, { components: [PLAIN] });
      await becomes(name, { status: 'APPROVED' });

      const { body } = await edit(name, { components: [BODY] }, 409);

      expect(body).toMatchObject({ code: 'template-not-editable', detail: expect.stringContaining('24 hours') });
    });

    it('are missed when they are not there', async () => {
      expect((await edit('not_there', { components: [PLAIN] }, 404)).body.code).toBe('template-not-found');
    });
  });

  describe('that are removed', () => {
    const remove = (path: string, status = 204) => app.api.delete(`${TEMPLATES}/${path}`).expect(status);

    it('are gone at once, here and at Meta', async () => {
      const name = await approved();

      await remove(name);

      await app.api.get(`${TEMPLATES}/${name}`).expect(404);
      const { body } = await app.api.get(`${TEMPLATES}?name=${name}&is_active=false`).expect(200);
      expect(body.data).toMatchObject([{ status: expect.stringMatching(/DELET/), is_active: false }]);
      expect(await leftInSimulator(name)).toEqual([]);
    });

    it('are gone in one language alone', async () => {
      const name = await approved();
      await create(written({ name, language: 'pt_BR' }));

      await remove(`${name}?language=es`);

      expect((await app.api.get(`${TEMPLATES}/${name}`).expect(200)).body.data).toMatchObject([{ language: 'pt_BR' }]);
      expect(await leftInSimulator(name)).toMatchObject([{ language: 'pt_BR' }]);
    });

    it('block their name for 30 days', async () => {
      const name = await approved();
      await remove(name);

      const { body } = await create(written({ name }), 409);

      expect(body).toMatchObject({ code: 'template-name-blocked', detail: expect.stringContaining('another name') });
    });

    it('stay when Meta disabled them', async () => {
      const name = await approved();
      app.simulator.setTemplate(name, 'es', { status: 'DISABLED' });
      await becomes(name, { status: 'DISABLED' });

      expect((await remove(name, 409)).body.code).toBe('template-not-deletable');
    });

    it.each(['not_there', 'Not%20A%20Name', '%00'])('are missed when they are not there: %s', async (name) => {
      expect((await remove(name, 404)).body.code).toBe('template-not-found');
    });
  });

  it('go on after a pause, when somebody says so', async () => {
    const name = await approved();
    const unpause = (status: number) => app.api.post(`${TEMPLATES}/${name}/es/unpause`).expect(status);
    expect((await unpause(409)).body.code).toBe('template-not-paused');
    app.simulator.setTemplate(name, 'es', { status: 'PAUSED' });
    await becomes(name, { status: 'PAUSED' });

    const { body } = await unpause(200);

    expect(body.status).toBe('APPROVED');
  });

  it('are fetched when somebody asks for it', async () => {
    const name = aName();
    app.simulator.addTemplates([{ name, language: 'es' }]);

    const { body } = await app.api.post(`${TEMPLATES}/sync`).expect(200);

    expect(body.templates).toBeGreaterThan(1);
    await app.api.get(`${TEMPLATES}/${name}`).expect(200);
  });

  it('are listed by filters, page by page', async () => {
    const name = await approved();
    await create(written({ name, language: 'pt_BR' }));

    const { body: first } = await app.api.get(`${TEMPLATES}?name=${name}&limit=1`).expect(200);
    const { body: second } = await app.api
      .get(`${TEMPLATES}?name=${name}&limit=1&cursor=${first.paging.next_cursor}`)
      .expect(200);

    expect([...first.data, ...second.data].map(({ language }) => language)).toEqual(['pt_BR', 'es']);
    expect(second.paging.next_cursor).toBeNull();
  });

  it.each(['limit=0', 'status=%00', 'name=%00', 'is_active=perhaps', 'cursor=x', 'tenant_id=x', 'language=%00'])(
    'refuse the filter %s',
    async (filter) => {
      await app.api.get(`${TEMPLATES}?${filter}`).expect(422);
    },
  );

  it.each<[string, (scope: Scope) => Promise<void>]>([
    [
      'is read',
      async (scope) => {
        const key = await keyOf(null, scope);
        for (const path of ['', '/po_notification', '/library']) {
          await app.anonymous.get(TEMPLATES + path).expect(401);
          await app.anonymous
            .get(TEMPLATES + path)
            .set('X-API-Key', key)
            .expect(scope === 'templates:read' ? 200 : 403);
        }
      },
    ],
    [
      'is written',
      async (scope) => {
        const key = await keyOf(null, scope);
        const asked = [
          app.anonymous.post(TEMPLATES).send({}),
          app.anonymous.post(`${TEMPLATES}/sync`),
          app.anonymous.post(`${TEMPLATES}/header-examples`).send('x'),
          app.anonymous.patch(`${TEMPLATES}/not_there/es`).send({}),
          app.anonymous.delete(`${TEMPLATES}/not_there`),
          app.anonymous.post(`${TEMPLATES}/not_there/es/unpause`),
        ];
        for (const request of asked) {
          const { status } = await request.set('X-API-Key', key);
          if (scope === 'templates:write') expect(status).not.toBe(403);
          else expect(status).toBe(403);
        }
      },
    ],
  ])('need their scope where something %s', async (_what, check) => {
    await check('templates:read');
    await check('templates:write');
  });

  it('are another tenant’s where the key belongs to one', async () => {
    const key = await keyOf(TENANT, 'templates:write');

    const { body } = await app.anonymous
      .post(`${TEMPLATES}/sync?tenant_id=01930000-0000-7000-8000-0000000000aa`)
      .set('X-API-Key', key)
      .expect(403);

    expect(body.code).toBe('tenant-foreign');
  });

  it('of the account that tenants share are changed by a platform key alone', async () => {
    const key = await keyOf(TENANT, 'templates:write', 'templates:read');
    const asked = [
      app.anonymous.post(TEMPLATES).send(written()),
      app.anonymous.post(`${TEMPLATES}/setup`),
      app.anonymous.patch(`${TEMPLATES}/po_notification/es`).send({ components: [PLAIN] }),
      app.anonymous.delete(`${TEMPLATES}/po_notification`),
      app.anonymous.post(`${TEMPLATES}/po_notification/es/unpause`),
    ];

    for (const request of asked) {
      const { body } = await request.set('X-API-Key', key).expect(403);
      expect(body.code).toBe('platform-key-required');
    }
    expect(await inSimulator('po_notification')).toHaveLength(1);
    await app.anonymous.post(`${TEMPLATES}/sync`).set('X-API-Key', key).expect(200);
  });

  it.each<[number, number, string]>([
    [190, 502, 'whatsapp-refused'],
    [80007, 429, 'whatsapp-throttled'],
    [2, 503, 'whatsapp-unavailable'],
  ])('answer Meta’s code %i with %i %s', async (code, status, problem) => {
    app.simulator.addFault({ kind: 'error', code, on: 'all' });

    const { body, headers } = await create(written(), status);

    expect(body).toMatchObject({ code: problem });
    if (status !== 502) expect(headers['retry-after']).toMatch(/^\d+$/);
  });
});
