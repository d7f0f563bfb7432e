import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Scope } from '#tenants';

import { startSimulator } from '../../apps/simulator/src/simulator.ts';
import { ApiKeyRepository } from '../../libs/tenants/src/api-keys/api-key.repository.ts';
import { TEMPLATES } from '../factories/malformed-template-sends.ts';
import { eventually } from '../support/eventually.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const TEMPLATES_ROUTE = '/api/v1/whatsapp/templates';
const MESSAGES = '/api/v1/whatsapp/messages';
const OTHER_TENANT = '01930000-0000-7000-8000-000000000002';
const TO = '+34612345678';
const ENDS_AT = '2099-12-31T23:00:00.000Z';
const PDF = Buffer.from('%PDF-1.4\n%%EOF\n');

const invoice = {
  language: 'es',
  parameters: ['F-2024-17'],
  header: { document: { link: 'https://files.example/f.pdf', filename: 'f.pdf' } },
  buttons: [{ index: 0, url: 'F-2024-17' }],
};

describe(`POST ${TEMPLATES_ROUTE}/{name}/preview`, () => {
  let app: TestApp;

  beforeAll(async () => {
    const simulator = await startSimulator({ port: 0 });
    for (const { name, language, ...rest } of TEMPLATES) simulator.setTemplate(name, language, rest);
    app = await startTestApp({ simulator });
    await eventually(async () => {
      const { body } = await app.api.get(TEMPLATES_ROUTE).expect(200);
      expect(body.data.length).toBeGreaterThan(TEMPLATES.length);
    });
  });

  afterAll(async () => {
    await app.stop();
    await app.simulator.stop();
  });

  const preview = (name: string, body: object) => app.api.post(`${TEMPLATES_ROUTE}/${name}/preview`).send(body);
  const keyFor = async (...scopes: Scope[]): Promise<string> => {
    const keys = new ApiKeyRepository(app.database);
    return `Bearer ${(await keys.create({ name: 'test', tenantId: TENANT, scopes, expiresAt: null })).key}`;
  };

  it('shows every part as the customer would see it', async () => {
    const { body } = await preview('invoice_ready', invoice).expect(200);

    expect(body).toEqual({
      template_name: 'invoice_ready',
      language: 'es',
      status: 'APPROVED',
      header: { format: 'DOCUMENT', shows: { link: 'https://files.example/f.pdf', filename: 'f.pdf' } },
      body: 'La factura F-2024-17 está lista.',
      footer: null,
      buttons: [
        { type: 'URL', text: 'Ver factura', url: 'https://facturas.example/F-2024-17' },
        { type: 'QUICK_REPLY', text: 'Tengo una duda', payload: 'Tengo una duda' },
      ],
      limited_time_offer: null,
      cards: [],
      message: expect.objectContaining({ to: '{recipient}' }),
    });
  });

  it.each<[string, string, object, object]>([
    [
      'texts of header and footer',
      'text_header',
      { parameters: ['Ana'], header: 'A-17' },
      { header: { format: 'TEXT', text: 'Pedido A-17' }, body: 'Hola Ana, tu pedido sale hoy.', footer: 'Gracias.' },
    ],
    [
      'named values',
      'named_header',
      { parameters: { customer: 'Ana' }, header: { order: 'A-17' } },
      { header: { format: 'TEXT', text: 'Pedido A-17' }, body: 'Hola Ana, tu pedido sale hoy.' },
    ],
    [
      'codes to copy, and the payload of a quick reply',
      'coupon',
      {
        buttons: [
          { index: 0, payload: 'no' },
          { index: 1, coupon_code: '25OFF' },
        ],
      },
      {
        buttons: [
          { type: 'QUICK_REPLY', text: 'No, gracias', payload: 'no' },
          { type: 'COPY_CODE', text: 'Copiar', code: '25OFF' },
        ],
      },
    ],
    [
      'links and phone numbers that take nothing',
      'links',
      { buttons: [{ index: 2, url: '17' }] },
      {
        buttons: [
          { type: 'URL', text: 'Ayuda', url: 'https://shop.example/help' },
          { type: 'PHONE_NUMBER', text: 'Llamar', phone_number: '+34912345678' },
          { type: 'URL', text: 'Ver', url: 'https://shop.example/17' },
        ],
      },
    ],
    [
      'a one-time code',
      'code',
      { parameters: ['123456'], buttons: [{ index: 0, url: '123456' }] },
      { body: '*123456* is your verification code.', buttons: [{ type: 'OTP', text: 'Copiar', code: '123456' }] },
    ],
    [
      'the cards of a carousel',
      'carousel',
      {
        cards: ['verde', 'azul'].map((color) => ({
          header: { image: { link: `https://files.example/${color}.jpg` } },
          parameters: [color],
          buttons: [{ index: 0, url: color }],
        })),
      },
      {
        cards: ['verde', 'azul'].map((color) => ({
          header: { format: 'IMAGE', shows: { link: `https://files.example/${color}.jpg` } },
          body: `Color ${color} en oferta.`,
          buttons: [{ type: 'URL', text: 'Ver', url: `https://shop.example/${color}` }],
        })),
      },
    ],
    [
      'the end of an offer',
      'offer',
      {
        parameters: ['Ana'],
        header: { image: { link: 'https://files.example/a.jpg' } },
        limited_time_offer: { expires_at: ENDS_AT },
        buttons: [
          { index: 0, coupon_code: '25OFF' },
          { index: 1, url: '17' },
        ],
      },
      { limited_time_offer: { text: 'Solo hoy', ends_at: ENDS_AT } },
    ],
  ])('shows %s', async (_, name, filling, expected) => {
    const { body } = await preview(name, { language: 'es', ...filling }).expect(200);

    expect(body).toMatchObject(expected);
  });

  it('shows exactly what a send posts to Meta', async () => {
    const { body } = await preview('invoice_ready', { ...invoice, to: TO }).expect(200);

    const sent = await app.api
      .post(MESSAGES)
      .send({ tenant_id: TENANT, to: TO, type: 'template', template: { name: 'invoice_ready', ...invoice } })
      .expect(202);

    await eventually(() => {
      const posted = app.simulator.requests().find((request) => (request.body as { to?: string }).to === TO);
      expect(posted?.body).toEqual({ ...body.message, biz_opaque_callback_data: `${sent.body.id}/1` });
    });
    expect(body.message.biz_opaque_callback_data).toBe('{message id}/1');
  });

  it('puts the id that Meta knows in the place of ours, and names one that nobody knows', async () => {
    const { body: file } = await app.api
      .post(`/api/v1/whatsapp/media?tenant_id=${TENANT}`)
      .set('Content-Type', 'application/pdf')
      .send(PDF)
      .expect(201);
    const withFile = (id: string) =>
      preview('invoice_ready', { ...invoice, tenant_id: TENANT, header: { document: { id, filename: 'f.pdf' } } });

    const { body } = await withFile(file.id).expect(200);
    const unknown = await withFile(OTHER_TENANT).expect(422);

    expect(body.header.shows).toEqual({ id: file.whatsapp_media_id, filename: 'f.pdf' });
    expect(unknown.body.errors).toMatchObject([{ field: 'header.document.id' }]);
  });

  it('names everything that is wrong, by its own fields', async () => {
    const { body } = await preview('invoice_ready', {
      language: 'es',
      name: 'x',
      to: '612345678',
      colour: 'red',
      parameters: ['a\nb'],
      tenant_id: 7,
    }).expect(422);

    expect(body.code).toBe('validation-failed');
    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(
      expect.arrayContaining(['name', 'to', 'colour', 'parameters[0]', 'tenant_id']),
    );
  });

  it('says of the template what a send would be told', async () => {
    const { body } = await preview('invoice_ready', { language: 'es', parameters: ['a', 'b'], to: '612345678' }).expect(
      422,
    );
    const unknown = await preview('invoice_redy', { language: 'es' }).expect(422);
    const language = await preview('invoice_ready', { ...invoice, language: 'fr' }).expect(422);

    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual([
      'to',
      'parameters[1]',
      'header',
      'buttons',
    ]);
    expect(unknown.body).toMatchObject({ code: 'template-not-found', errors: [{ field: 'name' }] });
    expect(unknown.body.errors[0].message).toContain('did you mean invoice_ready?');
    expect(language.body).toMatchObject({ code: 'template-not-found', errors: [{ field: 'language' }] });
  });

  it.each([
    ['a list', []],
    ['a text', '"x"'],
  ])('refuses %s for a body', async (_, body) => {
    const answer = await app.api
      .post(`${TEMPLATES_ROUTE}/invoice_ready/preview`)
      .set('Content-Type', 'application/json')
      .send(body);

    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  it('stores nothing', async () => {
    const before = (await app.api.get(MESSAGES).expect(200)).body.data.length;

    await preview('invoice_ready', invoice).expect(200);

    expect((await app.api.get(MESSAGES).expect(200)).body.data).toHaveLength(before);
  });

  it('needs a key that may read templates, and no tenant but its own', async () => {
    const path = `${TEMPLATES_ROUTE}/invoice_ready/preview`;
    const [reader, sender] = [await keyFor('templates:read'), await keyFor('messages:send')];

    await app.anonymous.post(path).send(invoice).expect(401);
    await app.anonymous.post(path).set('Authorization', sender).send(invoice).expect(403);
    await app.anonymous.post(path).set('Authorization', reader).send(invoice).expect(200);
    const foreign = { ...invoice, tenant_id: OTHER_TENANT };
    await app.anonymous.post(path).set('Authorization', reader).send(foreign).expect(403);
  });
});
