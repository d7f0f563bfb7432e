import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import { eventually } from '../support/eventually.ts';
import { aText, graphClient } from './graph-client.ts';

describe('faults of the simulator', () => {
  let simulator: RunningSimulator;
  let client: ReturnType<typeof graphClient>;

  beforeEach(async () => {
    simulator = await startSimulator({ port: 0 });
    client = graphClient(simulator);
  });
  afterEach(() => simulator.stop());

  it('answers an error that was asked for, as often as asked', async () => {
    await client.control('POST', 'faults', { kind: 'error', code: 80007, httpStatus: 429, times: 1 });

    const answers = [await client.send(aText()), await client.send(aText())];

    expect(answers[0]).toMatchObject({ status: 429, body: { error: { code: 80007 } } });
    expect(answers[1]?.status).toBe(200);
    expect(simulator.requests().map(({ fault }) => fault)).toEqual(['error', null]);
  });

  it('disturbs only the recipients named', async () => {
    simulator.addFault({ kind: 'error', code: 131000, to: '77' });

    expect((await client.send(aText({ to: '+34 600 000 0 77' }))).body.error.code).toBe(131000);
    expect((await client.send(aText())).status).toBe(200);
  });

  it('disturbs reads only when told so', async () => {
    const { phoneNumberId } = simulator.options;
    simulator.addFault({ kind: 'error', code: 131000 });
    const undisturbed = await client.get(phoneNumberId);

    simulator.addFault({ kind: 'error', code: 190, on: 'all' });

    expect(undisturbed.status).toBe(200);
    expect((await client.get(phoneNumberId)).body.error.code).toBe(190);
  });

  it('stops disturbing when the faults are cleared', async () => {
    simulator.addFault({ kind: 'error' });

    await client.control('DELETE', 'faults');

    expect((await client.send(aText())).status).toBe(200);
  });

  it.each([
    ['accept-then-reset', 1],
    ['reset-before-accept', 0],
  ] as const)('cuts the connection: %s', async (kind, accepted) => {
    simulator.addFault({ kind });

    await expect(client.send(aText())).rejects.toThrow();

    expect(simulator.ledger()).toHaveLength(accepted);
    expect(simulator.requests()).toEqual([expect.objectContaining({ status: 'reset', fault: kind })]);
  });

  it('accepts and never answers', async () => {
    simulator.addFault({ kind: 'accept-then-timeout' });

    const unanswered = client.send(aText()).catch(() => 'cut off');
    await eventually(() => expect(simulator.ledger()).toHaveLength(1));
    await eventually(() => expect(simulator.requests()[0]?.status).toBe('hang'));
    await simulator.stop();

    expect(await unanswered).toBe('cut off');
  });

  it.each([
    ['cut-json', 200, expect.stringMatching(/^\{"messaging_product".*[^}]$/), 1],
    ['no-id', 200, expect.objectContaining({ messages: [] }), 1],
    ['html', 502, expect.stringContaining('<html>'), 0],
    ['http-500-empty', 500, '', 0],
  ] as const)('spoils the answer: %s', async (kind, status, body, accepted) => {
    simulator.addFault({ kind });

    const answer = await client.send(aText());

    expect(answer).toMatchObject({ status, body });
    expect(simulator.ledger()).toHaveLength(accepted);
  });

  it('can accept behind an answer that says nothing', async () => {
    simulator.addFault({ kind: 'http-500-empty', accepted: true });

    expect((await client.send(aText())).status).toBe(500);
    expect(simulator.ledger()).toHaveLength(1);
  });

  it('answers late and right', async () => {
    simulator.addFault({ kind: 'slow', delayMs: 20 });

    expect((await client.send(aText())).status).toBe(200);
  });

  it('refuses a fault it does not have', async () => {
    expect(await client.control('POST', 'faults', { kind: 'earthquake' })).toMatchObject({ status: 400 });
    expect(await client.control('POST', 'faults', { kind: 'error', often: true })).toMatchObject({ status: 400 });
  });

  it('forgets everything at a reset', async () => {
    await client.send(aText());
    simulator.addFault({ kind: 'error' });
    simulator.setTemplate('po_notification', 'es', { status: 'PAUSED' });

    await client.control('POST', 'reset');

    expect((await client.control('GET', '')).body).toEqual({
      accepted: 0,
      requests: 0,
      webhook_attempts: 0,
      under_way: expect.any(Number),
    });
    expect((await client.send(aText())).status).toBe(200);
    expect(simulator.setTemplate('po_notification', 'es', {}).status).toBe('APPROVED');
    await simulator.waitForIdle();
  });

  it('shows what was accepted, and finds it by recipient and by our own id', async () => {
    await client.send(aText({ biz_opaque_callback_data: 'first' }));
    await client.send(aText({ to: '+34600000002' }));

    const all = await client.control('GET', 'messages');
    const byId = await client.control('GET', 'messages?opaque=first');
    const newest = await client.control('GET', 'messages?limit=1');

    expect(all.body).toMatchObject({ total: 2, data: [{ opaque: 'first', text: 'Hola' }, { to: '+34600000002' }] });
    expect(byId.body.data).toHaveLength(1);
    expect(newest.body.data).toMatchObject([{ to: '+34600000002', body: aText({ to: '+34600000002' }) }]);
  });
});
