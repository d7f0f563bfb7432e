import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '#common';
import { ApiKeyRepository } from '#tenants';

import { aMessage, aPhone, inMs } from '../factories/messages.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const ROUTE = '/api/v1/whatsapp/messages';

describe('exporting messages', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
  });

  beforeEach(() => app.database.query('TRUNCATE whatsapp_messages'));

  afterAll(() => app.stop());

  const stored = (change: Parameters<typeof aMessage>[1] = {}) =>
    aMessage(app.database, { tenantId: TENANT, status: 'READ', pendingReason: null, nextAttemptAt: null, ...change });
  /** The lines of the file, without the mark at its beginning. */
  const linesOf = (text: string) =>
    text
      .replace(/^\uFEFF/, '')
      .trimEnd()
      .split('\r\n');
  const idsIn = (text: string) =>
    linesOf(text)
      .slice(1)
      .map((line) => line.split(',', 1)[0]);
  const exported = async (query: object = {}) => (await app.api.get(`${ROUTE}/export`).query(query).expect(200)).text;

  it('gives a file that spreadsheets open, a line for each message, newest first', async () => {
    const phone = aPhone();
    const older = await stored({
      recipientPhone: phone,
      content: { type: 'text', text: { body: 'Hola, "Ana"\nadiós' } },
    });
    const newer = await stored({ templateName: 'po', templateParameters: ['a', 'b'], readAt: inMs(0) });

    const { text, headers } = await app.api.get(`${ROUTE}/export`).expect(200);

    expect(headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="messages.csv"',
    });
    expect(text.startsWith('\uFEFFid,tenant_id,created_at,direction,status,')).toBe(true);
    expect(text.indexOf(newer.id)).toBeLessThan(text.indexOf(older.id));
    expect(text).toContain('"Hola, ""Ana""\nadiós"');
    expect(text).toContain('po,,"[""a"",""b""]"');
  });

  it.each(['=1+1', '+34', '-1', '@a', '\t=1'])('lets no spreadsheet take %j for a formula', async (recipientName) => {
    await stored({ recipientName, recipientPhone: null });

    const text = await exported();

    expect(text).toContain(`,'${recipientName}`);
    expect(text).not.toContain(`,${recipientName}`);
  });

  it('takes the filters of the list, and knows a phone number however it is spelled', async () => {
    const [phone, id] = [aPhone(), newId()];
    const wanted = await stored({ recipientPhone: phone, notificationId: id });
    await stored({ recipientPhone: phone });
    await stored({ notificationId: id });
    const spelled = `${phone.slice(1, 4)} ${phone.slice(4, 7)}-${phone.slice(7)}`;

    expect(idsIn(await exported({ to: spelled, notification_id: id, status: 'read' }))).toEqual([wanted.id]);
    const { body } = await app.api.get(ROUTE).query({ to: spelled, notification_id: id }).expect(200);
    expect(body.data.map((one: { id: string }) => one.id)).toEqual([wanted.id]);
  });

  it('finds a Mexican number under both of its spellings', async () => {
    const [old, current] = [
      await stored({ fromPhone: '+5215512345678' }),
      await stored({ fromPhone: '+525512345678' }),
    ];

    expect(idsIn(await exported({ from_phone: '+525512345678' }))).toEqual([current.id, old.id]);
  });

  it('goes on until there are no more', async () => {
    await app.database.query(
      `INSERT INTO whatsapp_messages (id, tenant_id, direction, status, message_type, phone_number_id, contact_key, content)
       SELECT ('01930000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, $1, 'inbound', 'RECEIVED', 'TEXT', '1', '+1', '{}'
       FROM generate_series(1, 2500) AS i`,
      [TENANT],
    );

    const ids = idsIn(await exported());

    expect(ids).toHaveLength(2_500);
    expect(new Set(ids).size).toBe(2_500);
  });

  it("holds a tenant's own messages only", async () => {
    const own = await stored();
    await stored({ tenantId: newId() });
    const { key } = await new ApiKeyRepository(app.database).create({
      name: 'reader',
      tenantId: TENANT,
      scopes: ['messages:read'],
      expiresAt: null,
    });

    const { text } = await app.anonymous.get(`${ROUTE}/export`).set('Authorization', `Bearer ${key}`).expect(200);

    expect(idsIn(text)).toEqual([own.id]);
  });

  it('says what is wrong with a filter, and asks for a key that may read', async () => {
    const { body } = await app.api.get(`${ROUTE}/export`).query({ to: '123', limit: 5 }).expect(422);

    expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual(['limit', 'to']);
    await app.anonymous.get(`${ROUTE}/export`).expect(401);
  });
});
