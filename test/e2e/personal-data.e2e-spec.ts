import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId, queryRows } from '#common';
import { Media } from '#media';
import { ErasedPeople, WhatsAppMessage } from '#messages';
import { PoDeadLetterRepository } from '#po-events';
import { type Scope, type Sender, SenderDirectory } from '#tenants';
import { TemplateCatalogueService } from '#whatsapp';

import { ApiKeyRepository } from '../../libs/tenants/src/api-keys/api-key.repository.ts';
import {
  aDelivery,
  anInboundChange,
  anInboundDelivery,
  aStatusDelivery,
  type Delivery,
  signed,
} from '../factories/deliveries.ts';
import { aJpeg } from '../factories/files.ts';
import { aClaimed, aMessage, aPhone, aWamid, inMs, reload } from '../factories/messages.ts';
import { eventually } from '../support/eventually.ts';
import { anEvent } from '../support/po-events.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const MESSAGES = '/api/v1/whatsapp/messages';
const ROUTE = '/api/v1/whatsapp/personal-data';
const OTHER_TENANT = '01930000-0000-7000-8000-000000000002';

describe('personal data', () => {
  let app: TestApp;
  let db: DataSource;

  beforeAll(async () => {
    app = await startTestApp();
    db = app.database;
    await app.nest.get(TemplateCatalogueService).sync(app.nest.get(SenderDirectory).all()[0] as Sender);
  });

  afterAll(() => app.stop());

  const erase = (person: object) =>
    app.api
      .post(`${ROUTE}/erasures`)
      .set('Prefer', 'wait=30')
      .send({ tenant_id: TENANT, ...person });
  const exported = async (person: object) => {
    const { body } = await app.api
      .post(`${ROUTE}/export`)
      .send({ tenant_id: TENANT, ...person })
      .expect(200);
    return body;
  };
  const send = (body: object) => app.api.post(MESSAGES).send({ tenant_id: TENANT, ...body });
  const post = async ({ body, headers }: Delivery) => {
    await app.anonymous.post('/api/v1/whatsapp/webhook').set(headers).send(body.toString()).expect(200);
  };
  const applied = () =>
    eventually(async () => {
      const [queue] = await queryRows<{ left: number }>(db, 'SELECT count(*)::int AS left FROM webhook_queue');
      expect(queue).toEqual({ left: 0 });
    });
  const keyOf = async (tenantId: string | null, ...scopes: Scope[]) =>
    `Bearer ${(await new ApiKeyRepository(db).create({ tenantId, name: 'test', scopes, expiresAt: null })).key}`;

  /** Where one of these texts stands: in any column of any table that can hold it, or in a file. */
  async function mentionsOf(texts: string[]): Promise<string[]> {
    const columns = await queryRows<{ table: string; name: string; type: string }>(
      db,
      `SELECT table_name AS table, column_name AS name, data_type AS type FROM information_schema.columns
       WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY')`,
    );
    const found: string[] = [];
    for (const { table, name, type } of columns) {
      const text = type === 'bytea' ? `encode("${name}", 'escape')` : `"${name}"::text`;
      const rows = await queryRows(
        db,
        `SELECT 1 FROM "${table}" WHERE EXISTS (SELECT FROM unnest($1::text[]) AS one WHERE position(one IN ${text}) > 0)`,
        [texts],
      );
      if (rows.length > 0) found.push(`${table}.${name}`);
    }
    for (const file of await filesKept()) {
      const bytes = await readFile(join(file.parentPath, file.name));
      if (texts.some((text) => bytes.includes(text))) found.push(`file ${file.name}`);
    }
    return found;
  }

  /** There is no folder before there is a file. */
  async function filesKept() {
    const entries = await readdir(app.config.media.dir!, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isFile());
  }

  /** Somebody with all that Palomar can know of a person. */
  async function aWholeLife() {
    // Its last digits mean nothing to the simulator.
    const phone = '+34655123987';
    const name = `Erasmo ${phone.slice(-4)}`;
    const said = `palabras${phone.slice(-4)}`;
    const digits = phone.slice(1);
    const told = await send({ to: phone, type: 'text', text: said, metadata: { note: said } })
      .set('Idempotency-Key', `first ${said.slice(-4)}`)
      .expect(202);
    await eventually(async () => {
      const { status } = await reload(db, told.body);
      expect(status).toBe('READ');
    });
    app.simulator.sendInbound({ from: phone, text: `hola ${said}`, name });
    app.simulator.sendInbound({ from: phone, text: 'BAJA', name });
    const base64 = aJpeg(said).toString('base64');
    const wamid = app.simulator.sendInbound({
      from: phone,
      name,
      file: { type: 'image', mime_type: 'image/jpeg', base64 },
    });
    await eventually(async () => {
      const { id } = await db.manager.findOneByOrFail(WhatsAppMessage, { whatsappMessageId: wamid });
      await db.manager.findOneByOrFail(Media, { messageId: id, state: 'stored' });
    });
    const order = { ...anEvent({ tenant_id: TENANT, supplier_phone: phone, supplier_name: name, po_id: newId() }) };
    await app.api
      .post('/api/v1/po-events')
      .send({ ...order, event_id: newId() })
      .expect(202);
    const { body: scheduled } = await send({ to: phone, type: 'text', text: said, send_at: inMs(3_600_000) }).expect(
      202,
    );
    await app.nest.get(PoDeadLetterRepository).record({
      body: Buffer.from(`{"supplier_phone":"${phone}"`),
      reason: 'not-json',
      detail: 'It ends too early.',
      routingKey: 'po.approved',
      headers: {},
      receivedAt: new Date(),
    });
    const value = { from: digits, note: said };
    await post(aDelivery([{ field: 'newer_than_this', value }]));
    const [lost] = [aStatusDelivery({ wamid: aWamid() })];
    await post(signed(Buffer.from(lost.body.toString().replaceAll('34612345678', digits))));
    await eventually(async () => {
      const open = await db.manager.countBy(WhatsAppMessage, { recipientPhone: phone, pendingReason: 'queued' });
      expect(open).toBe(0);
    });
    await applied();
    const ids = await queryRows<{ user_id: string }>(db, 'SELECT user_id FROM contacts WHERE phone = $1', [phone]);
    const wamids = await queryRows<{ wamid: string }>(
      db,
      `SELECT whatsapp_message_id AS wamid FROM whatsapp_messages WHERE contact_key = $1 AND whatsapp_message_id IS NOT NULL`,
      [phone],
    );
    const texts = [digits, name, said, ...ids.map((one) => one.user_id), ...wamids.map((one) => one.wamid)];
    return {
      phone,
      digits,
      name,
      said,
      texts,
      first: told.body as { id: string },
      scheduled: scheduled as { id: string },
    };
  }

  it('of a whole life is handed over, erased everywhere, not brought back by any webhook, and a new word is welcome', async () => {
    const { phone, digits, name, said, texts, first, scheduled } = await aWholeLife();
    const deliveries = await queryRows<{ body: Buffer }>(db, 'SELECT body FROM webhook_deliveries ORDER BY id');
    expect(await mentionsOf(texts)).toEqual(
      expect.arrayContaining(['whatsapp_messages.content', 'contacts.profile_name', 'webhook_deliveries.body']),
    );

    const all = await exported({ phone });
    expect(JSON.stringify(all)).toContain(said);
    expect(all).toMatchObject({
      addresses: expect.arrayContaining([phone]),
      contacts: [{ profile_name: name, marketing: 'stopped' }],
      conversations: [{ contact_key: phone }],
    });
    expect(all.messages).toContainEqual(
      expect.objectContaining({ media: [expect.objectContaining({ state: 'stored' })] }),
    );
    expect(all.messages).toContainEqual(
      expect.objectContaining({ po_events: [expect.objectContaining({ po_number: 'PO-2024-001' })] }),
    );

    const { body: erasure } = await erase({ phone }).expect(202);
    expect(erasure).toMatchObject({
      state: 'done',
      removed: { contacts: 1, conversations: 1, messages: 6, media: 1, po_dead_letters: 1, account_events: 1 },
    });
    expect(await mentionsOf(texts)).toEqual([]);
    const { body: left } = await app.api.get(`${MESSAGES}/${first.id}`).expect(200);
    expect(left).toMatchObject({ status: 'READ', to: null, content: null, content_removed_at: expect.any(String) });
    expect(await reload(db, scheduled)).toMatchObject({ status: 'CANCELLED', pendingReason: null });
    const [refusal] = await app.nest.get(ErasedPeople).findRefusals([{ tenantId: TENANT, address: phone }]);
    expect(refusal).toBeInstanceOf(Date);

    for (const { body } of deliveries) await post(signed(body));
    await applied();
    expect(await mentionsOf(texts)).toEqual([]);

    await post(anInboundDelivery({ from: digits, name, text: 'otra vez', at: inMs(5_000), wamid: aWamid() }));
    await eventually(async () => {
      const { body } = await app.api.get('/api/v1/whatsapp/contacts').query({ phone }).expect(200);
      expect(body.data).toMatchObject([{ name, marketing: null }]);
    });
  });

  it('is not sent again', async () => {
    const phone = aPhone();
    const failed = await aMessage(db, {
      tenantId: TENANT,
      status: 'FAILED',
      recipientPhone: phone,
      errorCode: '131026',
    });
    await erase({ phone }).expect(202);

    const { body } = await app.api.post(`${MESSAGES}/${failed.id}/retry`).expect(409);

    expect(body.code).toBe('message-content-removed');
  });

  it('is erased once a message on the wire has come back', async () => {
    const phone = aPhone();
    const claimed = await aClaimed(db, { tenantId: TENANT, recipientPhone: phone });

    const { body } = await app.api.post(`${ROUTE}/erasures`).send({ tenant_id: TENANT, phone }).expect(202);
    expect(body).toMatchObject({ state: 'running', finished_at: null });
    await db.query(
      `UPDATE whatsapp_messages SET lease_token = NULL, status = 'SENT', pending_reason = NULL WHERE id = $1`,
      [claimed.id],
    );

    await eventually(async () => {
      const found = await app.api.get(`${ROUTE}/erasures/${body.id}`).expect(200);
      expect(found.body).toMatchObject({ state: 'done', removed: { messages: 1 } });
    });
    expect(await reload(db, claimed)).toMatchObject({ status: 'SENT', recipientPhone: null });
  });

  it('of others in the same delivery stays', async () => {
    const [phone, other] = [aPhone(), aPhone()];
    const inbound = (from: string) => anInboundChange({ from: from.slice(1), wamid: aWamid(), name: `Ana ${from}` });
    for (const one of [phone, other]) await aMessage(db, { tenantId: TENANT, status: 'SENT', recipientPhone: one });
    await post(aDelivery([inbound(phone), inbound(other)]));
    await applied();

    await erase({ phone }).expect(202);

    expect(await mentionsOf([phone.slice(1)])).toEqual([]);
    expect(await mentionsOf([other.slice(1)])).toContain('webhook_deliveries.body');
    expect((await exported({ phone: other })).messages).toHaveLength(2);
  });

  it("is a tenant's administrator's to erase for the tenant, and nobody else's", async () => {
    const phone = aPhone();
    const theirs = await aMessage(db, { tenantId: OTHER_TENANT, status: 'SENT', recipientPhone: phone });
    const [admin, reader] = [await keyOf(TENANT, 'admin'), await keyOf(TENANT, 'messages:read', 'messages:send')];
    const as = (key: string) => app.anonymous.post(`${ROUTE}/erasures`).set('Authorization', key);

    await app.anonymous.post(`${ROUTE}/erasures`).send({ phone }).expect(401);
    await as(reader).send({ phone }).expect(403);
    await as(admin).send({ phone, tenant_id: OTHER_TENANT }).expect(403);
    const { body } = await as(admin).set('Prefer', 'wait=30').send({ phone }).expect(202);

    expect(body).toMatchObject({ tenant_id: TENANT, state: 'done' });
    expect(await reload(db, theirs)).toMatchObject({ recipientPhone: phone, contentRemovedAt: null });
    const foreign = await keyOf(OTHER_TENANT, 'admin');
    await app.anonymous.get(`${ROUTE}/erasures/${body.id}`).set('Authorization', foreign).expect(404);
    await erase({ phone, tenant_id: null }).expect(202);
    expect(await reload(db, theirs)).toMatchObject({ recipientPhone: null });
  });

  it.each<[string, object]>([
    ['nobody', {}],
    ['a number that is none', { phone: '12' }],
    ['several numbers', { phone: ['+34612345678'] }],
    ['an id with NUL', { user_id: 'ES.123\0' }],
    ['an id with half of a surrogate pair', { user_id: 'ES.123\ud800' }],
    ['an id that is found everywhere', { user_id: '1' }],
    ['no tenant', { phone: '+34612345678', tenant_id: undefined }],
    ['a tenant that is none', { phone: '+34612345678', tenant_id: 'a' }],
    ['an unknown field', { phone: '+34612345678', who: 'me' }],
  ])('is not touched for %s', async (_, person) => {
    await erase(person).expect(422);
    await app.api
      .post(`${ROUTE}/export`)
      .send({ tenant_id: TENANT, ...person })
      .expect(422);
  });

  it.each(['a', newId()])('knows no erasure %s', async (id) => {
    await app.api.get(`${ROUTE}/erasures/${id}`).expect(404);
  });
});
