import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { CloudApiClient, CloudApiRefusal, CloudApiUnknownOutcomeError, type OutgoingMessage } from '#whatsapp';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';

/** Both sides of the promise were written apart, from Meta's documentation. */
describe(`${CloudApiClient.name} against the simulator`, () => {
  let simulator: RunningSimulator;
  let client: CloudApiClient;

  const account = () => {
    const { phoneNumberId, businessAccountId, accessToken, appSecret } = simulator.options;
    return { phoneNumberId, businessAccountId, accessToken, appSecret };
  };
  const aText = (change: object = {}): OutgoingMessage => ({
    messaging_product: 'whatsapp',
    to: '+34612345678',
    type: 'text',
    text: { body: 'Hola' },
    biz_opaque_callback_data: '01930000-0000-7000-8000-000000000001',
    ...change,
  });

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
    client = new CloudApiClient({ graphUrl: simulator.url, apiVersion: 'v26.0', timeoutMs: 1_000 });
  });

  afterAll(async () => {
    await client.close();
    await simulator.stop();
  });

  it('sends a message and reads the answer', async () => {
    const sent = await client.sendMessage(account(), aText());

    expect(sent).toMatchObject({ whatsappMessageId: expect.stringMatching(/^wamid\./), waId: '34612345678' });
    expect(simulator.ledger({ wamid: sent.whatsappMessageId })).toHaveLength(1);
  });

  it('marks an inbound message as read', async () => {
    const wamid = simulator.sendInbound({ from: '34612345678', text: 'Recibido' });

    await expect(client.markAsRead(account(), wamid, { typing: true })).resolves.toBeUndefined();
    await expect(client.markAsRead(account(), 'wamid.UNKNOWN')).rejects.toBeInstanceOf(CloudApiRefusal);
  });

  it('fetches the phone number', async () => {
    expect(await client.getPhoneNumber(account())).toMatchObject({
      id: simulator.options.phoneNumberId,
      display_phone_number: simulator.options.displayPhoneNumber,
    });
  });

  it('fetches every template over several pages, each once', async () => {
    for (let each = 0; each < 230; each++) simulator.setTemplate(`many_${each}`, 'es', {});

    const names: string[] = [];
    for await (const { name, language } of client.listTemplates(account())) names.push(`${name} ${language}`);

    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['po_notification es', 'many_0 es', 'many_229 es']));
  });

  it.each([
    ['a wrong token', () => ({ ...account(), accessToken: 'stolen' }), aText(), 190, 'STOP'],
    ['a wrong proof', () => ({ ...account(), appSecret: 'wrong' }), aText(), 100, 'BAD'],
    ['an unknown number', () => ({ ...account(), phoneNumberId: '999999999999999' }), aText(), 100, 'STOP'],
    ['an empty text', account, aText({ text: { body: '' } }), 131009, 'BAD'],
  ])('is refused for %s, with class and action', async (_, who, message, code, errorClass) => {
    const refusal = await client.sendMessage(who(), message).catch((error: unknown) => error);

    expect(refusal).toBeInstanceOf(CloudApiRefusal);
    expect(refusal).toMatchObject({ outcome: 'refused', advice: { known: true, class: errorClass } });
    expect([code, 33]).toContain((refusal as CloudApiRefusal).code);
    expect((refusal as CloudApiRefusal).advice.action).not.toBe('');
  });

  it.each(['accept-then-reset', 'accept-then-timeout', 'cut-json', 'html', 'no-id', 'http-500-empty'] as const)(
    'does not know the outcome of %s, and does not ask twice',
    async (kind) => {
      const before = simulator.counts().requests;
      simulator.addFault({ kind, times: 1 });

      const failure = await client.sendMessage(account(), aText()).catch((error: unknown) => error);

      expect(failure).toBeInstanceOf(CloudApiUnknownOutcomeError);
      expect(simulator.counts().requests).toBe(before + 1);
    },
  );
});
