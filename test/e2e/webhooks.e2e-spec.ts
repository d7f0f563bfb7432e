import { type AddressInfo, createServer } from 'node:net';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

import { newId, PLATFORM_TENANT_ID, queryRows } from '#common';
import { SetAsideItem, WebhookDelivery, WhatsAppMessage } from '#messages';

import { DEFAULT_VERIFY_TOKEN } from '../../apps/simulator/src/defaults.ts';
import {
  aDelivery,
  anEditChange,
  anInboundChange,
  anInboundDelivery,
  aStatusChange,
  aStatusDelivery,
  type Delivery,
  signed,
} from '../factories/deliveries.ts';
import { timelineOf } from '../factories/message-store.ts';
import { aClaimed, aMessage, aPhone, aWamid, inMs, PHONE_NUMBER_ID, reload } from '../factories/messages.ts';
import { asAdmin } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { DOORS, startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const ROUTE = '/api/v1/whatsapp/webhook';
const FOREIGN_NUMBER = '999999999999999';
const MIB = 1024 * 1024;

describe.each(DOORS)('/api/v1/whatsapp/webhook, $door,', ({ hotRoutes }) => {
  let app: TestApp;
  let db: DataSource;

  beforeAll(async () => {
    app = await startTestApp({ hotRoutes });
    db = app.database;
  });

  afterAll(() => app.stop());

  /** As Meta posts it: the very bytes. */
  async function post({ body, headers }: Delivery) {
    const answer = await fetch(app.url + ROUTE, { method: 'POST', headers, body: new Uint8Array(body) });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
  }

  /** Posts, expects 200 and waits until everything stored so far was applied. */
  async function deliver(...deliveries: Delivery[]): Promise<void> {
    for (const delivery of deliveries) expect(await post(delivery)).toMatchObject({ status: 200 });
    await applied();
  }

  const applied = () =>
    eventually(
      async () => {
        const left = await queryRows(db, 'SELECT id, last_error FROM webhook_queue');
        expect(left).toEqual([]);
      },
      { intervalMs: 10, timeoutMs: 20_000 },
    );

  const setAside = (whatsappMessageId: string) => db.manager.findBy(SetAsideItem, { whatsappMessageId });
  const received = (whatsappMessageId: string) => db.manager.findBy(WhatsAppMessage, { whatsappMessageId });
  const aSent = (change: Partial<WhatsAppMessage> = {}) =>
    aMessage(db, { status: 'SENT', whatsappMessageId: aWamid(), createdAt: inMs(-60_000), ...change });

  describe('the handshake', () => {
    const handshake = (query: Record<string, string>) => app.anonymous.get(ROUTE).query(query);
    const RIGHT = { 'hub.mode': 'subscribe', 'hub.verify_token': DEFAULT_VERIFY_TOKEN, 'hub.challenge': '1158201444' };

    it('answers the challenge as text when the verify token is right', async () => {
      const answer = await handshake(RIGHT)
        .expect(200)
        .expect('Content-Type', /^text\/plain/);

      expect(answer.text).toBe('1158201444');
    });

    it.each([
      ['a wrong token', { ...RIGHT, 'hub.verify_token': 'guess' }],
      ['an empty token', { ...RIGHT, 'hub.verify_token': '' }],
      ['another mode', { ...RIGHT, 'hub.mode': 'unsubscribe' }],
      ['no challenge', { 'hub.mode': 'subscribe', 'hub.verify_token': DEFAULT_VERIFY_TOKEN }],
      ['nothing at all', {}],
    ])('refuses %s', async (_, query) => {
      const { body, text } = await handshake(query as Record<string, string>)
        .expect(403)
        .expect('Content-Type', /problem\+json/);

      expect(body.code).toBe('webhook-verification-failed');
      expect(text).not.toContain(DEFAULT_VERIFY_TOKEN);
    });
  });

  describe('the signature', () => {
    it('lets in what the app secret signed, and stores the bytes before the answer', async () => {
      const delivery = aStatusDelivery();

      expect(await post(delivery)).toMatchObject({ status: 200, body: { status: 'received' } });

      const bodies = (await db.manager.find(WebhookDelivery)).map(({ body }) => body);
      expect(bodies).toContainEqual(delivery.body);
    });

    it.each<[string, (delivery: Delivery) => Delivery]>([
      ['of another secret', ({ body }) => signed(body, 'another-secret')],
      ['of other bytes', ({ body, headers }) => ({ headers, body: Buffer.concat([body, Buffer.from(' ')]) })],
      ['that is missing', ({ body }) => ({ body, headers: { 'content-type': 'application/json' } })],
      ['that is cut', ({ body, headers }) => ({ body, headers: cutSignature(headers) })],
    ])('refuses a signature %s, and stores nothing', async (_, spoil) => {
      const before = await db.manager.count(WebhookDelivery);

      const answer = await post(spoil(aStatusDelivery()));

      expect(answer).toMatchObject({ status: 401, body: { code: 'webhook-signature-invalid' } });
      expect(await db.manager.count(WebhookDelivery)).toBe(before);
    });

    it('is checked on the bytes as they came: the same JSON, parsed and printed again, is not what Meta signed', async () => {
      const text = JSON.stringify(JSON.parse(String(anInboundDelivery({ text: 'Año nuevo' }).body)));
      const escaped = signed(Buffer.from(text.replaceAll('ñ', '\\u00f1').replaceAll('/', '\\/')));
      const reprinted = { ...escaped, body: Buffer.from(JSON.stringify(JSON.parse(String(escaped.body)))) };

      expect([(await post(escaped)).status, (await post(reprinted)).status]).toEqual([200, 401]);
    });

    function cutSignature(headers: Record<string, string>): Record<string, string> {
      return { ...headers, 'x-hub-signature-256': headers['x-hub-signature-256']!.slice(0, -2) };
    }
  });

  describe('a body', () => {
    it.each<[string, Buffer]>([
      ['that is not JSON', Buffer.from('hello')],
      ['that is cut', Buffer.from('{"object":')],
      ['that is empty', Buffer.alloc(0)],
      ['in broken UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ])('%s is refused', async (_, body) => {
      expect(await post(signed(body))).toMatchObject({ status: 400, body: { code: 'body-not-json' } });
    });

    it('that is compressed is refused: the signature is of other bytes', async () => {
      const delivery = signed(gzipSync(aStatusDelivery().body));
      const headers = { ...delivery.headers, 'content-encoding': 'gzip' };

      expect((await post({ ...delivery, headers })).status).toBe(415);
    });

    it('of 4 MiB is taken, and one byte more is too much', async () => {
      const exactly = Buffer.alloc(4 * MIB, ' ');
      exactly.write('{}');

      const answers = [await post(signed(exactly)), await post(signed(Buffer.concat([exactly, Buffer.from(' ')])))];

      expect(answers.map(({ status }) => status)).toEqual([200, 413]);
      expect(answers[1]?.body.code).toBe('body-too-large');
    });

    it('of any content type is taken for what it is', async () => {
      const { body, headers } = aStatusDelivery();

      expect((await post({ body, headers: { ...headers, 'content-type': 'text/plain' } })).status).toBe(200);
    });

    it('with characters that PostgreSQL refuses loses nothing else of itself', async () => {
      const wamid = aWamid();
      const delivery = anInboundDelivery({ wamid, text: 'NUL \0 and half a pair \ud83d', name: 'A\0na' });

      await deliver(delivery);

      expect(await received(wamid)).toMatchObject([
        { recipientName: 'A\uFFFDna', content: { text: { body: 'NUL \uFFFD and half a pair \uFFFD' } } },
      ]);
    });
  });

  describe('statuses', () => {
    it('move the message, with their lines on the timeline', async () => {
      const message = await aSent();
      const wamid = message.whatsappMessageId as string;

      await deliver(aStatusDelivery({ wamid, status: 'delivered' }), aStatusDelivery({ wamid, status: 'read' }));

      expect(await reload(db, message)).toMatchObject({
        status: 'READ',
        deliveredAt: expect.any(Date),
        readAt: expect.any(Date),
      });
      expect(await timelineOf(db, message)).toEqual(['webhook delivered', 'webhook read']);
    });

    it('may come in any order: what is read stays read, and late ones only fill their times', async () => {
      const message = await aSent({ sentAt: null });
      const wamid = message.whatsappMessageId as string;
      const at = { sent: inMs(-30_000), delivered: inMs(-20_000), read: inMs(-10_000) };

      for (const status of ['read', 'delivered', 'sent'] as const) {
        await deliver(aStatusDelivery({ wamid, status, at: at[status] }));
      }

      const { status, sentAt, deliveredAt, readAt } = await reload(db, message);
      expect(status).toBe('READ');
      expect([sentAt, deliveredAt, readAt]).toEqual(Object.values(at).map(wholeSecond));
    });

    it('change nothing when they come again', async () => {
      const message = await aSent();
      const delivery = aStatusDelivery({ wamid: message.whatsappMessageId as string, status: 'delivered' });
      await deliver(delivery);
      const [row, lines] = [await reload(db, message), await timelineOf(db, message)];

      await Promise.all([post(delivery), post(delivery), post(delivery)]);
      await applied();

      expect(await reload(db, message)).toEqual(row);
      expect(await timelineOf(db, message)).toEqual(lines);
    });

    it('find the message by our own id while its wamid is not known yet', async () => {
      const message = await aClaimed(db, { pendingReason: 'unconfirmed', leaseToken: null, leaseExpiresAt: null });
      const wamid = aWamid();

      await deliver(aStatusDelivery({ wamid, opaque: `${message.id}/1`, status: 'sent' }));

      expect(await reload(db, message)).toMatchObject({ status: 'SENT', whatsappMessageId: wamid });
    });

    it('that overtake the answer of their own send are no race', async () => {
      app.simulator.setWebhook({ beforeAnswer: true });
      const to = aPhone();

      const { body } = await app.api
        .post('/api/v1/whatsapp/messages')
        .send({ tenant_id: TENANT, to, text: 'Hola' })
        .expect(202);

      await eventually(async () => expect((await reload(db, body)).status).toBe('READ'));
      app.simulator.setWebhook({ beforeAnswer: false });
      await app.simulator.waitForIdle();
      await eventually(async () => expect(await timelineOf(db, body)).toContain('dispatcher sent'));
      const [sent] = app.simulator.ledger({ to });
      expect(await reload(db, body)).toMatchObject({ status: 'READ', whatsappMessageId: sent?.wamid, error: null });
    });

    it('of a message that is not known yet are applied as soon as its wamid is', async () => {
      const wamid = aWamid();
      await deliver(aStatusDelivery({ wamid, status: 'read' }));
      expect(await setAside(wamid)).toMatchObject([{ reason: 'unknown-message', resolvedAt: null }]);

      const message = await aSent({ whatsappMessageId: wamid });

      await eventually(async () => expect((await reload(db, message)).status).toBe('READ'));
      expect(await setAside(wamid)).toMatchObject([{ resolvedAt: expect.any(Date) }]);
    });

    it('of an edit that overtakes its message are applied as soon as that is stored', async () => {
      const wamid = aWamid();
      await deliver(aDelivery([anEditChange({ of: wamid, text: 'Adiós' })]));
      expect(await setAside(wamid)).toMatchObject([{ reason: 'unknown-message', resolvedAt: null }]);

      await deliver(anInboundDelivery({ wamid, text: 'Hola' }));

      await eventually(async () => {
        const original = await db.manager.findOneByOrFail(WhatsAppMessage, { whatsappMessageId: wamid });
        expect(original.content).toMatchObject({ text: { body: 'Adiós' }, original: { text: { body: 'Hola' } } });
      });
      expect(await setAside(wamid)).toMatchObject([{ resolvedAt: expect.any(Date) }]);
    });

    it('that tell of a failure give its reason and what to do', async () => {
      const message = await aSent();
      const errors = [{ code: 131026, title: 'Message undeliverable', error_data: { details: 'Not on WhatsApp.' } }];

      await deliver(aStatusDelivery({ wamid: message.whatsappMessageId as string, status: 'failed', errors }));

      const { body } = await app.api.get(`/api/v1/whatsapp/messages/${message.id}`).expect(200);
      expect(body).toMatchObject({
        status: 'FAILED',
        error_code: '131026',
        error_message: 'Not on WhatsApp.',
        error: { class: 'USER', retryable: false, action: expect.stringMatching(/\w+ \w+/) },
      });
    });

    it('of a number that is not ours change nothing', async () => {
      const message = await aSent();
      const before = await reload(db, message);
      const wamid = message.whatsappMessageId as string;

      await deliver(aStatusDelivery({ wamid, phoneNumberId: FOREIGN_NUMBER }));

      expect(await reload(db, message)).toEqual(before);
      expect(await setAside(wamid)).toMatchObject([{ reason: 'foreign-number' }]);
    });

    it('come a thousand at a time, 3 MB of them', async () => {
      const count = 1_000;
      const phone = aPhone();
      await db.query(
        `INSERT INTO whatsapp_messages (id, tenant_id, direction, status, message_type, phone_number_id, contact_key,
           content, whatsapp_message_id, template_name)
         SELECT gen_random_uuid(), $1, 'outbound', 'SENT', 'TEXT', $2, $3, '{}', 'wamid.batch-' || n, 'batch'
         FROM generate_series(1, $4::int) AS n`,
        [TENANT, PHONE_NUMBER_ID, phone, count],
      );
      const changes = Array.from({ length: count }, (_, index) =>
        aStatusChange({ wamid: `wamid.batch-${index + 1}`, errors: [{ code: 0, title: 'x'.repeat(2_800) }] }),
      );
      const delivery = aDelivery(changes);

      await deliver(delivery);

      expect(delivery.body.length).toBeGreaterThan(3_000_000);
      expect(await db.manager.countBy(WhatsAppMessage, { templateName: 'batch', status: 'DELIVERED' })).toBe(count);
    });
  });

  describe('messages of customers', () => {
    it('are stored once, however often they come, under the tenant in touch with the customer', async () => {
      const [phone, wamid, tenantId] = [aPhone(), aWamid(), newId()];
      await aSent({ contactKey: phone, tenantId });
      const delivery = anInboundDelivery({ wamid, from: phone.slice(1), text: 'Gracias', name: 'Ana' });

      await deliver(delivery, delivery);

      expect(await received(wamid)).toMatchObject([
        {
          tenantId,
          direction: 'inbound',
          status: 'RECEIVED',
          messageType: 'TEXT',
          fromPhone: phone,
          recipientPhone: '+15550783881',
          recipientName: 'Ana',
          content: { type: 'text', text: { body: 'Gracias' } },
        },
      ]);
      const [message] = await received(wamid);
      expect(await timelineOf(db, message!)).toEqual([]);
    });

    it('belong to the platform when nobody wrote to the customer before', async () => {
      const wamid = aWamid();

      await deliver(anInboundDelivery({ wamid, from: aPhone().slice(1) }));

      expect(await received(wamid)).toMatchObject([{ tenantId: PLATFORM_TENANT_ID }]);
    });

    it('are seen through the API', async () => {
      const phone = aPhone();

      app.simulator.sendInbound({ from: phone, text: '¿A qué hora llega?', name: 'Lucía' });

      await eventually(async () => {
        const query = { direction: 'inbound', from_phone: phone };
        const { body } = await app.api.get('/api/v1/whatsapp/messages').query(query).expect(200);
        expect(body.data).toMatchObject([
          { status: 'RECEIVED', type: 'text', from_phone: phone, recipient_name: 'Lucía' },
        ]);
      });
    });

    it('to a number that is not ours are not believed', async () => {
      const wamid = aWamid();

      await deliver(anInboundDelivery({ wamid, phoneNumberId: FOREIGN_NUMBER }));

      expect(await received(wamid)).toEqual([]);
    });
  });

  describe('what cannot be applied', () => {
    it('does not stop the others of its batch', async () => {
      const message = await aSent();
      const [before, after, broken] = [aWamid(), aWamid(), 'wamid.with-\0'];

      await deliver(
        aDelivery([
          anInboundChange({ wamid: before }),
          anInboundChange({ wamid: broken }),
          { field: 'messages', value: { statuses: [null, 7, {}] } },
          null,
          aStatusChange({ wamid: message.whatsappMessageId as string, status: 'read' }),
          anInboundChange({ wamid: after }),
        ]),
      );

      expect([await received(before), await received(after)]).toMatchObject([[{}], [{}]]);
      expect((await reload(db, message)).status).toBe('READ');
      const [{ deliveryId }] = (await db.manager.findBy(SetAsideItem, { reason: 'not-applicable' })) as [SetAsideItem];
      const items = await db.manager.find(SetAsideItem, { where: { deliveryId }, order: { itemIndex: 'ASC' } });
      expect(items.map(({ itemIndex, reason }) => [itemIndex, reason])).toEqual([
        [1, 'not-applicable'],
        [2, 'unknown-kind'],
        [3, 'unknown-kind'],
        [4, 'unknown-kind'],
        [5, 'unknown-kind'],
      ]);
    });

    it.each<[string, Buffer]>([
      ['an object of another kind', Buffer.from('{"object":"instagram","entry":[{"changes":[]}]}')],
      ['another product of Meta', Buffer.from('{"object":"page","entry":[]}')],
      ['a bare number', Buffer.from('7')],
    ])('because it is %s is stored and acknowledged', async (_, body) => {
      await deliver(signed(body));

      const [last] = await db.manager.find(WebhookDelivery, { order: { id: 'DESC' }, take: 1 });
      expect(last).toMatchObject({ body });
      expect(await db.manager.findBy(SetAsideItem, { deliveryId: last?.id })).toMatchObject([
        { reason: 'unknown-kind' },
      ]);
    });
  });

  it('answers 503 while the database is away, so that Meta delivers again, and loses nothing', async () => {
    const message = await aSent();
    const delivery = aStatusDelivery({ wamid: message.whatsappMessageId as string, status: 'read' });
    const reconnect = await cutOff(app);

    const refused = await post(delivery);
    reconnect();
    await deliver(delivery);

    expect(refused).toMatchObject({ status: 503, body: { code: 'database-unavailable' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await reload(db, message)).status).toBe('READ');
  });

  it('has a health check beside it that needs no key and gives no secret away', async () => {
    const { body } = await app.anonymous.get('/api/v1/whatsapp/health').expect(200);

    expect(body).toEqual({
      status: 'ok',
      notifications: 'enabled',
      phone_number_id: PHONE_NUMBER_ID,
      api_version: 'v26.0',
    });
  });
});

/** Meta's clock ticks in whole seconds. */
function wholeSecond(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1_000) * 1_000);
}

/** Ends the app's connections to PostgreSQL, and new ones as soon as they come. Answers how to mend that. */
async function cutOff({ database, databaseUrl }: TestApp): Promise<() => void> {
  const hangUp = createServer((socket) => socket.destroy());
  await new Promise<void>((listening) => hangUp.listen(0, '127.0.0.1', listening));
  const { port } = hangUp.address() as AddressInfo;
  const { options } = (database.driver as PostgresDriver).master as { options: { connectionString: string } };
  const right = options.connectionString;
  options.connectionString = `postgresql://palomar@127.0.0.1:${port}/palomar`;
  const name = new URL(databaseUrl).pathname.slice(1);
  await asAdmin((admin) =>
    admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]),
  );
  return () => {
    options.connectionString = right;
    hangUp.close();
  };
}
