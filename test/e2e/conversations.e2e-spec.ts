import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId } from '#common';
import { ApiKeyRepository } from '#tenants';

import { aDelivery, anInboundChange, aNumberChange, type Delivery } from '../factories/deliveries.ts';
import { aWamid, PHONE_NUMBER_ID } from '../factories/messages.ts';
import { eventually } from '../support/eventually.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const ROUTE = '/api/v1/whatsapp/conversations';
const MESSAGES = '/api/v1/whatsapp/messages';
const FALLBACK = { template: { name: 'po_notification', language: 'es', parameters: ['Ana', 'PO-1', '€1.00'] } };
const DAY_S = 86_400;

describe(ROUTE, () => {
  let app: TestApp;
  let db: DataSource;
  let people = 0;

  beforeAll(async () => {
    app = await startTestApp();
    db = app.database;
  });

  afterAll(() => app.stop());

  const aPerson = () => `3461234${String(1_000 + people++)}`;
  const post = async ({ body, headers }: Delivery) => {
    const url = `${app.url}/api/v1/whatsapp/webhook`;
    expect((await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) })).status).toBe(200);
  };
  /** Somebody writes, so many seconds ago; they had a message of the tenant before. */
  async function write(from: string, text: string, secondsAgo = 0): Promise<void> {
    const wamid = aWamid();
    const at = new Date(Date.now() - secondsAgo * 1_000);
    await post(aDelivery([anInboundChange({ from, text, wamid, at })]));
    await eventually(async () => {
      expect(await db.query('SELECT 1 FROM whatsapp_messages WHERE whatsapp_message_id = $1', [wamid])).toHaveLength(1);
    });
  }
  const text = (from: string, change: object = {}) =>
    app.api.post(MESSAGES).send({ tenant_id: TENANT, to: `+${from}`, type: 'text', text: 'Hola', ...change });
  const template = (from: string) =>
    app.api.post(MESSAGES).send({ tenant_id: TENANT, to: `+${from}`, type: 'template', ...FALLBACK });
  const conversationWith = async (from: string) =>
    (
      await app.api
        .get(ROUTE)
        .query({ contact: `+${from}` })
        .expect(200)
    ).body.data[0];
  const heardSince = (interval: string) =>
    db.query(
      `INSERT INTO heard_numbers VALUES ($1, now() - $2::interval) ON CONFLICT (phone_number_id) DO UPDATE SET since = excluded.since`,
      [PHONE_NUMBER_ID, interval],
    );
  async function untilStatus(id: string, status: string) {
    const look = async () => (await app.api.get(`${MESSAGES}/${id}`).expect(200)).body;
    await eventually(async () => expect((await look()).status).toBe(status));
    return look();
  }

  it('begin when somebody writes, and show both directions', async () => {
    const from = aPerson();
    const { body: sent } = await template(from).expect(202);
    await write(from, 'primero');
    await write(from, 'segundo');

    const conversation = await conversationWith(from);

    expect(conversation).toMatchObject({
      tenant_id: TENANT,
      contact: `+${from}`,
      contact_name: 'Ana',
      unread: 2,
      window: { state: 'open', open_until: expect.any(String) },
    });
    const { body } = await app.api.get(`${ROUTE}/${conversation.id}/messages`).expect(200);
    expect(body.data.map((one: { direction: string }) => one.direction)).toEqual(['inbound', 'inbound', 'outbound']);
    expect(body.data[2].id).toBe(sent.id);
  });

  it('go on when somebody changes their number', async () => {
    const [from, to] = [aPerson(), aPerson()];
    await write(from, 'from the old number', 60);
    await post(aDelivery([aNumberChange({ from, to })]));
    await write(to, 'from the new one');

    await eventually(async () => {
      const [old, current] = [await conversationWith(from), await conversationWith(to)];
      expect(old).toEqual(current);
      expect(current).toMatchObject({ contact: `+${to}`, unread: 2 });
    });
    const { id } = await conversationWith(to);
    const { body } = await app.api.get(`${ROUTE}/${id}/messages`).expect(200);
    expect(body.data.map(({ type }: { type: string }) => type)).toEqual(['text', 'system', 'text']);
  });

  it('count a message that is delivered twice once', async () => {
    const from = aPerson();
    const delivery = aDelivery([anInboundChange({ from })]);
    await post(delivery);
    await post(delivery);

    await eventually(async () => expect(await conversationWith(from)).toMatchObject({ unread: 1 }));
  });

  it('refuse free text into a closed window before WhatsApp does, and take it while the window is open', async () => {
    const from = aPerson();
    await heardSince('25 hours');
    await template(from).expect(202);

    const { body: never } = await text(from).expect(422);
    await write(from, 'hace dos días', 2 * DAY_S);
    const { body: late } = await text(from).expect(422);
    await write(from, 'ahora');
    const { body: accepted } = await text(from).expect(202);

    expect([never.code, late.code]).toEqual(['conversation-window-closed', 'conversation-window-closed']);
    expect((await untilStatus(accepted.id, 'READ')).type).toBe('text');
  });

  it('send the fallback instead when the window is closed', async () => {
    const from = aPerson();
    await heardSince('25 hours');

    const { body } = await text(from, { fallback: FALLBACK }).expect(202);

    expect(body).toMatchObject({ type: 'template', template_name: 'po_notification' });
    await untilStatus(body.id, 'READ');
  });

  it('let WhatsApp decide where nobody can know, and send the fallback when it refuses', async () => {
    await heardSince('1 hour');
    // The simulator takes it, and reports by webhook that it failed with 131047.
    const refused = '34611110047';

    const { body: with_ } = await text(refused, { fallback: FALLBACK }).expect(202);
    const { body: without } = await text(refused).expect(202);

    const failed = await untilStatus(without.id, 'FAILED');
    expect(failed.error).toMatchObject({ code: '131047' });
    await eventually(async () => {
      const { body } = await app.api.get(`${MESSAGES}/${with_.id}`).expect(200);
      expect(body).toMatchObject({ type: 'template', template_name: 'po_notification' });
      expect(body.events.map(({ type }: { type: string }) => type)).toContain('fallback');
    });
  });

  it('name what is wrong with a fallback', async () => {
    const { body } = await text(aPerson(), {
      fallback: { template: { name: 'nobody_knows_it', language: 'es' } },
    }).expect(422);

    expect(body).toMatchObject({ code: 'template-not-found', errors: [{ field: 'fallback.template.name' }] });
  });

  it('are marked as read at WhatsApp as well', async () => {
    const from = aPerson();
    app.simulator.sendInbound({ from, text: '¿Hola?' });
    await eventually(async () => expect(await conversationWith(from)).toBeDefined());
    const { id } = await conversationWith(from);

    const { body } = await app.api.post(`${ROUTE}/${id}/read`).send({ typing: true }).expect(200);

    expect(body.unread).toBe(0);
  });

  it('stay unread when WhatsApp refuses, which is said', async () => {
    const from = aPerson();
    await write(from, 'of a wamid that WhatsApp does not know');
    const { id } = await conversationWith(from);

    const { body } = await app.api.post(`${ROUTE}/${id}/read`).send({}).expect(502);

    expect(body.code).toBe('whatsapp-refused');
    expect((await conversationWith(from)).unread).toBe(1);
  });

  it('are not found by another tenant', async () => {
    const from = aPerson();
    await write(from, 'Hola');
    const { id } = await conversationWith(from);
    const { key } = await new ApiKeyRepository(db).create({
      name: 'another',
      tenantId: newId(),
      scopes: ['messages:read', 'messages:send'],
      expiresAt: null,
    });
    const other = (path: string) => app.anonymous.get(path).set('Authorization', `Bearer ${key}`);

    await other(`${ROUTE}/${id}`).expect(404);
    await other(`${ROUTE}/${id}/messages`).expect(404);
    expect((await other(ROUTE).expect(200)).body.data).toEqual([]);
  });

  it('name what they cannot be filtered by', async () => {
    const { body } = await app.api.get(ROUTE).query({ window: 'ajar', unread: 'maybe', contact: 'a b' }).expect(422);

    expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual(['contact', 'unread', 'window']);
  });
});
