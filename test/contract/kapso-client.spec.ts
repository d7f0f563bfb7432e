import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildTemplateSendPayload, WhatsAppClient } from '@kapso/whatsapp-cloud-api';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import { examples, keyPaths, union, without } from './examples.ts';

const to = '+34612345678';
const accepted = {
  messagingProduct: 'whatsapp',
  contacts: [{ input: to, waId: '34612345678' }],
  messages: [{ id: expect.stringMatching(/^wamid\.[A-Za-z0-9+/=]+$/) }],
};

type TemplateInput = Parameters<WhatsAppClient['messages']['sendTemplate']>[0]['template'];

/** The library's own builder; its result and the input of its `sendTemplate` differ only in how they are declared. */
const aTemplate = (...options: Parameters<typeof buildTemplateSendPayload>): TemplateInput =>
  buildTemplateSendPayload(...options) as TemplateInput;

/** What goes with every type of message, whatever the examples of that type show. */
const COMMON = new Set(['biz_opaque_callback_data', 'context.message_id']);

/** Jest's realm has objects of its own: the client takes what `fetch` parsed outside for something other than JSON. */
async function fetchIntoThisRealm(...request: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...request);
  const json = async (): Promise<unknown> => JSON.parse(await response.text());
  return Object.assign(response, { json });
}

