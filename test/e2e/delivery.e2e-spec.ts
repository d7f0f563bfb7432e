import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { newId } from '#common';

import { startSimulator } from '../../apps/simulator/src/simulator.ts';
import { aPhone, reload } from '../factories/messages.ts';
import { eventually } from '../support/eventually.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const MESSAGES = '/api/v1/whatsapp/messages';
const BATCHES = '/api/v1/whatsapp/batches';
const HOLDS = '/api/v1/whatsapp/holds';
const OTHER_TENANT = '01930000-0000-7000-8000-000000000002';
const UNKNOWN_ID = '01930000-0000-7000-8000-00000000ffff';

/** Whom the simulator took messages for, in the order it took them. */
const takenBy = (app: TestApp): string[] => app.simulator.ledger({ limit: 100_000 }).map(({ to }) => to);
const becomes = (app: TestApp, id: string, expected: object): Promise<void> =>
  eventually(async () => {
    const { body } = await app.api.get(`${MESSAGES}/${id}`).expect(200);
    expect(body).toMatchObject(expected);
  });

describe('bulk', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
  });

  afterAll(() => app.stop());

  const bulk = (body: object) => app.api.post(`${MESSAGES}/bulk`).send(body);
  const progress = async (id: string) => (await app.api.get(`${BATCHES}/${id}`).expect(200)).body;
  const texts = (count: number, change: object = {}) =>
    Array.from({ length: count }, () => ({ to: aPhone(), text: 'Hola', ...change }));

  it('judges each message alone, and counts how far the good ones got', async () => {
    const messages = [
      ...texts(2),
      { to: '12', text: 'Hola' },
      { to: aPhone(), text: 'Hola', colour: 'red' },
      'no message',
      { to: aPhone(), tenant_id: OTHER_TENANT, text: 'Hola' },
    ];

    const { body } = await bulk({ tenant_id: TENANT, messages }).expect(202);

    expect(body).toMatchObject({ batch_id: expect.any(String), accepted: 2, rejected: 4 });
    expect(body.results).toMatchObject([
      { index: 0, id: expect.any(String) },
      { index: 1, id: expect.any(String) },
      { index: 2, error: { code: 'recipient-phone-invalid', errors: [{ field: 'to' }] } },
      { index: 3, error: { errors: [{ field: 'colour' }] } },
      { index: 4, error: { errors: [{ field: 'body' }] } },
      { index: 5, error: { errors: [{ field: 'tenant_id' }] } },
    ]);
    await eventually(async () =>
      expect(await progress(body.batch_id)).toMatchObject({ accepted: 2, rejected: 4, pending: 0, read: 2 }),
    );
    const listed = await app.api.get(`${MESSAGES}?batch_id=${body.batch_id}`).expect(200);
    expect(listed.body.data).toHaveLength(2);
  });

  it('takes a thousand in one request, and each is sent once', async () => {
    const messages = texts(1_000, { priority: 'low' });

    const { body } = await bulk({ tenant_id: TENANT, messages }).expect(202);

    expect(body).toMatchObject({ accepted: 1_000, rejected: 0 });
    await eventually(async () => expect(await progress(body.batch_id)).toMatchObject({ read: 1_000 }), {
      timeoutMs: 60_000,
      intervalMs: 250,
    });
    const recipients = new Set(messages.map(({ to }) => to));
    expect(takenBy(app).filter((to) => recipients.has(to))).toHaveLength(1_000);
  }, 90_000);

  it.each<[string, object, string]>([
    ['more than a thousand', { tenant_id: TENANT, messages: texts(1_001) }, 'messages'],
    ['none', { tenant_id: TENANT, messages: [] }, 'messages'],
    ['something else', { tenant_id: TENANT, messages: 'all' }, 'messages'],
    ['a field it does not know', { tenant_id: TENANT, messages: texts(1), when: 'now' }, 'when'],
    ['no tenant with a platform key', { messages: texts(1) }, 'tenant_id'],
  ])('refuses %s as a whole', async (_, body, field) => {
    const answer = await bulk(body).expect(422);

    expect(answer.body.errors).toMatchObject([{ field }]);
  });

  it('finds the tenant on the messages where the bulk does not name it', async () => {
    const { body } = await bulk({ messages: texts(1, { tenant_id: TENANT }) }).expect(202);

    expect(await progress(body.batch_id)).toMatchObject({ tenant_id: TENANT, accepted: 1 });
  });

  it('answers a repetition under one Idempotency-Key with the same batch', async () => {
    const body = { tenant_id: TENANT, messages: texts(3) };
    const key = newId();

    const first = await bulk(body).set('Idempotency-Key', key).expect(202);
    const second = await bulk(body).set('Idempotency-Key', key).expect(202);

    expect(second.body).toEqual(first.body);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(await progress(first.body.batch_id)).toMatchObject({ accepted: 3 });
  });

  it('cancels what has not left, and sends again what failed', async () => {
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const [failing] = texts(1, { to: '+34612340026' });
    const { body } = await bulk({ tenant_id: TENANT, messages: [...texts(2, { send_at: later }), failing] }).expect(
      202,
    );
    await eventually(async () => expect(await progress(body.batch_id)).toMatchObject({ failed: 1, pending: 2 }));

    const cancelled = await app.api.post(`${BATCHES}/${body.batch_id}/cancel`).expect(200);
    const retried = await app.api.post(`${BATCHES}/${body.batch_id}/retry`).expect(202);

    expect(cancelled.body).toEqual({ cancelled: 2 });
    expect(retried.body).toEqual({ retried: 1 });
    await eventually(() => expect(takenBy(app).filter((to) => to === '+34612340026')).toHaveLength(2));
    await eventually(async () => expect(await progress(body.batch_id)).toMatchObject({ failed: 1, cancelled: 2 }));
  });

  it.each(['', '/cancel', '/retry'])('knows no batch that does not exist (%s)', async (action) => {
    const call = action ? app.api.post(`${BATCHES}/${UNKNOWN_ID}${action}`) : app.api.get(`${BATCHES}/${UNKNOWN_ID}`);

    expect((await call.expect(404)).body).toMatchObject({ code: 'not-found' });
  });
});

