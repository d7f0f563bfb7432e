import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { newId } from '#common';
import { StatisticsCountRepository, WhatsAppMessage } from '#messages';
import { adviceFor } from '#whatsapp';

import { aMessage, inMs } from '../factories/messages.ts';
import { eventually } from '../support/eventually.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const ROUTE = '/api/v1/whatsapp/statistics';
const PO = { templateName: 'po_notification', templateLanguage: 'es', messageType: 'TEMPLATE' } as const;

describe('statistics', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
  });

  afterAll(() => app.stop());

  const ask = async (path: string, query: object) =>
    (await app.api.get(`${ROUTE}${path}`).query(query).expect(200)).body;
  const aRead = (createdAt: Date, change: Partial<WhatsAppMessage> = {}) => {
    const after = (ms: number) => new Date(createdAt.getTime() + ms);
    const times = { createdAt, sentAt: after(400), deliveredAt: after(2_400), readAt: after(62_400) };
    return aMessage(app.database, { status: 'READ', attempts: 1, ...times, ...change });
  };
  const aKey = async (tenantId: string | null, scopes = ['statistics:read']) => {
    const made = await app.api.post('/api/v1/api-keys').send({ name: 'wallboard', tenant_id: tenantId, scopes });
    return `Bearer ${made.body.key}`;
  };
  const sumUp = () => app.nest.get(StatisticsCountRepository).sumUp(1_000);

  it('follow a message from its acceptance until it is read', async () => {
    const tenant = { tenant_id: newId() };
    const template = { name: 'po_notification', language: 'es', parameters: ['Proveedor ABC', 'PO-1', '€1'] };
    await app.api
      .post('/api/v1/whatsapp/messages')
      .send({ ...tenant, to: '+34612345678', type: 'template', template })
      .expect(202);

    await eventually(async () => {
      const found = await ask('', tenant);
      expect(found).toMatchObject({ total: 1, pending: 0, sent: 1, delivered: 1, read: 1, failed: 0, cancelled: 0 });
      expect(found).toMatchObject({ received: 0, delivery_rate: 1, read_rate: 1, failure_rate: 0 });
      expect(found.latency_ms.accepted_to_sent).toEqual({
        ...{ p50: expect.any(Number), p95: expect.any(Number), p99: expect.any(Number) },
      });
    });
    const { body: used } = await app.api.get(`${ROUTE}/usage`).query(tenant).expect(200);
    expect(used).toMatchObject({ billable_messages: 1, free_messages: 0, free: [], conversations: [] });
    expect(used.billable).toEqual([{ category: 'utility', country: 'ES', type: 'regular', messages: 1 }]);
    expect(used.free_tier).toMatchObject({ rule: expect.any(String), used: expect.any(Array) });
  });

  it.each([
    ['summed up', true],
    ['not yet summed up', false],
  ])('count between any two instants, %s', async (_, summedUp) => {
    const tenantId = newId();
    const of = { tenant_id: tenantId };
    for (const second of ['00', '10', '20']) await aRead(new Date(`2026-10-05T10:07:${second}Z`), { tenantId });
    await aRead(new Date('2026-10-06T10:20:00Z'), { tenantId });
    if (summedUp) await sumUp();

    expect(await ask('', { ...of, from: '2026-10-05T10:07:10Z', to: '2026-10-05T10:07:20Z' })).toMatchObject({
      total: 1,
      from: '2026-10-05T10:07:10.000Z',
      latency_ms: { accepted_to_sent: { p50: expect.closeTo(400, -2) } },
    });
    expect((await ask('', { ...of, from: '2026-10-05T10:07:10Z', to: '2026-10-07' })).total).toBe(3);
    expect((await ask('', { ...of, from: '2026-10-05', to: '2026-10-06' })).total).toBe(3);
    expect((await ask('', { ...of, from: '2026-10-01', to: '2026-10-05T10:07:00Z' })).total).toBe(0);
  });

  it('have no rate where there is nothing to divide by', async () => {
    const found = await ask('', { tenant_id: newId() });

    expect(found).toMatchObject({ total: 0, delivery_rate: null, read_rate: null, failure_rate: null });
    expect(found.latency_ms.sent_to_delivered).toEqual({ p50: null, p95: null, p99: null });
  });

  it('come per local day, those of 25 hours and empty ones too', async () => {
    const tenantId = newId();
    // Madrid: Sunday lasts from 22:00 until 23:00 of the next day, UTC.
    for (const time of ['24T21:59:59', '24T22:00:00', '25T22:59:59', '25T23:00:00'])
      await aRead(new Date(`2026-10-${time}Z`), { tenantId });

    const span = { from: '2026-10-22T22:00:00Z', to: '2026-10-26T23:00:00Z', time_zone: 'Europe/Madrid' };
    const { data, ...head } = await ask('/series', { tenant_id: tenantId, ...span });

    expect(head).toMatchObject({ interval: 'day', time_zone: 'Europe/Madrid', from: '2026-10-22T22:00:00.000Z' });
    expect(data.map(({ start, total }: { start: string; total: number }) => [start, total])).toEqual([
      ['2026-10-22T22:00:00.000Z', 0],
      ['2026-10-23T22:00:00.000Z', 1],
      ['2026-10-24T22:00:00.000Z', 2],
      ['2026-10-25T23:00:00.000Z', 1],
    ]);
  });

  it('come per hour in a zone of half hours', async () => {
    const tenantId = newId();
    await aRead(new Date('2026-10-05T10:29:59Z'), { tenantId });
    await aRead(new Date('2026-10-05T10:30:00Z'), { tenantId });

    const span = { from: '2026-10-05T10:00:00Z', to: '2026-10-05T11:00:00Z', time_zone: 'Asia/Kolkata' };
    const { data } = await ask('/series', { tenant_id: tenantId, interval: 'hour', ...span });

    expect(data).toMatchObject([
      { start: '2026-10-05T10:00:00.000Z', total: 1 },
      { start: '2026-10-05T10:30:00.000Z', total: 1 },
    ]);
  });

  it('come per template and language, and for one template', async () => {
    const tenantId = newId();
    await aRead(inMs(-5_000), { tenantId, ...PO });
    await aRead(inMs(-5_000), { tenantId, ...PO });
    await aRead(inMs(-5_000), { tenantId, ...PO, templateLanguage: 'en' });
    await aRead(inMs(-5_000), { tenantId });

    const { data } = await ask('/templates', { tenant_id: tenantId });

    expect(data).toMatchObject([
      { template_name: 'po_notification', language: 'es', category: 'UTILITY', total: 2, read: 2, read_rate: 1 },
      { template_name: 'po_notification', language: 'en', category: null, total: 1 },
    ]);
    expect((await ask('', { tenant_id: tenantId, template_name: 'po_notification' })).total).toBe(3);
    expect((await ask('', { template_name: 'po_notification' })).total).toBeGreaterThanOrEqual(3);
    expect((await ask('', { tenant_id: tenantId, template_name: 'other' })).total).toBe(0);
  });

  it('tell why messages failed, in the words the messages have', async () => {
    const tenantId = newId();
    for (const errorCode of ['131026', '131026', 'expired', null])
      await aMessage(app.database, { tenantId, status: 'FAILED', errorCode });

    const { data } = await ask('/failures', { tenant_id: tenantId });

    const { title, action } = adviceFor({ code: 131026 });
    expect(data[0]).toEqual({ error_code: '131026', count: 2, title, action, class: 'USER', retryable: false });
    expect(data.slice(1)).toMatchObject([
      { error_code: 'expired', count: 1, title: 'Not sent in time' },
      { error_code: 'unknown', count: 1 },
    ]);
  });

  it("tell what is used of the month's free tier, by number", async () => {
    const tenantId = newId();
    const service = { category: 'service', type: 'free_customer_service', model: 'PMP', country: 'PT' };
    const november = new Date('2026-11-03T10:00:00Z');
    await aRead(november, { tenantId, pricing: service });
    await aRead(november, { tenantId, pricing: service });
    await aRead(new Date('2026-10-31T23:59:59Z'), { tenantId, pricing: service });

    const used = await ask('/usage', { tenant_id: tenantId, from: '2026-10-01', to: '2026-11-15' });

    expect(used).toMatchObject({ billable_messages: 0, free_messages: 3, billable: [] });
    expect(used.free).toEqual([{ category: 'service', country: 'PT', type: 'free_customer_service', messages: 3 }]);
    expect(used.free_tier).toMatchObject({
      month: '2026-11',
      since: '2026-10-01',
      limit: 1_000,
      unit: 'service_message',
    });
    expect(used.free_tier.used).toMatchObject([{ used: 2, remaining: 998 }]);
  });

  it('count conversations only where Meta charged by conversation', async () => {
    const tenantId = newId();
    const at = new Date('2024-03-03T10:00:00Z');
    const pricing = { category: 'service', model: 'CBP', billable: true };
    for (const conversation of ['a', 'a', 'b']) {
      const { id } = await aRead(at, { tenantId, pricing });
      await app.database.query(
        `INSERT INTO message_events (message_id, type, source, occurred_at, details) VALUES ($1, 'sent', 'webhook', $2, $3)`,
        [id, at, { conversation: { id: conversation, origin: { type: 'service' } } }],
      );
    }

    const used = await ask('/usage', { tenant_id: tenantId, from: '2024-03-01', to: '2024-04-01' });

    expect(used.conversations).toEqual([{ type: 'service', count: 2 }]);
    expect(used.free_tier).toMatchObject({ month: '2024-03', unit: 'service_conversation', used: [{ used: 2 }] });
  });

  it.each([
    ['a zone that is none', '/series', { time_zone: 'Mars/Olympus' }, 'time_zone'],
    ['an interval that is none', '/series', { interval: 'week' }, 'interval'],
    ['too many hours', '/series', { interval: 'hour', from: '2001-01-01' }, 'interval'],
    ['times out of order', '', { from: '2026-11-02', to: '2026-11-01' }, 'from'],
    ['a time without a zone', '', { from: '2026-11-02T00:00:00' }, 'from'],
    ['a day that is none', '', { to: '2026-02-30' }, 'to'],
    ['another century', '', { from: '1999-12-31' }, 'from'],
    ['a tenant that is none', '/failures', { tenant_id: 'acme' }, 'tenant_id'],
    ['NUL in a name', '/templates', { template_name: 'a\0b' }, 'template_name'],
    ['a list of times', '/usage', { to: ['2026-11-01', '2026-11-02'] }, 'to'],
    ['a field nobody knows', '/usage', { template_name: 'po_notification' }, 'template_name'],
  ])('refuse %s', async (_, path, query, field) => {
    const { body } = await app.api.get(`${ROUTE}${path}`).query(query).expect(422);

    expect(body).toMatchObject({ code: 'validation-failed', errors: [{ field }] });
  });

  it.each(['', '/series', '/templates', '/failures', '/usage'])('%s shows a tenant its own only', async (path) => {
    const key = await aKey(TENANT);
    const get = (query: object = {}) => app.anonymous.get(`${ROUTE}${path}`).query(query).set('Authorization', key);
    await aRead(inMs(-5_000), { tenantId: newId(), ...PO, pricing: { category: 'utility', type: 'regular' } });

    const { body } = await get().expect(200);
    const foreign = await get({ tenant_id: newId() });
    const anonymous = await app.anonymous.get(`${ROUTE}${path}`);
    const unscoped = await app.anonymous
      .get(`${ROUTE}${path}`)
      .set('Authorization', await aKey(TENANT, ['messages:read']));

    const numbers = [
      body.total,
      body.billable_messages,
      ...(body.data ?? []).map((one: { total: number }) => one.total),
    ];
    expect(numbers.filter((number) => number > 0)).toEqual([]);
    expect([foreign.status, anonymous.status, unscoped.status]).toEqual([403, 401, 403]);
  });
});