/** A client library by others, written for Meta and changed in nothing but its base URL. */
describe('the Kapso client against the simulator', () => {
  let simulator: RunningSimulator;
  let client: WhatsAppClient;
  let phoneNumberId: string;
  let businessAccountId: string;

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
    ({ phoneNumberId, businessAccountId } = simulator.options);
    const { accessToken } = simulator.options;
    client = new WhatsAppClient({ accessToken, baseUrl: simulator.url, fetch: fetchIntoThisRealm });
  });
  afterAll(() => simulator.stop());

  it('sends a template', async () => {
    const text = (value: string) => ({ type: 'text' as const, text: value });
    const body = [text('Proveedor ABC'), text('PO-2024-001'), text('€1,250.00')];
    const template = aTemplate({ name: 'po_notification', language: 'es', body });

    const answer = await client.messages.sendTemplate({ phoneNumberId, to, template });

    expect(answer).toEqual({ ...accepted, messages: [{ ...accepted.messages[0], messageStatus: 'accepted' }] });
    expect(lastAccepted().text).toBe(
      'Hola Proveedor ABC, has recibido una nueva orden de compra PO-2024-001 por un total de €1,250.00.',
    );
  });

  it('sends a template with named parameters', async () => {
    const template = aTemplate({
      name: 'order_update',
      language: 'es',
      body: [
        { type: 'text', parameterName: 'customer_name', text: 'Lucía' },
        { type: 'text', parameterName: 'order_id', text: 'A-7' },
      ],
    });

    await client.messages.sendTemplate({ phoneNumberId, to, template });

    expect(lastAccepted().text).toBe('Hola Lucía, tu pedido A-7 está en camino.');
  });

  it('sends a text', async () => {
    const answer = await client.messages.sendText({ phoneNumberId, to, body: 'Hola', bizOpaqueCallbackData: 'ours-1' });

    expect(answer).toEqual(accepted);
    expect(lastAccepted()).toMatchObject({ to, type: 'text', text: 'Hola', opaque: 'ours-1' });
  });

  it('sends an image by link', async () => {
    const image = { link: 'https://files.example/label.jpg', caption: 'The label' };

    expect(await client.messages.sendImage({ phoneNumberId, to, image })).toEqual(accepted);
  });

  it('sends reply buttons', async () => {
    const buttons = [
      { id: 'yes', title: 'Confirm' },
      { id: 'no', title: 'Refuse' },
    ];

    const answer = await client.messages.sendInteractiveButtons({ phoneNumberId, to, bodyText: 'Order 17?', buttons });

    expect(answer).toEqual(accepted);
  });

  it('sends a list', async () => {
    const sections = [{ title: 'Tuesday', rows: [{ id: 't9', title: '9:00', description: 'Dock 2' }] }];
    const list = { bodyText: 'When may we deliver?', buttonText: 'Choose', sections };

    expect(await client.messages.sendInteractiveList({ phoneNumberId, to, ...list })).toEqual(accepted);
  });

  it('sends a reaction', async () => {
    const reaction = { messageId: 'wamid.HBgLMzQ2MTIzNDU2NzgVAgASGBQzQQA=', emoji: '👍' };

    expect(await client.messages.sendReaction({ phoneNumberId, to, reaction })).toEqual(accepted);
  });

  it('marks an inbound message as read and shows the typing bubble', async () => {
    const messageId = simulator.sendInbound({ from: to, text: '¿Hola?' });

    const answer = await client.messages.markRead({ phoneNumberId, messageId, typingIndicator: { type: 'text' } });

    expect(answer).toEqual({ success: true });
  });

  it('uploads, looks up, sends, downloads and deletes a file', async () => {
    const file = new Blob(['a label'], { type: 'image/png' });

    const { id } = await client.media.upload({ phoneNumberId, type: 'image/png', file, fileName: 'label.png' });
    const metadata = await client.media.get({ mediaId: id });
    const sent = await client.messages.sendImage({ phoneNumberId, to, image: { id } });
    const download = (await client.media.download({ mediaId: id, auth: 'always', as: 'blob' })) as Blob;
    const deleted = await client.media.delete({ mediaId: id });

    expect(metadata).toMatchObject({ id, messagingProduct: 'whatsapp', mimeType: 'image/png', fileSize: 7 });
    expect(sent).toEqual(accepted);
    expect(await download.text()).toBe('a label');
    expect(deleted).toEqual({ success: true });
    await expect(client.media.get({ mediaId: id })).rejects.toMatchObject({ httpStatus: 400, code: 100 });
  });

  it('lists the templates page by page', async () => {
    const first = await client.templates.list({ businessAccountId, limit: 4 });
    const second = await client.templates.list({
      businessAccountId,
      limit: 4,
      after: first.paging.cursors.after ?? '',
    });

    const names = [...first.data, ...second.data].map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['po_notification', 'hello_world', 'order_update']));
    expect(first.data).toHaveLength(4);
    expect(first.paging).toHaveProperty('next');
    expect(second.paging).not.toHaveProperty('next');
  });

  it('creates and deletes a template', async () => {
    const components = [{ type: 'BODY', text: 'Tu cita es el {{1}}.', example: { bodyText: [['martes']] } }];

    const created = await client.templates.create({
      businessAccountId,
      name: 'appointment',
      language: 'es',
      category: 'UTILITY',
      components,
    });
    const deleted = await client.templates.delete({ businessAccountId, name: 'appointment' });

    expect(created).toEqual({ id: expect.stringMatching(/^\d+$/), status: 'PENDING', category: 'UTILITY' });
    expect(deleted).toEqual({ success: true });
  });

  it('gets a refusal it understands', async () => {
    const template = aTemplate({ name: 'po_notification', language: 'es', body: [] });

    const refused = client.messages.sendTemplate({ phoneNumberId, to, template });

    await expect(refused).rejects.toMatchObject({ httpStatus: 400, code: 132000 });
  });

  it('sends nothing that Meta does not document', async () => {
    const documented = examples(['requests', 'sends'], ['facebook+openapi/messages/request']);
    const allowedFor = (type: unknown): Set<string> =>
      union([COMMON, ...documented.filter(({ body }) => body.type === type).map(({ body }) => keyPaths(body))]);
    const count = simulator.requests().length;

    await sendOneOfEach();

    const sent = simulator.requests().slice(count) as { body: { type: string } }[];
    const undocumented = sent.flatMap(({ body }) => without(keyPaths(body), allowedFor(body.type)));
    expect(sent.map(({ body }) => body.type)).toEqual(['template', 'text', 'image', 'interactive', 'reaction']);
    expect(undocumented).toEqual([]);
  });

  async function sendOneOfEach(): Promise<void> {
    const template = aTemplate({ name: 'hello_world', language: 'en_US' });
    await client.messages.sendTemplate({ phoneNumberId, to, template });
    await client.messages.sendText({
      phoneNumberId,
      to,
      body: 'Hola',
      previewUrl: false,
      bizOpaqueCallbackData: 'ours',
    });
    await client.messages.sendImage({
      phoneNumberId,
      to,
      image: { link: 'https://files.example/1.jpg', caption: 'One' },
    });
    const buttons = [{ id: 'yes', title: 'Confirm' }];
    await client.messages.sendInteractiveButtons({ phoneNumberId, to, bodyText: 'Order 17?', buttons });
    await client.messages.sendReaction({ phoneNumberId, to, reaction: { messageId: 'wamid.A', emoji: '👍' } });
  }

  function lastAccepted() {
    const last = simulator.ledger({ limit: 1 })[0];
    if (!last) throw new Error('Nothing was accepted');
    return last;
  }
});
