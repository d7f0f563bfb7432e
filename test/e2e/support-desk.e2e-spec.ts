import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { PLATFORM_TENANT_ID } from '#common';
import { ApiKeyRepository, type Scope } from '#tenants';

import { aPhone } from '../factories/messages.ts';
import { eventually } from '../support/eventually.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const OUR_NUMBER = '+15550783881';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

describe('the routes of the support desk', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ env: { SUPPORT_DESK_SENDERS: 'support=106540352242922, sales = 999999999999999' } });
    // Which number it is comes from Meta.
    await eventually(async () => {
      const { body } = await send({ sender: OUR_NUMBER, receiver: aPhone(), content: 'Hello' });
      expect(body.message).toBe('Message sent asynchronously');
    });
  });

  afterAll(() => app.stop());

  const send = (body: object) => app.api.post('/api/send-message/').send(body);
  const receive = (body: object) => app.api.post('/api/webhook/').send(body);
  const raw = (path: string, text: string) => app.api.post(path).set('Content-Type', 'application/json').send(text);
  const keyFor = async (tenantId: string, ...scopes: Scope[]): Promise<string> => {
    const keys = new ApiKeyRepository(app.database);
    return `Bearer ${(await keys.create({ name: 'desk', tenantId, scopes, expiresAt: null })).key}`;
  };
  const messageOf = async (id: string) => (await app.api.get(`/api/v1/whatsapp/messages/${id}`).expect(200)).body;
  const withPhone = async (phone: string) =>
    (await app.api.get('/api/v1/whatsapp/messages').query({ from_phone: phone }).expect(200)).body.data;

  it('send a text, answered as the desk answered, and it is delivered', async () => {
    const sent = { sender: OUR_NUMBER, receiver: aPhone(), content: 'Hello, this is a test message' };

    const { body } = await send(sent).expect(201);

    expect(body).toEqual({
      message: 'Message sent asynchronously',
      data: { id: expect.any(String), ...sent, timestamp: expect.stringMatching(TIME), status: 'sent' },
    });
    await eventually(async () => expect(await messageOf(body.data.id)).toMatchObject({ status: 'READ' }));
    expect(await messageOf(body.data.id)).toMatchObject({
      tenant_id: PLATFORM_TENANT_ID,
      to: sent.receiver,
      content: { text: { body: sent.content } },
      metadata: { source: 'support-desk' },
    });
  });

  it('take what a customer wrote, answered as the desk answered, into a conversation that can be answered', async () => {
    const sender = aPhone();

    const { body } = await receive({ sender, content: 'Incoming message content' }).expect(200);

    expect(body).toEqual({
      message: 'Webhook received asynchronously',
      data: {
        sender,
        receiver: 'Me',
        content: 'Incoming message content',
        timestamp: expect.stringMatching(TIME),
      },
    });
    const [stored] = await withPhone(sender);
    expect(stored).toMatchObject({
      direction: 'inbound',
      status: 'RECEIVED',
      content: { text: { body: 'Incoming message content' } },
    });
    const { body: conversations } = await app.api
      .get('/api/v1/whatsapp/conversations')
      .query({ tenant_id: PLATFORM_TENANT_ID })
      .expect(200);
    const [conversation] = conversations.data;
    expect(conversation).toMatchObject({ contact: sender, unread: 1, window: { state: 'open' } });
    const { body: read } = await app.api.post(`/api/v1/whatsapp/conversations/${conversation.id}/read`).expect(200);
    expect(read.unread).toBe(0);
    await send({ sender: OUR_NUMBER, receiver: sender, content: 'And back' }).expect(201);
  });

  it.each(['106540352242922', 'support', '15550783881', '+1 555 078 3881'])(
    'know the sending number by %s',
    async (sender) => {
      const { body } = await send({ sender, receiver: aPhone(), content: 'Hello' }).expect(201);

      expect(body.data.sender).toBe(sender);
    },
  );

  it('take a receiver that is spelled so that only one number can be meant', async () => {
    const phone = aPhone();

    const { body } = await send({ sender: 'support', receiver: phone.slice(1), content: 'Hello' }).expect(201);

    expect((await messageOf(body.data.id)).to).toBe(phone);
  });

  it.each<[string, object, object]>([
    [
      'every field that is missing',
      {},
      {
        sender: ['This field is required.'],
        receiver: ['This field is required.'],
        content: ['This field is required.'],
      },
    ],
    [
      'blank, null and other kinds',
      { sender: ' ', receiver: null, content: ['a'] },
      {
        sender: ['This field may not be blank.'],
        receiver: ['This field may not be null.'],
        content: ['Not a valid string.'],
      },
    ],
    [
      'a sender that is not ours',
      { sender: '+34600000000', receiver: '+34612345678', content: 'a' },
      { sender: ['"+34600000000" is not a sending number of this tenant.'] },
    ],
    [
      "a sender whose name stands for somebody else's number",
      { sender: 'sales', receiver: '+34612345678', content: 'a' },
      { sender: ['"sales" is not a sending number of this tenant.'] },
    ],
    [
      'a receiver that is no number',
      { sender: OUR_NUMBER, receiver: 'receiver_number', content: 'a' },
      { receiver: [expect.any(String)] },
    ],
    [
      'a content that WhatsApp does not take',
      { sender: OUR_NUMBER, receiver: '+34612345678', content: 'a'.repeat(4097) },
      { content: [expect.stringContaining('4096')] },
    ],
  ])('refuse to send with %s', async (_, body, answer) => {
    const response = await send(body).expect(400);

    expect(response.body).toEqual(answer);
  });

  it.each(['{}', '{"sender":"+34612345678"}', '{"sender":"","content":"a"}', '{"sender":1e999,"content":null}'])(
    'refuse to receive %s',
    async (text) => {
      const { body } = await raw('/api/webhook/', text).expect(400);

      expect(body).toEqual({ error: 'Invalid payload' });
    },
  );

  it.each(['', '[]', '"a"', '{"a":', `${'['.repeat(5_000)}`, 'sender=a&content=b'])(
    'answer what is no JSON object, such as %.20s, in the words of the desk',
    async (text) => {
      for (const path of ['/api/webhook/', '/api/send-message/']) {
        const { body } = await raw(path, text).expect(400);
        expect(body).toEqual({ error: 'Invalid payload' });
      }
    },
  );

  it('refuse a receiver whose window is known to be closed as any message is refused', async () => {
    const receiver = aPhone();
    await receive({ sender: receiver, content: 'Hello' }).expect(200);
    await app.database.query(
      `UPDATE conversations SET last_inbound_at = now() - interval '25 hours' WHERE contact_key = $1`,
      [receiver],
    );
    await app.database.query(`UPDATE heard_numbers SET since = now() - interval '3 days'`);

    const { body } = await send({ sender: OUR_NUMBER, receiver, content: 'Hello' }).expect(422);

    expect(body.code).toBe('conversation-window-closed');
  });

  it('ask for a key that may send', async () => {
    await app.anonymous.post('/api/send-message/').send({}).expect(401);
    await app.anonymous.post('/api/webhook/').send({}).expect(401);
    const reader = await keyFor(TENANT, 'messages:read');
    await app.anonymous.post('/api/webhook/').set('Authorization', reader).send({}).expect(403);
  });

  it("keep to the key's own tenant", async () => {
    const [key, sender] = [await keyFor(TENANT, 'messages:send'), aPhone()];
    await app.anonymous
      .post('/api/webhook')
      .set('Authorization', key)
      .send({ sender, content: 'For one tenant' })
      .expect(200);

    expect(await withPhone(sender)).toMatchObject([{ tenant_id: TENANT }]);
  });

  it('keep who writes without a phone number by their name', async () => {
    const { body } = await receive({ sender: 'sender_number', content: 'Hello' }).expect(200);

    expect(body.data.sender).toBe('sender_number');
    const { body: found } = await app.api.get('/api/v1/whatsapp/messages').query({ q: 'Hello', direction: 'inbound' });
    expect(found.data[0]).toMatchObject({ from_phone: null });
  });
});
