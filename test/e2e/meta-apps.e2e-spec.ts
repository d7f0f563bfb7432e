import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId, queryRows } from '#common';
import { SetAsideItem } from '#messages';
import { ApiKeyRepository } from '#tenants';

import { aDelivery, anInboundChange, aStatusChange, type Delivery, signed } from '../factories/deliveries.ts';
import { aMessage, aWamid, inMs, PHONE_NUMBER_ID, reload } from '../factories/messages.ts';
import { eventually } from '../support/eventually.ts';
import { DOORS, startTestApp, type TestApp } from '../support/test-app.ts';

const WEBHOOK = '/api/v1/whatsapp/webhook';
const SECRET = 'secret-of-app-b';
const VERIFY_TOKEN = 'verify-token-of-app-b';
const ACCESS_TOKEN = 'EAAG-token-of-app-b';
const NUMBER_B = '200000000000002';

describe.each(DOORS)('several apps at Meta, $door,', ({ hotRoutes }) => {
  let app: TestApp;
  let db: DataSource;
  let tenantB: string;
  let appB: string;

  beforeAll(async () => {
    app = await startTestApp({ hotRoutes });
    db = app.database;
  });

  afterAll(() => app.stop());

  beforeEach(async () => {
    await db.query('TRUNCATE meta_apps, sending_numbers');
    tenantB = newId();
    const created = await app.api
      .post('/api/v1/meta-apps')
      .send({ name: 'B', app_secret: SECRET, verify_token: VERIFY_TOKEN })
      .expect(201);
    appB = created.body.id;
    await app.api.put(`/api/v1/sending-numbers/${NUMBER_B}?verify=false`).send(aNumber()).expect(200);
  });

  const aNumber = (change: object = {}) => ({
    tenant_id: tenantB,
    business_account_id: '900000000000002',
    app_id: appB,
    access_token: ACCESS_TOKEN,
    messages_per_second: 250,
    ...change,
  });
  const post = async ({ body, headers }: Delivery) =>
    (await fetch(app.url + WEBHOOK, { method: 'POST', headers, body: new Uint8Array(body) })).status;
  const by = (secret: string, ...changes: object[]) => signed(aDelivery(changes).body, secret);
  const applied = () =>
    eventually(async () => expect(await queryRows(db, 'SELECT id FROM webhook_queue')).toEqual([]), {
      timeoutMs: 20_000,
    });
  const aSent = (phoneNumberId: string) =>
    aMessage(db, { phoneNumberId, status: 'SENT', whatsappMessageId: aWamid(), createdAt: inMs(-60_000) });

  it('believe each app what it says of its own number, in one batch with what it may not say', async () => {
    const [ofA, ofB] = [await aSent(PHONE_NUMBER_ID), await aSent(NUMBER_B)];
    const statusOf = (message: typeof ofA) =>
      aStatusChange({ wamid: message.whatsappMessageId!, phoneNumberId: message.phoneNumberId, status: 'read' });
    const forged = aWamid();
    const inbound = anInboundChange({ wamid: forged, phoneNumberId: PHONE_NUMBER_ID });

    expect(await post(by(SECRET, statusOf(ofA), statusOf(ofB), inbound))).toBe(200);
    await applied();

    expect([(await reload(db, ofA)).status, (await reload(db, ofB)).status]).toEqual(['SENT', 'READ']);
    expect(await queryRows(db, 'SELECT id FROM whatsapp_messages WHERE whatsapp_message_id = $1', [forged])).toEqual(
      [],
    );
    const aside = await db.manager.find(SetAsideItem, { order: { createdAt: 'DESC', itemIndex: 'ASC' }, take: 2 });
    expect(aside.map(({ reason, detail }) => [reason, detail])).toEqual([
      ['foreign-number', expect.stringContaining('belongs to another app than the one that signed')],
      ['foreign-number', expect.stringContaining('belongs to another app than the one that signed')],
    ]);
    const { body } = await app.api.get('/api/v1/whatsapp/webhook-deliveries?state=set-aside&limit=1').expect(200);
    expect(body.data).toMatchObject([{ app_id: appB, set_aside_count: 2 }]);
  });

  it('do not let the app of the environment speak for the number of another', async () => {
    const ofB = await aSent(NUMBER_B);

    expect(await post(aDelivery([aStatusChange({ wamid: ofB.whatsappMessageId!, phoneNumberId: NUMBER_B })]))).toBe(
      200,
    );
    await applied();

    expect((await reload(db, ofB)).status).toBe('SENT');
  });

  it('accept the previous secret of an app until it is dropped, and never a secret of nobody', async () => {
    const any = aStatusChange({ phoneNumberId: NUMBER_B });
    await app.api.patch(`/api/v1/meta-apps/${appB}`).send({ app_secret: 'a-newer-secret' }).expect(200);
    const during = [await post(by(SECRET, any)), await post(by('a-newer-secret', any)), await post(by('guess', any))];
    await app.api.patch(`/api/v1/meta-apps/${appB}`).send({ drop_previous_secret: true }).expect(200);

    const after = [await post(by(SECRET, any)), await post(by('a-newer-secret', any))];

    expect([during, after]).toEqual([
      [200, 200, 401],
      [401, 200],
    ]);
  });

  it('answer the handshake of each app, and of none any more once it is removed', async () => {
    const handshake = () =>
      app.anonymous
        .get(WEBHOOK)
        .query({ 'hub.mode': 'subscribe', 'hub.verify_token': VERIFY_TOKEN, 'hub.challenge': '42' });
    await handshake().expect(200, '42');
    await app.api.delete(`/api/v1/meta-apps/${appB}`).expect(409);
    await app.api.delete(`/api/v1/sending-numbers/${NUMBER_B}`).expect(204);
    await app.api.delete(`/api/v1/meta-apps/${appB}`).expect(204);

    await handshake().expect(403);
  });

  it('show their secrets to nobody: neither in an answer nor in a table', async () => {
    await app.api.patch(`/api/v1/meta-apps/${appB}`).send({ app_secret: 'a-newer-secret' }).expect(200);
    const answers = [
      await app.api.get('/api/v1/meta-apps').expect(200),
      await app.api.get('/api/v1/sending-numbers').expect(200),
    ].map(({ text }) => text);
    const rows = await queryRows(db, 'SELECT a::text, n::text FROM meta_apps a, sending_numbers n');

    const shown = JSON.stringify([answers, rows]);

    expect(shown).toContain(NUMBER_B);
    for (const secret of [SECRET, 'a-newer-secret', VERIFY_TOKEN, ACCESS_TOKEN]) expect(shown).not.toContain(secret);
  });

  it('count who was sent away', async () => {
    const refusedBy = async (reason: string) => {
      const { text } = await app.anonymous.get('/metrics').expect(200);
      return Number(new RegExp(`palomar_webhook_refused_total\\{reason="${reason}"\\} (\\d+)`).exec(text)?.[1]);
    };
    const before = [await refusedBy('signature'), await refusedBy('verify-token')] as const;
    await post(by('guess', aStatusChange()));
    await app.anonymous.get(WEBHOOK).query({ 'hub.mode': 'subscribe', 'hub.verify_token': 'guess' }).expect(403);

    expect([await refusedBy('signature'), await refusedBy('verify-token')]).toEqual([before[0] + 1, before[1] + 1]);
  });

  it.each([
    [
      'post',
      '/api/v1/meta-apps',
      { name: 'C', app_secret: 'two words', verify_token: '' },
      ['app_secret', 'verify_token'],
    ],
    [
      'post',
      '/api/v1/meta-apps',
      { name: 'C\0', app_secret: 'a\0b', verify_token: 'half \ud83d' },
      ['name', 'app_secret', 'verify_token'],
    ],
    ['put', '/api/v1/sending-numbers/phone', {}, ['tenant_id', 'business_account_id', 'access_token']],
    ['put', '/api/v1/sending-numbers/phone', 'good', ['phone_number_id']],
    ['put', `/api/v1/sending-numbers/${PHONE_NUMBER_ID}`, 'good', ['phone_number_id']],
    ['put', `/api/v1/sending-numbers/${NUMBER_B}`, 'no app', ['app_id']],
  ] as const)('name every bad field: %s %s %p', async (method, path, given, fields) => {
    const body = given === 'good' ? aNumber() : given === 'no app' ? aNumber({ app_id: newId() }) : given;

    const answer = await app.api[method](path).send(body).expect(422);

    expect(answer.body.errors.map(({ field }: { field: string }) => field)).toEqual(fields);
  });

  it('are no business of a tenant’s key', async () => {
    const { key } = await new ApiKeyRepository(db).create({
      name: 'a tenant',
      tenantId: tenantB,
      scopes: ['admin'],
      expiresAt: null,
    });
    for (const path of ['/api/v1/meta-apps', '/api/v1/sending-numbers', '/api/v1/whatsapp/webhook-deliveries']) {
      const { body } = await app.anonymous.get(path).set('Authorization', `Bearer ${key}`).expect(403);
      expect(body.code).toBe('platform-key-required');
    }
  });

  it('do not share a name', async () => {
    const other = { name: 'B', app_secret: 'x', verify_token: 'y' };
    const { body } = await app.api.post('/api/v1/meta-apps').send(other).expect(409);
    expect(body.code).toBe('app-name-taken');
  });
});