describe('a decision about one message', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ env: { UNCONFIRMED_POLICY: 'hold', WHATSAPP_SEND_TIMEOUT_MS: '400' } });
  });

  afterEach(() => app.simulator.clearFaults());

  afterAll(() => app.stop());

  const send = async (change: object = {}): Promise<{ id: string; to: string }> => {
    const message = { tenant_id: TENANT, to: aPhone(), text: 'Hola', ...change };
    const { body } = await app.api.post(MESSAGES).send(message).expect(202);
    return { id: body.id, to: message.to };
  };
  const decide = (id: string, action: 'cancel' | 'retry', body?: object) =>
    app.api.post(`${MESSAGES}/${id}/${action}`).send(body);

  it('cancels what is still scheduled, and it is never sent', async () => {
    const soon = new Date(Date.now() + 1_000).toISOString();
    const { id, to } = await send({ send_at: soon });

    const { body } = await decide(id, 'cancel').expect(200);
    const after = await send({ send_at: soon });
    await becomes(app, after.id, { status: 'READ' });

    expect(body).toMatchObject({ status: 'CANCELLED', pending_reason: null });
    expect(takenBy(app)).not.toContain(to);
    const { events } = (await app.api.get(`${MESSAGES}/${id}`)).body;
    expect(events.at(-1)).toMatchObject({ type: 'cancelled', source: 'api' });
  });

  it('does not cancel what is on the wire, and says so', async () => {
    const to = aPhone();
    app.simulator.addFault({ kind: 'slow', delayMs: 300, to });
    const { id } = await send({ to });
    await becomes(app, id, { pending_reason: 'sending' });

    const { body } = await decide(id, 'cancel').expect(409);

    expect(body).toMatchObject({ code: 'message-on-the-wire' });
    await becomes(app, id, { status: 'READ' });
  });

  it.each(['cancel', 'retry'] as const)('does not %s what was sent', async (action) => {
    const { id } = await send();
    await becomes(app, id, { status: 'READ' });

    const { body } = await decide(id, action).expect(409);

    expect(body.code).toMatch(/^message-not-/);
  });

  it('sends again what failed, and late news of the first attempt does not stand in for the second', async () => {
    const { id, to } = await send({ to: '+34612350026' });
    await becomes(app, id, { status: 'FAILED', error_code: '131026', attempts: 1 });
    const [first] = app.simulator.ledger({ to });
    app.simulator.addFault({ kind: 'slow', delayMs: 300, to });

    await decide(id, 'retry').expect(202);
    app.simulator.sendStatus({ wamid: first!.wamid }, 'sent');

    await eventually(() => expect(app.simulator.ledger({ to })).toHaveLength(2));
    await becomes(app, id, { status: 'FAILED', attempts: 2 });
  });

  it('sends an unconfirmed message again only when the risk of a duplicate is accepted', async () => {
    const to = aPhone();
    app.simulator.addFault({ kind: 'reset-before-accept', to, times: 1 });
    const { id } = await send({ to });
    await becomes(app, id, { pending_reason: 'unconfirmed' });

    const refused = await decide(id, 'retry').expect(409);
    const unknown = await decide(id, 'retry', { accept_duplicate_risk: 'yes' }).expect(422);
    await decide(id, 'retry', { accept_duplicate_risk: true }).expect(202);

    expect(refused.body).toMatchObject({ code: 'duplicate-risk-not-accepted' });
    expect(unknown.body).toMatchObject({ errors: [{ field: 'accept_duplicate_risk' }] });
    await becomes(app, id, { status: 'READ', attempts: 2 });
    expect(takenBy(app).filter((one) => one === to)).toHaveLength(1);
  });

  it.each(['cancel', 'retry'] as const)('finds no message to %s that does not exist', async (action) => {
    expect((await decide(UNKNOWN_ID, action).expect(404)).body).toMatchObject({ code: 'not-found' });
  });
});

