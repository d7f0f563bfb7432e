import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import { examples, type Json } from './examples.ts';
import { aNewTemplate, templateClient } from './template-client.ts';

const long = (length: number): string => 'x'.repeat(length);
const plain = { type: 'BODY', text: 'Tu pedido está listo para que lo recojas.' };
const bodyOf = (text: string, ...values: string[]): Json => ({
  type: 'BODY',
  text,
  ...(values.length > 0 && { example: { body_text: [values] } }),
});
const header = (more: Json): Json => ({ type: 'HEADER', ...more });
const textHeader = (text: string, ...values: string[]): Json =>
  header({ format: 'TEXT', text, ...(values.length > 0 && { example: { header_text: values } }) });
const buttonsOf = (...buttons: Json[]): Json => ({ type: 'BUTTONS', buttons });
const reply = (text: string): Json => ({ type: 'QUICK_REPLY', text });
const link = (text: string, more: Json = {}): Json => ({ type: 'URL', text, url: 'https://shop.example/', ...more });
const phone = (text: string, phone_number = '+34600000000'): Json => ({ type: 'PHONE_NUMBER', text, phone_number });
const otp = (more: Json = {}): Json => buttonsOf({ type: 'OTP', otp_type: 'COPY_CODE', ...more });
const app = { package_name: 'com.example.shop', signature_hash: 'K8a/AINcGX7' };
const picture = (handle: string): Json => header({ format: 'IMAGE', example: { header_handle: [handle] } });
const card = (
  handle: string,
  more: Json[] = [{ type: 'BODY', text: 'A plant.' }],
  buttons = [reply('More')],
): Json => ({
  components: [picture(handle), ...more, buttonsOf(...buttons)],
});
const carousel = (...cards: Json[]): Json => ({ type: 'CAROUSEL', cards });
const offer = (text = 'Solo hoy'): Json => ({
  type: 'LIMITED_TIME_OFFER',
  limited_time_offer: { text, has_expiration: true },
});

