import { createHmac } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import { aTemplate, aText, graphClient } from './graph-client.ts';

const envelope = (code: number, details?: string) => ({
  error: expect.objectContaining({
    code,
    message: expect.any(String),
    type: expect.any(String),
    fbtrace_id: expect.stringMatching(/^A/),
    ...(details !== undefined && {
      error_data: { messaging_product: 'whatsapp', details: expect.stringContaining(details) },
    }),
  }),
});

describe('sending through the simulator', () => {
  let simulator: RunningSimulator;
  let client: ReturnType<typeof graphClient>;

  beforeEach(async () => {
    simulator = await startSimulator({ port: 0 });
    client = graphClient(simulator);
  });
  afterEach(() => simulator.stop());

  it.each(['v18.0', 'v23.0', 'v26.0', ''])('takes the API version "%s"', async (version) => {
    expect((await client.send(aText(), { version })).status).toBe(200);
  });

  it.each(['v99.0', 'v23', 'v0.0'])('does not know a version %s', async (version) => {
    expect(await client.send(aText(), { version })).toMatchObject({ status: 400, body: envelope(2500) });
  });

  it('does not know other paths', async () => {
    expect(await client.get('one/two/three')).toMatchObject({ status: 400, body: envelope(2500) });
  });

  it('does not know other numbers', async () => {
    const answer = await client.call('POST', '123/messages', { body: aText() });

    expect(answer.body.error).toMatchObject({ code: 100, error_subcode: 33, type: 'GraphMethodException' });
  });

  it('refuses a call without a token with 104 and a wrong token with 190', async () => {
    const without = await client.send(aText(), { token: null });
    const wrong = await client.send(aText(), { token: 'stolen' });

    expect(without).toMatchObject({ status: 401, body: envelope(104) });
    expect(wrong).toMatchObject({ status: 401, body: envelope(190) });
    expect(simulator.ledger()).toEqual([]);
  });

  it('checks appsecret_proof where one is given', async () => {
    const { phoneNumberId, appSecret, accessToken } = simulator.options;
    const proof = createHmac('sha256', appSecret).update(accessToken).digest('hex');
    const sendWith = (given: string) =>
      client.call('POST', `${phoneNumberId}/messages?appsecret_proof=${given}`, { body: aText() });

    expect((await sendWith(proof)).status).toBe(200);
    expect((await sendWith('0'.repeat(64))).body.error).toMatchObject({ code: 100, type: 'GraphMethodException' });
  });

  it.each([
    ['a body that is not JSON', '{"to":', 100, 'JSON'],
    ['no messaging_product', { to: '+34612345678', text: { body: 'x' } }, 131008, 'messaging_product'],
    ['no recipient', aText({ to: undefined }), 131008, 'to'],
    ['a recipient that is no number', aText({ to: 'Lucía' }), 131009, 'to'],
    ['no content', aText({ text: undefined }), 131008, 'text'],
    ['an unknown field', aText({ priority: 'high' }), 100, 'priority'],
    ['an unknown field inside', aText({ text: { body: 'x', bold: true } }), 100, 'bold'],
    ['content of two types', aText({ image: { id: '1' } }), 100, 'image'],
    ['an unknown type', aText({ type: 'fax' }), 131009, 'type'],
    ['too long a text', aText({ text: { body: 'x'.repeat(4097) } }), 100, "text['body'] must be at most 4096"],
    ['too long an own id', aText({ biz_opaque_callback_data: 'x'.repeat(513) }), 100, 'at most 512'],
    ['a file that was not uploaded', aText({ type: 'image', text: undefined, image: { id: '1' } }), 100, "image['id']"],
    [
      'a file given twice',
      aText({ type: 'audio', text: undefined, audio: { id: '1', link: 'https://a.b' } }),
      131009,
      'audio',
    ],
    ['our own number', aText({ to: '+1 555-078-3881' }), 131021, 'sending number'],
    ['a group', aText({ recipient_type: 'group' }), 131215, 'groups'],
    ['four buttons', interactive(['a', 'b', 'c', 'd']), 131009, 'buttons'],
    ['two buttons alike', interactive(['a', 'a']), 131009, 'buttons'],
    ['too few parameters', aTemplate(['a', 'b']), 132000, 'body: number of localizable_params (2)'],
    ['an empty parameter', aTemplate(['a', ' ', 'c']), 132018, 'empty'],
    ['a parameter with a line break', aTemplate(['a', 'b\nb', 'c']), 132018, 'new-line'],
    ['too long a filled text', aTemplate(['a', 'b', 'c'.repeat(1000)]), 132005, '1024'],
    ['an unknown template', template('no_such_thing'), 132001, 'no_such_thing'],
    ['a template in another language', template('po_notification', 'en'), 132001, 'does not exist in en'],
    ['a paused template', template('summer_offer'), 132015, 'paused'],
    ['a rejected template', template('quick_survey'), 132001, 'quick_survey'],
    ['named parameters without names', template('order_update', 'es', ['Ana', 'A-1']), 132018, 'parameter name'],
    ['a header without its document', template('invoice_ready', 'es', ['F-1']), 132012, 'header'],
  ])('refuses %s', async (_, body, code, details) => {
    const answer = await client.send(body);

    expect(answer.body).toEqual(envelope(code, details));
    expect(simulator.ledger()).toEqual([]);
    expect(simulator.requests()).toEqual([expect.objectContaining({ status: answer.status, code })]);
  });

  it('gives the older code for a bad parameter to callers of an older version', async () => {
    const answer = await client.send(aTemplate(['a', 'b\tb', 'c']), { version: 'v22.0' });

    expect(answer.body).toEqual(envelope(132012));
  });

  it('reports the number WhatsApp knows, which can differ from the one dialled', async () => {
    const mexican = await client.send(aText({ to: '+52 55 1234 5678' }));
    const brazilian = await client.send(aText({ to: '+55 51 98765-4321' }));

    expect(mexican.body.contacts).toEqual([{ input: '+52 55 1234 5678', wa_id: '5215512345678' }]);
    expect(brazilian.body.contacts).toEqual([{ input: '+55 51 98765-4321', wa_id: '555187654321' }]);
  });

  it('refuses a read receipt for a message nobody wrote', async () => {
    const answer = await client.send({ messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.NONE' });

    expect(answer).toMatchObject({ status: 400, body: envelope(131009) });
  });

  it('throttles …0429 twice, then accepts', async () => {
    const codes = await sendThrice('+34600000429');

    expect(codes).toEqual([130429, 130429, undefined]);
    expect(simulator.ledger()).toHaveLength(1);
  });

  it('has an outage for …0500 twice, then accepts', async () => {
    const codes = await sendThrice('+34600000500');

    expect(codes).toEqual([131016, 131016, undefined]);
    expect(simulator.requests().map(({ status }) => status)).toEqual([500, 500, 200]);
  });

  it('refuses more than the number may send in a second, when told to', async () => {
    await client.control('PUT', 'limits', { messagesPerSecond: 3 });

    const codes = await Promise.all([1, 2, 3, 4].map(async () => (await client.send(aText())).body.error?.code));

    expect(codes.filter((code) => code === 130429)).toHaveLength(1);
  });

  it('refuses more than one person may get, when told to, and nobody else', async () => {
    await client.control('PUT', 'limits', { pair: true });
    for (let sent = 0; sent < 45; sent += 1) await client.send(aText());

    const again = await client.send(aText());
    const other = await client.send(aText({ to: '+34600000001' }));

    expect(again.body).toEqual(envelope(131056));
    expect(other.status).toBe(200);
  });

  it('answers for numbers, the token and the subscription', async () => {
    const { phoneNumberId, businessAccountId, accessToken } = simulator.options;
    await client.control('PUT', 'phone-numbers/999', {
      display_phone_number: '+34 600 000 999',
      quality_rating: 'RED',
    });

    const number = await client.get(`${phoneNumberId}?fields=display_phone_number,throughput{level}`);
    const unknownField = await client.get(`${phoneNumberId}?fields=colour`);
    const numbers = await client.get(`${businessAccountId}/phone_numbers?fields=quality_rating`);
    const token = await client.get(`debug_token?input_token=${accessToken}`);
    const apps = await client.get(`${businessAccountId}/subscribed_apps`);

    expect(number.body).toEqual({
      id: phoneNumberId,
      display_phone_number: '+1 555-078-3881',
      throughput: { level: 'STANDARD' },
    });
    expect(unknownField.body).toEqual(envelope(100));
    expect(numbers.body.data).toEqual([
      { id: phoneNumberId, quality_rating: 'GREEN' },
      { id: '999', quality_rating: 'RED' },
    ]);
    expect(token.body.data).toMatchObject({ is_valid: true, expires_at: 0 });
    expect(apps.body.data).toEqual([
      { whatsapp_business_api_data: expect.objectContaining({ id: expect.any(String) }) },
    ]);
  });

  async function sendThrice(to: string): Promise<unknown[]> {
    const codes = [];
    for (let attempt = 0; attempt < 3; attempt += 1) codes.push((await client.send(aText({ to }))).body.error?.code);
    return codes;
  }
});

function template(name: string, code = 'es', parameters: string[] = []): Record<string, unknown> {
  const components = [{ type: 'body', parameters: parameters.map((text) => ({ type: 'text', text })) }];
  return { ...aTemplate(), template: { name, language: { code }, components } };
}

function interactive(titles: string[]): Record<string, unknown> {
  const buttons = titles.map((title, index) => ({ type: 'reply', reply: { id: String(index), title } }));
  const content = { type: 'button', body: { text: 'Choose' }, action: { buttons } };
  return aText({ type: 'interactive', text: undefined, interactive: content });
}
