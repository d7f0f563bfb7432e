import { createHmac } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import { eventually } from '../support/eventually.ts';
import { aTemplate, aText, graphClient } from './graph-client.ts';
import { Receiver } from './receiver.ts';

describe('webhooks of the simulator', () => {
  let receiver: Receiver;
  let simulator: RunningSimulator;
  let client: ReturnType<typeof graphClient>;

  beforeEach(async () => {
    receiver = await new Receiver().start();
    simulator = await startSimulator({
      port: 0,
      webhookUrl: receiver.url,
      statusDelaysMs: { sent: 1, delivered: 1, read: 1 },
      retry: { firstPauseMs: 5, longestPauseMs: 20, giveUpAfterMs: 60_000 },
      templateReviewMs: 1,
    });
    client = graphClient(simulator);
  });
  afterEach(async () => {
    await simulator.stop();
    await receiver.stop();
  });

  it('tells of sent, delivered and read, in this order, with our own id and the price', async () => {
    const { body } = await client.send({ ...aTemplate(), biz_opaque_callback_data: 'ours-1' });

    await simulator.waitForIdle();

    const about = { id: body.messages[0].id, recipient_id: '34612345678', biz_opaque_callback_data: 'ours-1' };
    const pricing = { billable: true, pricing_model: 'PMP', type: 'regular', category: 'utility' };
    expect(receiver.statuses).toEqual([
      expect.objectContaining({ ...about, status: 'sent', pricing }),
      expect.objectContaining({ ...about, status: 'delivered', pricing }),
      expect.objectContaining({ ...about, status: 'read' }),
    ]);
    expect(simulator.ledger()[0]?.statuses.map(({ status }) => status)).toEqual(['sent', 'delivered', 'read']);
  });

  it('calls an answer inside the window free', async () => {
    await client.send(aText());

    await simulator.waitForIdle();

    expect(receiver.statuses[0].pricing).toMatchObject({ type: 'free_customer_service', category: 'service' });
  });

  it('signs the bytes it sends, escaped as Meta escapes them', async () => {
    simulator.sendInbound({ from: '+34612345678', text: '¿Mañana / tarde? 👍', name: 'Lucía' });

    await simulator.waitForIdle();

    const [{ rawBody, headers, body } = fail()] = receiver.received;
    const expected = createHmac('sha256', simulator.options.appSecret).update(rawBody).digest('hex');
    expect(headers['x-hub-signature-256']).toBe(`sha256=${expected}`);
    expect(rawBody.toString('latin1')).toContain('\\u00bfMa\\u00f1ana \\/ tarde? \\ud83d\\udc4d');
    expect(body.entry[0].changes[0].value).toMatchObject({
      contacts: [{ profile: { name: 'Lucía' }, wa_id: '34612345678' }],
      messages: [{ from: '34612345678', type: 'text', text: { body: '¿Mañana / tarde? 👍' } }],
    });
  });

  it('delivers a message to the number it was written to, and knows no others', async () => {
    simulator.setPhoneNumber('77', { display_phone_number: '+34 600 777 777' });

    const taken = await client.control('POST', 'inbound', { from: '+34612345678', text: 'Hola', phoneNumberId: '77' });
    const refused = await client.control('POST', 'inbound', {
      from: '+34612345678',
      text: 'Hola',
      phoneNumberId: '78',
    });

    await simulator.waitForIdle();
    const metadata = { display_phone_number: '34600777777', phone_number_id: '77' };
    expect(receiver.changes).toEqual([
      expect.objectContaining({ value: expect.objectContaining({ metadata, messages: [expect.anything()] }) }),
    ]);
    expect(taken.body.wamid).toBe(receiver.changes[0].value.messages[0].id);
    expect(refused.status).toBe(400);
  });

  it.each([
    ['+34600000026', 131026],
    ['+34600000047', 131047],
  ])('accepts a message to %s and fails it afterwards with %s', async (to, code) => {
    const answer = await client.send(aText({ to }));

    await simulator.waitForIdle();

    const error = { code, title: expect.any(String), error_data: { details: expect.any(String) } };
    expect(answer.status).toBe(200);
    expect(receiver.statuses).toEqual([
      expect.objectContaining({ status: 'failed', errors: [expect.objectContaining(error)] }),
    ]);
    expect(receiver.changes[0].value).not.toHaveProperty('contacts');
  });

  it('says nothing about a message to …0000, until told to', async () => {
    const { body } = await client.send(aText({ to: '+34600000000' }));
    await simulator.waitForIdle();
    const before = receiver.received.length;

    await client.control('POST', 'statuses', { wamid: body.messages[0].id, status: 'delivered' });

    await simulator.waitForIdle();
    expect(before).toBe(0);
    expect(receiver.statuses.map(({ status }) => status)).toEqual(['delivered']);
  });

  it('tells of a reaction only that it was sent', async () => {
    await client.send(aText({ type: 'reaction', text: undefined, reaction: { message_id: 'wamid.A', emoji: '👍' } }));

    await simulator.waitForIdle();

    expect(receiver.statuses.map(({ status }) => status)).toEqual(['sent']);
  });

  it('repeats a webhook until the application is up, and loses none', async () => {
    await receiver.stop();
    await client.send(aText());
    await eventually(() => expect(simulator.webhookAttempts().length).toBeGreaterThan(2), { intervalMs: 5 });

    await receiver.start();

    await simulator.waitForIdle();
    expect(receiver.statuses.map(({ status }) => status)).toEqual(['sent', 'delivered', 'read']);
    expect(simulator.webhookAttempts()[0]).toMatchObject({ attempt: 1, status: null, error: 'ECONNREFUSED' });
  });

  it('repeats a webhook that was not answered with 200', async () => {
    receiver.status = 503;
    simulator.sendInbound({ from: '+34612345678', text: 'Hola' });
    await eventually(() => expect(receiver.received.length).toBeGreaterThan(1), { intervalMs: 5 });

    receiver.status = 200;

    await simulator.waitForIdle();
    const bodies = new Set(receiver.received.map(({ rawBody }) => rawBody.toString()));
    expect(bodies.size).toBe(1);
    expect(simulator.webhookAttempts().at(-1)).toMatchObject({ status: 200 });
  });

  it('delivers twice when told to', async () => {
    await client.control('PUT', 'webhooks', { duplicate: 1 });

    simulator.sendInbound({ from: '+34612345678', text: 'Hola' });

    await simulator.waitForIdle();
    expect(receiver.received).toHaveLength(2);
    expect(receiver.received[0]?.rawBody).toEqual(receiver.received[1]?.rawBody);
  });

  it('puts several updates into one delivery when told to', async () => {
    await client.control('PUT', 'webhooks', { batch: 3 });

    for (const text of ['1', '2', '3']) simulator.sendInbound({ from: '+34612345678', text });

    await simulator.waitForIdle();
    expect(receiver.received).toHaveLength(1);
    expect(receiver.changes).toHaveLength(3);
  });

  it('does not keep an incomplete batch back', async () => {
    await client.control('PUT', 'webhooks', { batch: 100 });

    simulator.sendInbound({ from: '+34612345678', text: 'alone' });

    await simulator.waitForIdle();
    expect(receiver.changes).toHaveLength(1);
  });

  it('mixes the order of the statuses when told to', async () => {
    await client.control('PUT', 'webhooks', { shuffle: true });

    await Promise.all(Array.from({ length: 20 }, () => client.send(aText())));

    await simulator.waitForIdle();
    const orders = simulator.ledger().map(({ statuses }) => statuses.map(({ status }) => status).join());
    expect(receiver.statuses).toHaveLength(60);
    expect(orders.some((order) => order !== 'sent,delivered,read')).toBe(true);
  });

  it('loses updates when told to', async () => {
    await client.control('PUT', 'webhooks', { drop: 1 });

    await client.send(aText());

    await simulator.waitForIdle();
    expect(receiver.received).toEqual([]);
    expect(simulator.ledger()[0]?.statuses).toHaveLength(3);
  });

  it('lets the first status overtake the answer when told to', async () => {
    await client.control('PUT', 'webhooks', { before_answer: true });

    const answer = await client.send(aText());

    expect(receiver.statuses[0]).toMatchObject({ id: answer.body.messages[0].id, status: 'sent' });
    await simulator.waitForIdle();
    expect(receiver.statuses).toHaveLength(3);
  });

  it('goes to the account’s own callback once that answered the verification', async () => {
    const other = await new Receiver().start();
    const path = `${simulator.options.businessAccountId}/subscribed_apps`;
    const override = { override_callback_uri: other.url, verify_token: 'simulator-verify-token' };

    const refused = await client.call('POST', path, { body: { ...override, verify_token: 'another' } });
    const taken = await client.call('POST', path, { body: override });
    simulator.sendInbound({ from: '+34612345678', text: 'Hola' });
    await simulator.waitForIdle();
    await other.stop();

    expect(refused.body.error.code).toBe(100);
    expect(taken.body).toMatchObject({ success: true, data: [{ override_callback_uri: other.url }] });
    expect(other.received).toHaveLength(1);
    expect(receiver.received).toEqual([]);
  });

  it('delivers nothing to an app that is not subscribed', async () => {
    const path = `${simulator.options.businessAccountId}/subscribed_apps`;
    await client.call('DELETE', path);

    await client.send(aText());

    await simulator.waitForIdle();
    expect(receiver.received).toEqual([]);
    expect((await client.get(path)).body).toEqual({ data: [] });
  });

  it('refuses a webhook URL that fails the handshake it was told to do', async () => {
    receiver.verifyToken = 'another';

    const answer = await client.control('PUT', 'webhooks', { url: receiver.url, verify: true });

    expect(answer.status).toBe(422);
  });

  it('calls off what is under way at a reset', async () => {
    receiver.status = 500;
    await client.send(aText());
    await eventually(() => expect(receiver.received.length).toBeGreaterThan(0), { intervalMs: 5 });

    simulator.reset();
    receiver.status = 200;

    await simulator.waitForIdle();
    expect(receiver.statuses.every(({ status }) => status === 'sent')).toBe(true);
    expect(simulator.ledger()).toEqual([]);
  });
});

function fail(): never {
  throw new Error('No webhook came');
}