/** Components that are refused, with Meta's subcode where the fault has one; H stands for an uploaded picture. */
const WRONG: [string, Json[], number | undefined, Json?][] = [
  ['no body', [{ type: 'FOOTER', text: 'Adiós' }], 2388043],
  ['a body without text', [{ type: 'BODY' }], 2388043],
  ['a blank body', [bodyOf('   ')], 2388043],
  ['a body over 1024', [bodyOf(long(1025))], 2388040],
  ['a body that starts with a variable', [bodyOf('{{1}} es el día de tu cita.', 'martes')], 2388299],
  ['a body that ends with a variable', [bodyOf('El día de tu cita es el {{1}}', 'martes')], 2388299],
  ['too many variables for the length', [bodyOf('De {{1}} a {{2}} hoy.', 'x', 'y')], 2388293],
  ['no examples', [bodyOf('Tu cita es el {{1}} por la tarde.')], 2388043],
  ['too few examples', [bodyOf('Tu cita es el {{1}} a las {{2}} en la oficina.', 'martes')], 2388043],
  ['an empty example', [bodyOf('Tu cita es el {{1}} por la tarde.', '')], 2388043],
  ['variables with a gap', [bodyOf('Tu cita es el {{1}} a las {{3}} en la oficina.', 'x', 'y')], 2388072],
  ['variables from two on', [bodyOf('Tu cita es el {{2}} por la tarde.', 'x')], 2388072],
  ['a named variable among numbers', [bodyOf('Tu cita es el {{day}} por la tarde.', 'x')], 2388072],
  ['broken braces', [bodyOf('Tu cita es el {{1} por la tarde.', 'x')], 2388072],
  ['a name in capitals', [bodyOf('Tu cita es el {{Day}} por la tarde.')], 2388072, { parameter_format: 'NAMED' }],
  ['a number among names', [bodyOf('Tu cita es el {{1}} por la tarde.')], 2388072, { parameter_format: 'NAMED' }],
  [
    'an example of another name',
    [
      {
        ...bodyOf('Es el {{day}} por la tarde.'),
        example: { body_text_named_params: [{ param_name: 'x', example: 'y' }] },
      },
    ],
    2388043,
    { parameter_format: 'NAMED' },
  ],
  ['two bodies', [plain, plain], undefined],
  ['an unknown component', [plain, { type: 'SIDEBAR' }], undefined],

  ['a header without format', [header({ text: 'x' }), plain], 2388043],
  ['an unknown format', [header({ format: 'HOLOGRAM' }), plain], 2388047],
  ['a text header without text', [header({ format: 'TEXT' }), plain], 2388043],
  ['a header over 60', [textHeader(long(61)), plain], 2388040],
  ['a header with two variables', [textHeader('De {{1}} a {{2}}', 'x', 'y'), plain], 2388047],
  ['a header variable without example', [textHeader('Pedido {{1}}'), plain], 2388043],
  ['a header variable numbered two', [textHeader('Pedido {{2}}', 'x'), plain], 2388047],
  ['a header of two lines', [textHeader('Pedido\nlisto'), plain], 2388047],
  ['an emoji in the header', [textHeader('Pedido 🎉'), plain], 2388047],
  ['an asterisk in the header', [textHeader('*Pedido*'), plain], 2388047],
  ['a picture without example', [header({ format: 'IMAGE' }), plain], 2388043],
  ['a handle that was not given out', [picture('4::aW1hZ2U=:x'), plain], undefined],
  ['a picture as a document', [header({ format: 'DOCUMENT', example: { header_handle: ['H'] } }), plain], 2388047],

  ['a footer without text', [plain, { type: 'FOOTER' }], 2388043],
  ['a footer over 60', [plain, { type: 'FOOTER', text: long(61) }], 2388040],
  ['a variable in the footer', [plain, { type: 'FOOTER', text: 'Adiós {{1}}' }], 2388073],
  ['an emoji in the footer', [plain, { type: 'FOOTER', text: 'Adiós 👋' }], 2388073],
  ['a footer of two lines', [plain, { type: 'FOOTER', text: 'Adiós\ny gracias' }], 2388073],

  ['no buttons in the list', [plain, buttonsOf()], 2388043],
  ['a button of an unknown type', [plain, buttonsOf({ type: 'LEVER', text: 'x' })], undefined],
  ['eleven buttons', [plain, buttonsOf(...Array.from({ length: 11 }, (_, index) => reply(`${index}`)))], undefined],
  ['three URLs', [plain, buttonsOf(link('1'), link('2'), link('3'))], undefined],
  ['two phone numbers', [plain, buttonsOf(phone('1'), phone('2'))], undefined],
  ['quick replies between others', [plain, buttonsOf(link('1'), reply('2'), phone('3'))], undefined],
  ['quick replies apart', [plain, buttonsOf(reply('1'), link('2'), reply('3'))], undefined],
  ['two buttons of one label', [plain, buttonsOf(reply('x'), reply('x'))], undefined],
  ['a label over 25', [plain, buttonsOf(reply(long(26)))], 2388040],
  ['no label', [plain, buttonsOf({ type: 'QUICK_REPLY' })], 2388043],
  ['a variable in a label', [plain, buttonsOf(reply('Hola {{1}}'))], undefined],
  ['an emoji in a label', [plain, buttonsOf(reply('Sí 👍'))], undefined],
  ['a URL button without URL', [plain, buttonsOf({ type: 'URL', text: 'x' })], 2388043],
  ['a URL that is none', [plain, buttonsOf(link('x', { url: 'shop.example' }))], 2388043],
  ['a URL over 2000', [plain, buttonsOf(link('x', { url: `https://shop.example/${long(2000)}` }))], 2388040],
  [
    'a variable inside a URL',
    [plain, buttonsOf(link('x', { url: 'https://shop.example/{{1}}/x', example: ['y'] }))],
    undefined,
  ],
  [
    'two variables in a URL',
    [plain, buttonsOf(link('x', { url: 'https://shop.example/{{1}}{{2}}', example: ['y'] }))],
    undefined,
  ],
  ['a URL variable without example', [plain, buttonsOf(link('x', { url: 'https://shop.example/{{1}}' }))], 2388043],
  ['a phone number over 20', [plain, buttonsOf(phone('x', '1'.repeat(21)))], 2388040],
  ['a phone number that is none', [plain, buttonsOf(phone('x', 'call us'))], undefined],
  ['no phone number', [plain, buttonsOf({ type: 'PHONE_NUMBER', text: 'x' })], 2388043],
  ['a code button without example', [plain, buttonsOf({ type: 'COPY_CODE' })], 2388043],
  ['a code over 20', [plain, buttonsOf({ type: 'COPY_CODE', example: long(21) })], 2388040],
  ['a flow button without flow', [plain, buttonsOf({ type: 'FLOW', text: 'x' })], 2388043],
  [
    'a flow button of two flows',
    [plain, buttonsOf({ type: 'FLOW', text: 'x', flow_id: '1', flow_name: 'y' })],
    2388043,
  ],
  ['a code button for logging in', [plain, otp()], undefined],

  ['one card', [plain, carousel(card('H'))], undefined],
  ['no cards', [plain, { type: 'CAROUSEL' }], 2388043],
  ['cards of different buttons', [plain, carousel(card('H'), card('H', undefined, [link('x')]))], undefined],
  ['cards of different parts', [plain, carousel(card('H'), card('H', []))], undefined],
  ['a card without header', [plain, carousel({ components: [plain] }, { components: [plain] })], 2388043],
  [
    'a card without buttons',
    [plain, carousel({ components: [picture('H')] }, { components: [picture('H')] })],
    2388043,
  ],
  [
    'a card with three buttons',
    [plain, carousel(...[1, 2].map(() => card('H', [], [reply('1'), reply('2'), reply('3')])))],
    undefined,
  ],
  [
    'a card with a footer',
    [plain, carousel(...[1, 2].map(() => card('H', [{ type: 'FOOTER', text: 'x' }])))],
    undefined,
  ],
  ['a card body over 160', [plain, carousel(...[1, 2].map(() => card('H', [bodyOf(long(161))])))], 2388040],
  [
    'a card with a text header',
    [plain, carousel(...[1, 2].map(() => ({ components: [textHeader('x'), buttonsOf(reply('y'))] })))],
    2388047,
  ],

  ['an offer in a utility template', [plain, offer()], undefined],
  ['an offer without text', [plain, { type: 'LIMITED_TIME_OFFER' }], 2388043, { category: 'MARKETING' }],
  ['an offer text over 16', [plain, offer(long(17))], 2388040, { category: 'MARKETING' }],
  ['an offer with a footer', [plain, offer(), { type: 'FOOTER', text: 'x' }], undefined, { category: 'MARKETING' }],
  ['an offer with a text header', [textHeader('x'), plain, offer()], undefined, { category: 'MARKETING' }],
  ['an offer with a body over 600', [bodyOf(long(601)), offer()], 2388040, { category: 'MARKETING' }],
  [
    'an offer with a code over 15',
    [plain, offer(), buttonsOf({ type: 'COPY_CODE', example: long(16) })],
    2388040,
    { category: 'MARKETING' },
  ],

  ...(
    [
      ['a header', [textHeader('x'), { type: 'BODY' }, otp()], undefined],
      ['no body', [otp()], 2388043],
      ['a text of its own', [plain, otp()], undefined],
      ['a footer without minutes', [{ type: 'BODY' }, { type: 'FOOTER' }, otp()], undefined],
      ['91 minutes', [{ type: 'BODY' }, { type: 'FOOTER', code_expiration_minutes: 91 }, otp()], undefined],
      ['no button', [{ type: 'BODY' }], undefined],
      ['a quick reply', [{ type: 'BODY' }, buttonsOf(reply('x'))], undefined],
      ['an unknown otp_type', [{ type: 'BODY' }, otp({ otp_type: 'SHOUT' })], undefined],
      ['one tap without an app', [{ type: 'BODY' }, otp({ otp_type: 'ONE_TAP' })], 2388043],
      ['zero taps without consent', [{ type: 'BODY' }, otp({ otp_type: 'ZERO_TAP', supported_apps: [app] })], 2388043],
      ['a label over 25', [{ type: 'BODY' }, otp({ text: long(26) })], 2388040],
    ] as [string, Json[], number | undefined][]
  ).map(([what, components, subcode]): [string, Json[], number | undefined, Json] => [
    `an authentication template with ${what}`,
    components,
    subcode,
    { category: 'AUTHENTICATION' },
  ]),
];