describe('a scope that Meta stops', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ env: { DISPATCHER_PROBE_MS: '200' } });
  });

  afterEach(() => app.simulator.clearFaults());

  afterAll(() => app.stop());

  const send = async (change: object = { text: 'Hola' }): Promise<string> => {
    const message = { tenant_id: TENANT, to: aPhone(), ...change };
    const { body } = await app.api.post(MESSAGES).send(message).expect(202);
    return body.id;
  };
  const openHolds = async () => {
    const { body } = await app.api.get(HOLDS).expect(200);
    return (body.data as { id: string; released_at: string | null }[]).filter(({ released_at: over }) => !over);
  };
  const template = {
    type: 'template',
    template: { name: 'po_notification', language: 'es', parameters: ['a', 'b', 'c'] },
  };

  it('holds every message of a dead token, fails none, and goes on by itself', async () => {
    app.simulator.addFault({ kind: 'error', code: 190 });
    const ids = [await send(), await send()];
    await eventually(async () => expect(await openHolds()).toHaveLength(1));
    ids.push(await send(), await send());

    for (const id of ids) {
      await becomes(app, id, { status: 'PENDING', pending_reason: 'held', error: { code: '190', class: 'STOP' } });
    }
    const [hold] = await openHolds();
    const metrics = await app.anonymous.get('/metrics').expect(200);
    app.simulator.clearFaults();

    expect(hold).toMatchObject({ scope: 'token', class: 'STOP', code: '190', action: expect.stringMatching(/token/) });
    expect(metrics.text).toContain('palomar_holds{scope="token"} 1');
    for (const id of ids) await becomes(app, id, { status: 'READ' });
    expect(await openHolds()).toEqual([]);
  });

  it('lets an admin end a hold before its next probe', async () => {
    app.simulator.addFault({ kind: 'error', code: 131031 });
    const id = await send();
    await eventually(async () => expect(await openHolds()).toHaveLength(1));
    const [hold] = await openHolds();
    await app.database.query(`UPDATE send_holds SET probe_at = now() + interval '1 hour' WHERE id = $1`, [hold!.id]);
    app.simulator.clearFaults();

    const { body } = await app.api.post(`${HOLDS}/${hold!.id}/release`).expect(200);

    expect(body).toMatchObject({ scope: 'waba', released_by: 'admin', released_at: expect.any(String) });
    await becomes(app, id, { status: 'READ' });
  });

  it('holds a paused template alone: other messages go on', async () => {
    app.simulator.addFault({ kind: 'error', code: 132015, to: '7' });
    const held = await send({ ...template, to: '+34691123457' });
    await eventually(async () => expect(await openHolds()).toMatchObject([{ scope: 'template' }]));
    const parked = await send({ ...template, to: '+34691123467' });
    const free = await send();

    await becomes(app, free, { status: 'READ' });
    await becomes(app, parked, { status: 'PENDING', pending_reason: 'held' });
    app.simulator.clearFaults();

    await becomes(app, held, { status: 'READ' });
    await becomes(app, parked, { status: 'READ' });
  });

  it('shows a throttled account as throttled, and goes on', async () => {
    app.simulator.addFault({ kind: 'error', code: 80007, times: 1 });
    const id = await send();
    await eventually(async () => expect(await openHolds()).toMatchObject([{ scope: 'waba', class: 'SLOW' }]));
    await becomes(app, id, { status: 'PENDING', pending_reason: 'throttled' });

    await app.database.query('UPDATE send_holds SET probe_at = now() WHERE released_at IS NULL');

    await becomes(app, id, { status: 'READ' });
  });

  it('obeys expires_at while it is held', async () => {
    app.simulator.addFault({ kind: 'error', code: 190 });
    const id = await send({ text: 'Hola', expires_at: new Date(Date.now() + 1_500).toISOString() });

    await becomes(app, id, { status: 'FAILED', error_code: 'expired' });
    app.simulator.clearFaults();
    await becomes(app, await send(), { status: 'READ' });
  });

  it('knows no hold that does not exist', async () => {
    await app.api.post(`${HOLDS}/${UNKNOWN_ID}/release`).expect(404);
    await app.api.post(`${HOLDS}/x/release`).expect(404);
  });
});

