import { randomUUID } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { PoDeadLetter } from '#po-events';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import { eventually } from '../support/eventually.ts';
import { anEvent } from '../support/po-events.ts';
import { aTestBroker, type TestBroker } from '../support/rabbitmq.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const TEMPLATES = {
  'po.cancelled': {
    template: 'po_cancelled',
    recipient_name: 'data.supplier_name',
    parameters: ['data.po_number', 'data.reason', { amount: 'data.fee', currency: 'data.currency' }],
  },
  'po.late': { template_key: 'po-late', to: 'data.contact.phone', parameters: { days: 'data.days' } },
};

describe('kinds of events that the configuration adds', () => {
  let broker: TestBroker;
  let simulator: RunningSimulator;
  let app: TestApp;

  beforeEach(async () => {
    broker = await aTestBroker();
    simulator = await startSimulator({ port: 0, statusDelaysMs: { sent: 5, delivered: 10, read: 10 } });
    simulator.setTemplate('po_cancelled', 'es', {
      components: [{ type: 'BODY', text: 'La orden {{1}} se ha anulado ({{2}}). Abono: {{3}}.' }],
    });
    simulator.setTemplate('po_delay', 'es', {
      status: 'PENDING',
      parameter_format: 'NAMED',
      components: [{ type: 'BODY', text: 'Su orden llega con {{days}} días de retraso.' }],
    });
    app = await startTestApp({
      simulator,
      env: {
        RABBITMQ_URL: broker.url,
        PO_EVENTS_EXCHANGE: broker.exchange,
        PO_EVENTS_QUEUE: broker.queue,
        PO_EVENTS_ROUTING_KEYS: 'po.*',
        PO_EVENT_TEMPLATES: JSON.stringify(TEMPLATES),
      },
    });
    await eventually(async () => expect((await ready()).status).toBe('ok'), { timeoutMs: 20_000 });
    await eventually(async () => expect((await app.api.get('/api/v1/whatsapp/templates')).body.data).not.toEqual([]));
  });

  afterEach(async () => {
    await app.stop();
    await simulator.stop();
    await broker.close();
  });

  const ready = async () => (await app.anonymous.get('/health/ready')).body;
  const waiting = async () => (await ready()).details.templates.waiting as { event_type: string; fault: string }[];
  const aNew = (event_type: string, data: object) => ({
    ...anEvent({ tenant_id: TENANT, po_id: randomUUID(), ...data }),
    event_id: randomUUID(),
    event_type,
  });
  const publish = (event: { event_type: string }) => broker.publish(event, { routingKey: event.event_type });
  const outcomes = () =>
    app.database.query('SELECT event_type, outcome, reason FROM po_events ORDER BY event_type, received_at');
  const told = () => simulator.ledger().map(({ to, text }) => `${to} ${text}`);

  it('are told by their own templates, beside approved orders', async () => {
    await publish(aNew('po.cancelled', { reason: 'Sin  stock\n', fee: '1250', supplier_phone: '+34612000013' }));
    await publish(aNew('po.approved', { supplier_phone: '+34612000023' }));
    await publish(aNew('po.seen', {}));

    await eventually(async () => {
      expect(await outcomes()).toEqual([
        { event_type: 'po.approved', outcome: 'notified', reason: null },
        { event_type: 'po.cancelled', outcome: 'notified', reason: null },
        { event_type: 'po.seen', outcome: 'skipped', reason: 'other-event-type' },
      ]);
      expect(told().sort()).toEqual([
        '+34612000013 La orden PO-2024-001 se ha anulado (Sin stock). Abono: €1,250.00.',
        expect.stringMatching(/^\+34612000023 .*PO-2024-001 por un total de €1,250\.00/),
      ]);
    });
  });

  it('are dead letters when a field is missing that their template needs, and name it', async () => {
    await publish(aNew('po.cancelled', { fee: 1 }));

    await eventually(async () =>
      expect(await app.database.manager.find(PoDeadLetter)).toMatchObject([
        { reason: 'po-event-invalid', detail: 'data.reason: must be a text or a number' },
      ]),
    );
    const event = aNew('po.late', { contact: { phone: '12-34' } });
    const { body } = await app.api.post('/api/v1/po-events').send(event).expect(422);
    expect(body.errors).toMatchObject([{ field: 'data.days' }]);
  });

  it('wait for a template that has no key yet, then for its approval, as the health page says', async () => {
    const event = aNew('po.late', { contact: { phone: '+34612000033' }, days: 3 });
    await publish(event);
    await publish(aNew('po.cancelled', { reason: 'x', fee: 1 }));
    await eventually(async () => expect(await outcomes()).toMatchObject([{ event_type: 'po.cancelled' }]));
    const before = await waiting();

    await app.api.put('/api/v1/whatsapp/template-keys/po-late').send({ template: 'po_delay' }).expect(200);
    const keyed = await waiting();
    simulator.setTemplate('po_delay', 'es', { status: 'APPROVED' });
    await eventually(async () => expect(await waiting()).toBeUndefined());

    expect(before).toMatchObject([{ event_type: 'po.late', fault: expect.stringContaining('the key "po-late"') }]);
    expect(keyed).toMatchObject([{ event_type: 'po.late', fault: expect.stringContaining('is PENDING') }]);
    await eventually(() => expect(told()).toContain('+34612000033 Su orden llega con 3 días de retraso.'), {
      timeoutMs: 30_000,
    });
  }, 60_000);
});

describe('a configured template that does not fit', () => {
  it('is said by the health page, and stops nothing', async () => {
    const app = await startTestApp({
      env: { PO_EVENT_TEMPLATES: JSON.stringify({ 'po.approved': { template: 'po_notification', parameters: [] } }) },
    });
    const templates = async () => (await app.anonymous.get('/health/ready').expect(200)).body.details.templates;

    await eventually(async () =>
      expect(await templates()).toMatchObject({
        status: 'up',
        waiting: [{ event_type: 'po.approved', fault: expect.stringMatching(/parameters|array of 3/) }],
      }),
    );
    await app.stop();
  });
});