describe('creation of templates at the simulator', () => {
  let simulator: RunningSimulator;
  let client: ReturnType<typeof templateClient>;
  let handles: Record<'image' | 'pdf', string>;

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0, templateReviewMs: 1 });
    client = templateClient(simulator);
  });
  beforeEach(async () => {
    simulator.reset();
    handles = { image: await client.upload('image/jpeg'), pdf: await client.upload('application/pdf') };
  });
  afterAll(() => simulator.stop());

  /** H stands for an uploaded picture. */
  const withHandle = (body: Json): Json => JSON.parse(JSON.stringify(body).replaceAll('"H"', `"${handles.image}"`));

  it.each(WRONG)('refuses %s', async (_, components, subcode, more = {}) => {
    const { body, status } = await client.create(withHandle(aNewTemplate({ components, ...more })));

    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 100, message: 'Invalid parameter', error_user_msg: expect.any(String) });
    expect(body.error.error_subcode).toBe(subcode);
    expect(await client.list('name=appointment')).toEqual([]);
  });

  it.each([
    ['a name with blanks', { name: 'My template' }, 'name'],
    ['too long a name', { name: long(513) }, 'name'],
    ['no name', { name: undefined }, 'name'],
    ['no language', { language: undefined }, 'language'],
    ['a language that is none', { language: 'Spanish' }, 'language'],
    ['no category', { category: undefined }, 'category'],
    ['a category of before', { category: 'TRANSACTIONAL' }, 'category'],
    ['no components', { components: undefined }, 'components'],
    ['an empty list of components', { components: [] }, 'components'],
    ['a body that is no text', { components: [{ type: 'BODY', text: 17 }] }, 'text'],
    ['a button without type', { components: [plain, buttonsOf({ text: 'x' })] }, 'type'],
    ['a card that is none', { components: [plain, carousel('x', 'y')] }, 'cards'],
    ['a card without components', { components: [plain, carousel({}, {})] }, 'components'],
    ['a component that is none', { components: ['BODY'] }, 'components'],
    ['a component without type', { components: [{ text: 'x' }] }, 'components'],
    ['an unknown format of parameters', { parameter_format: 'ROMAN' }, 'parameter_format'],
    ['an unknown field', { colour: 'red' }, 'colour'],
  ])('refuses %s and names it', async (_, change, field) => {
    const { body } = await client.create(aNewTemplate(change));

    expect(body.error).toMatchObject({ code: 100, message: expect.stringContaining(field) });
    expect(body.error).not.toHaveProperty('error_data');
  });

  it.each([
    ['UTILITY', 29, 400],
    ['UTILITY', 30, 200],
    ['UTILITY', 43_200, 200],
    ['UTILITY', 43_201, 400],
    ['UTILITY', -1, 200],
    ['MARKETING', 43_199, 400],
    ['MARKETING', 2_592_000, 200],
  ])('a %s template that lives for %d seconds is answered with %d', async (category, seconds, status) => {
    const answer = await client.create(aNewTemplate({ category, message_send_ttl_seconds: seconds }));

    expect(answer.status).toBe(status);
  });

  it('refuses a name and language that exist', async () => {
    const { body } = await client.create(aNewTemplate({ name: 'po_notification' }));

    expect(body.error).toMatchObject({ code: 100, error_subcode: 2388024 });
    expect((await client.create(aNewTemplate({ name: 'po_notification', language: 'en' }))).status).toBe(200);
  });

  it('has a limit of templates, and one of creations in an hour', async () => {
    const makeOne = async (name: string) => (await client.create(aNewTemplate({ name }))).body.error;
    const present = (await client.list()).length;
    await client.control('PUT', 'limits', { templates: present + 2, templateCreationsPerHour: 2 });

    expect(await makeOne('one')).toBeUndefined();
    expect(await makeOne('one')).toMatchObject({ code: 100, error_subcode: 2388024 });
    expect(await makeOne('two')).toBeUndefined();
    expect(await makeOne('three')).toMatchObject({ code: 80007, is_transient: true });
    await client.control('PUT', 'clock', { ahead_ms: 60 * 60 * 1000 });
    expect(await makeOne('three')).toMatchObject({ code: 100, error_subcode: 2388019 });
  });

  it.each([
    ['words of selling', [bodyOf('Te regalamos un descuento en tu próximo pedido.')]],
    ['a code to copy', [plain, buttonsOf({ type: 'COPY_CODE', example: 'OTOÑO' })]],
  ])('makes a utility template with %s a marketing one', async (_, components) => {
    const { body } = await client.create(aNewTemplate({ components }));

    expect(body).toMatchObject({ status: 'PENDING', category: 'MARKETING' });
  });

  it('puts the fixed texts into an authentication template, which then sends a code', async () => {
    const body = { type: 'BODY', add_security_recommendation: true };
    const components = [body, { type: 'FOOTER', code_expiration_minutes: 5 }, otp()];
    await client.create(aNewTemplate({ category: 'AUTHENTICATION', components, message_send_ttl_seconds: 60 }));
    await simulator.waitForIdle();

    const [listed] = await client.list('name=appointment');
    const code = [{ type: 'text', text: '123456' }];
    const sent = await client.send({
      messaging_product: 'whatsapp',
      to: '+34612345678',
      type: 'template',
      template: {
        name: 'appointment',
        language: { code: 'es' },
        components: [
          { type: 'body', parameters: code },
          { type: 'button', sub_type: 'url', index: 0, parameters: code },
        ],
      },
    });

    expect(listed.components).toMatchObject([
      { text: '*{{1}}* is your verification code. For your security, do not share this code.' },
      { text: 'This code expires in 5 minutes.' },
      { buttons: [{ type: 'URL', url: expect.stringMatching(/\{\{1\}\}$/) }] },
    ]);
    expect(sent.status).toBe(200);
  });

  it.each<[string, Json]>([
    [
      'names',
      {
        parameter_format: 'named',
        components: [
          {
            ...bodyOf('Es el {{day}} por la tarde.'),
            example: { body_text_named_params: [{ param_name: 'day', example: 'martes' }] },
          },
        ],
      },
    ],
    ['a picture', { components: [picture('H'), plain] }],
    ['a carousel', { category: 'MARKETING', components: [plain, carousel(card('H'), card('H'))] }],
    [
      'an offer',
      {
        category: 'MARKETING',
        components: [picture('H'), plain, offer(), buttonsOf({ type: 'COPY_CODE', example: 'CARIBE25' })],
      },
    ],
    [
      'types in small letters',
      {
        components: [
          { type: 'header', format: 'text', text: 'Pedido' },
          { ...plain, type: 'body' },
        ],
      },
    ],
    [
      'quick replies after the others',
      { components: [plain, buttonsOf(link('1'), phone('2'), reply('3'), reply('4'))] },
    ],
    ['one tap', { category: 'AUTHENTICATION', components: [{ type: 'BODY' }, otp({ otp_type: 'ONE_TAP', ...app })] }],
  ])('takes a template with %s', async (_, change) => {
    const { body } = await client.create(withHandle(aNewTemplate(change)));

    expect(body).toEqual({ id: expect.any(String), status: 'PENDING', category: expect.any(String) });
  });

  it.each(
    examples(
      ['creations'],
      [
        'facebook+openapi/message-templates/post-request',
        ...['authentication', 'buttons', 'carousel', 'limited_time_offer'].map(
          (one) => `david-lev+pywa/templates/${one}`,
        ),
      ],
    ),
  )('takes the example $name', async ({ body }) => {
    const { status, body: answer } = await client.create(withOwnFiles(body));

    expect({ status, answer }).toMatchObject({ status: 200, answer: { status: 'PENDING' } });
  });

  /** The handles of an example were given out to somebody else. */
  function withOwnFiles(value: Json): Json {
    if (Array.isArray(value)) return value.map(withOwnFiles);
    if (typeof value !== 'object' || value === null) return value;
    const copy = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withOwnFiles(one)]));
    const isFile = copy.type === 'HEADER' && copy.example?.header_handle;
    const handle = copy.format === 'DOCUMENT' ? handles.pdf : handles.image;
    return isFile ? { ...copy, example: { header_handle: [handle] } } : copy;
  }
});