describe('the order of sending', () => {
  it('serves high before low, tenants in turns, and each person in order', async () => {
    const simulator = await startSimulator({ port: 0, statusDelaysMs: { sent: 5, delivered: 5, read: 5 } });
    // One permit at a time: the order of claims is the order of sends.
    const app = await startTestApp({ simulator, env: { WHATSAPP_MESSAGES_PER_SECOND: '20' } });
    simulator.addFault({ kind: 'error', code: 190 });
    const post = async (tenant: string, to: string, priority: string): Promise<string> =>
      (await app.api.post(MESSAGES).send({ tenant_id: tenant, to, text: 'Hola', priority }).expect(202)).body.id;
    // Nothing leaves until everything is there.
    const ids = [await post(TENANT, aPhone(), 'normal')];
    await eventually(async () => expect((await app.api.get(HOLDS)).body.data).toHaveLength(1));
    const hot = aPhone();
    const busy: string[] = [];
    for (let each = 0; each < 12; each++) {
      busy.push(hot);
      ids.push(await post(TENANT, hot, 'low'));
    }
    const [other, urgent] = [aPhone(), aPhone()];
    ids.push(await post(OTHER_TENANT, other, 'low'), await post(TENANT, urgent, 'high'));

    simulator.clearFaults();
    const [hold] = (await app.api.get(HOLDS)).body.data;
    await app.api.post(`${HOLDS}/${hold.id}/release`).expect(200);
    for (const id of ids)
      await eventually(async () => expect((await reload(app.database, { id })).status).toBe('READ'));

    const order = takenBy(app);
    expect(order.indexOf(urgent)).toBeLessThan(order.indexOf(hot));
    expect(order.indexOf(other)).toBeLessThan(order.lastIndexOf(hot) - 5);
    const sentToHot = simulator.ledger({ to: hot }).map(({ opaque }) => opaque?.split('/')[0]);
    expect(sentToHot).toEqual(ids.slice(1, 13));
    await app.stop();
    await simulator.stop();
  }, 60_000);

  it('sends a scheduled message at its time, and not before', async () => {
    const app = await startTestApp();
    const sendAt = new Date(Date.now() + 1_500);
    const { body } = await app.api
      .post(MESSAGES)
      .send({ tenant_id: TENANT, to: aPhone(), text: 'Hola', send_at: sendAt.toISOString() })
      .expect(202);

    expect(body).toMatchObject({ pending_reason: 'scheduled' });
    await becomes(app, body.id, { status: 'READ' });
    const [sent] = app.simulator.ledger();
    expect(new Date(sent!.acceptedAt).getTime()).toBeGreaterThanOrEqual(sendAt.getTime());
    await app.stop();
  });
});
