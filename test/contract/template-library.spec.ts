import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import type { Json } from './examples.ts';
import { Receiver } from './receiver.ts';
import { templateClient } from './template-client.ts';

const tracking = { type: 'URL', url: { base_url: 'https://shop.example/{{1}}', url_suffix_example: 'A-17' } };

/** A creation that takes over the template of the library about a delivery. */
const aTakeOver = (change: Json = {}): Json => ({
  name: 'our_delivery',
  language: 'es',
  category: 'UTILITY',
  library_template_name: 'delivery_on_its_way_1',
  library_template_button_inputs: [tracking],
  ...change,
});

describe('the template library of the simulator', () => {
  const receiver = new Receiver();
  let simulator: RunningSimulator;
  let client: ReturnType<typeof templateClient>;

  beforeEach(async () => {
    await receiver.start();
    simulator = await startSimulator({ port: 0, webhookUrl: receiver.url });
    client = templateClient(simulator);
  });
  afterEach(async () => {
    await simulator.stop();
    await receiver.stop();
  });

  it.each([
    ['', 5],
    ['language=es', 4],
    ['name=delivery_on_its_way_1', 2],
    ['topic=PAYMENTS', 1],
    ['usecase=FEEDBACK_SURVEY', 1],
    ['industry=HEALTH', 1],
    ['search=FACTURA', 1],
    ['search=order&language=en_US', 1],
    ['search=nothing', 0],
  ])('finds by "%s"', async (query, count) => {
    const { body } = await client.get(`message_template_library?${query}`);

    expect(body.data).toHaveLength(count);
  });

  it('shows the texts, their parameters and the buttons', async () => {
    const { body } = await client.get('message_template_library?name=payment_due_1');

    expect(body.data[0]).toMatchObject({
      category: 'UTILITY',
      body: expect.stringContaining('{{3}}'),
      body_params: [expect.any(String), expect.any(String), expect.any(String)],
      body_param_types: ['TEXT', 'TEXT', 'AMOUNT'],
      buttons: [{ type: 'URL' }, { type: 'PHONE_NUMBER' }],
    });
  });

  it('gives a template that is approved at once, its buttons leading where they should', async () => {
    const { body } = await client.create(aTakeOver());
    await simulator.waitForIdle();

    const [listed] = await client.list('name=our_delivery&fields=components,library_template_name');
    expect(body).toEqual({ id: expect.any(String), status: 'APPROVED', category: 'UTILITY' });
    expect(receiver.changes.map(({ value }) => value.event)).toEqual(['APPROVED']);
    expect(listed).toMatchObject({
      library_template_name: 'delivery_on_its_way_1',
      components: [
        { type: 'HEADER', format: 'TEXT' },
        { type: 'BODY', example: { body_text: [['Lucía', 'A-1042', '4 de mayo']] } },
        { buttons: [{ type: 'URL', url: 'https://shop.example/{{1}}', example: ['A-17'] }] },
      ],
    });
  });

  it('takes the inputs as text, too, and adds to the body', async () => {
    const inputs = JSON.stringify([tracking]);
    const more = JSON.stringify({ add_contact_number: true });
    await client.create(aTakeOver({ library_template_button_inputs: inputs, library_template_body_inputs: more }));

    const [{ components }] = await client.list('name=our_delivery');
    expect(components[1].text).toMatch(/call us at any time\.$/);
    expect(components[2].buttons[0].url).toBe('https://shop.example/{{1}}');
  });

  it.each([
    ['a template that is not in it', { library_template_name: 'nothing' }],
    ['a language it is not in', { language: 'fr' }],
    ['another category', { category: 'MARKETING' }],
    ['components of its own', { components: [{ type: 'BODY', text: 'Hola' }] }],
    ['no input for a button', { library_template_button_inputs: [] }],
    ['an input for another kind', { library_template_button_inputs: [{ type: 'PHONE_NUMBER', phone_number: '+34' }] }],
    ['an input without URL', { library_template_button_inputs: [{ type: 'URL' }] }],
    [
      'a variable without example',
      { library_template_button_inputs: [{ type: 'URL', url: { base_url: 'https://shop.example/{{1}}' } }] },
    ],
    ['too many inputs', { library_template_button_inputs: [tracking, tracking] }],
    ['inputs that are not JSON', { library_template_button_inputs: '[' }],
    ['inputs that are no list', { library_template_button_inputs: tracking }],
    ['an input of an unknown field', { library_template_button_inputs: [{ ...tracking, colour: 'red' }] }],
    ['a URL that is none', { library_template_button_inputs: [{ type: 'URL', url: { base_url: 'shop' } }] }],
    ['an unknown addition', { library_template_body_inputs: { add_jokes: true } }],
    ['a name that exists', { name: 'po_notification' }],
    ['a name that is none', { name: 'Our delivery' }],
  ])('refuses to take over %s', async (_, change) => {
    const { body } = await client.create(aTakeOver(change));

    expect(body.error.code).toBe(100);
  });

  it('needs no input for a quick reply, and a phone number for a call', async () => {
    const reminder = { name: 'our_reminder', library_template_name: 'appointment_reminder_1' };
    const payment = { name: 'our_payment', library_template_name: 'payment_due_1' };
    const link = { type: 'URL', url: { base_url: 'https://pay.example/' } };
    const call = { type: 'PHONE_NUMBER', phone_number: '+34611111111' };

    const first = await client.create(aTakeOver({ ...reminder, library_template_button_inputs: undefined }));
    const second = await client.create(aTakeOver({ ...payment, library_template_button_inputs: [link, call] }));
    const third = await client.create(
      aTakeOver({
        ...payment,
        name: 'no_number',
        library_template_button_inputs: [link, { ...call, phone_number: undefined }],
      }),
    );

    expect([first.status, second.status, third.status]).toEqual([200, 200, 400]);
  });
});
