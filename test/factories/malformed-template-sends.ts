/** Templates of every kind, and sends that they must not let pass. */

type Component = Record<string, unknown> & { type: string };

/** A template as the simulator takes it. */
export interface TemplateDefinition {
  name: string;
  language: string;
  status: string;
  category: string;
  parameter_format: 'POSITIONAL' | 'NAMED';
  components: Component[];
}

const HOUR_MS = 3_600_000;
const IMAGE = { image: { link: 'https://files.example/a.jpg' } };
const PDF = { document: { link: 'https://files.example/a.pdf', filename: 'a.pdf' } };
const chars = (length: number): string => 'x'.repeat(length);

const text = (value: unknown, more: object = {}): object => ({ type: 'text', text: value, ...more });
const body = (value: string, ...examples: string[]): Component => ({
  type: 'BODY',
  text: value,
  ...(examples.length > 0 && { example: { body_text: [examples] } }),
});
const named = (value: string, ...names: string[]): Component => ({
  type: 'BODY',
  text: value,
  example: { body_text_named_params: names.map((param_name) => ({ param_name, example: 'Ana' })) },
});
const mediaHeader = (format: string): Component => ({
  type: 'HEADER',
  format,
  ...(format !== 'LOCATION' && { example: { header_handle: ['4::aW52b2ljZQ=='] } }),
});
const buttons = (...all: object[]): Component => ({ type: 'BUTTONS', buttons: all });
const link = { type: 'URL', text: 'Ver', url: 'https://shop.example/{{1}}', example: ['https://shop.example/17'] };
const card = (): object => ({
  components: [mediaHeader('IMAGE'), body('Color {{1}} en oferta.', 'verde'), buttons(link)],
});

function template(name: string, components: Component[], more: Partial<TemplateDefinition> = {}): TemplateDefinition {
  const defaults = { language: 'es', status: 'APPROVED', category: 'UTILITY', parameter_format: 'POSITIONAL' as const };
  return { name, ...defaults, components, ...more };
}

/** Beside those that a simulator starts with. */
export const TEMPLATES: TemplateDefinition[] = [
  template('text_header', [
    { type: 'HEADER', format: 'TEXT', text: 'Pedido {{1}}', example: { header_text: ['A-17'] } },
    body('Hola {{1}}, tu pedido sale hoy.', 'Ana'),
    { type: 'FOOTER', text: 'Gracias.' },
  ]),
  template(
    'named_header',
    [
      {
        type: 'HEADER',
        format: 'TEXT',
        text: 'Pedido {{order}}',
        example: { header_text_named_params: [{ param_name: 'order', example: 'A-17' }] },
      },
      named('Hola {{customer}}, tu pedido sale hoy.', 'customer'),
    ],
    { parameter_format: 'NAMED' },
  ),
  template('image_header', [mediaHeader('IMAGE'), body('Así es tu pedido.')]),
  template('video_header', [mediaHeader('VIDEO'), body('Así se monta tu pedido.')]),
  template('location_header', [mediaHeader('LOCATION'), body('Tu pedido está aquí.')]),
  template('long_body', [body(`${chars(1000)} {{1}}.`, 'a')]),
  template('coupon', [
    body('Un regalo para ti.'),
    buttons({ type: 'QUICK_REPLY', text: 'No, gracias' }, { type: 'COPY_CODE', text: 'Copiar', example: '25OFF' }),
  ]),
  template('links', [
    body('¿Dudas con tu pedido?'),
    buttons(
      { type: 'URL', text: 'Ayuda', url: 'https://shop.example/help' },
      { type: 'PHONE_NUMBER', text: 'Llamar', phone_number: '+34912345678' },
      link,
    ),
  ]),
  template('catalogue', [body('Mira lo nuevo.'), buttons({ type: 'CATALOG', text: 'Ver' })], { category: 'MARKETING' }),
  template('products', [body('Mira lo nuevo.'), buttons({ type: 'MPM', text: 'Ver' })], { category: 'MARKETING' }),
  template('flow', [body('Reserva tu cita.'), buttons({ type: 'FLOW', text: 'Reservar', flow_id: '17' })]),
  template('carousel', [body('Nuestras plantas.'), { type: 'CAROUSEL', cards: [card(), card()] }], {
    category: 'MARKETING',
  }),
  template(
    'offer',
    [
      mediaHeader('IMAGE'),
      { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Solo hoy', has_expiration: true } },
      body(`${chars(580)} para {{1}}.`, 'Ana'),
      buttons({ type: 'COPY_CODE', text: 'Copiar', example: '25OFF' }, link),
    ],
    { category: 'MARKETING' },
  ),
  template(
    'code',
    [
      { ...body('*{{1}}* is your verification code.', '123456'), add_security_recommendation: false },
      buttons({ type: 'OTP', otp_type: 'COPY_CODE', text: 'Copiar' }),
    ],
    { category: 'AUTHENTICATION' },
  ),
  template('disabled', [body('Hola.')], { status: 'DISABLED' }),
  template('pending', [body('Hola.')], { status: 'PENDING' }),
];

/** What is given, the code and the field of the refusal. */
export type MalformedSend = [what: string, template: Record<string, unknown>, code: string, field: string];

const BAD_SHAPE = 'validation-failed';
const BAD_PARAMETERS = 'template-parameters-invalid';

const po = (over: object) => ({ name: 'po_notification', language: 'es', ...over });
const order = (over: object) => ({ name: 'order_update', language: 'es', ...over });
const invoice = (over: object) => ({
  name: 'invoice_ready',
  language: 'es',
  parameters: ['F-17'],
  header: PDF,
  buttons: [{ index: 0, url: 'F-17' }],
  ...over,
});
const of = (name: string, over: object = {}) => ({ name, language: 'es', ...over });
const offer = (over: object) => ({
  ...of('offer'),
  parameters: ['Ana'],
  header: IMAGE,
  limited_time_offer: { expires_at: Date.now() + HOUR_MS },
  buttons: [
    { index: 0, coupon_code: '25OFF' },
    { index: 1, url: '17' },
  ],
  ...over,
});
const oneCard = { parameters: ['verde'], header: IMAGE, buttons: [{ index: 0, url: '17' }] };
const cards = (...all: object[]) => of('carousel', { cards: all });
const bodyComponent = (...parameters: unknown[]) => ({ components: [{ type: 'body', parameters }] });

export const MALFORMED_SENDS: MalformedSend[] = [
  ['an unknown name', of('po_notificacion'), 'template-not-found', 'template.name'],
  [
    'a language it does not have',
    po({ language: 'fr', parameters: ['a', 'b', 'c'] }),
    'template-not-found',
    'template.language',
  ],
  ['a rejected template', of('quick_survey'), 'template-not-approved', 'template.name'],
  ['a disabled template', of('disabled'), 'template-not-approved', 'template.name'],
  ['a template that waits for its review', of('pending'), 'template-not-approved', 'template.name'],

  ['no values', po({}), BAD_PARAMETERS, 'template.parameters'],
  ['an empty list of values', po({ parameters: [] }), BAD_PARAMETERS, 'template.parameters'],
  ['a value too few', po({ parameters: ['a', 'b'] }), BAD_PARAMETERS, 'template.parameters'],
  ['a value too many', po({ parameters: ['a', 'b', 'c', 'd'] }), BAD_PARAMETERS, 'template.parameters[3]'],
  ['names for positions', po({ parameters: { a: '1', b: '2', c: '3' } }), BAD_PARAMETERS, 'template.parameters'],
  ['an empty value', po({ parameters: ['a', '', 'c'] }), BAD_SHAPE, 'template.parameters[1]'],
  ['a blank value', po({ parameters: ['a', '   ', 'c'] }), BAD_SHAPE, 'template.parameters[1]'],
  ['a line break', po({ parameters: ['a', 'b', 'c\nd'] }), BAD_SHAPE, 'template.parameters[2]'],
  ['a carriage return', po({ parameters: ['a\rb', 'b', 'c'] }), BAD_SHAPE, 'template.parameters[0]'],
  ['a tab', po({ parameters: ['a\tb', 'b', 'c'] }), BAD_SHAPE, 'template.parameters[0]'],
  ['five spaces in a row', po({ parameters: ['a', 'b     c', 'c'] }), BAD_SHAPE, 'template.parameters[1]'],
  ['a value of 1025 characters', po({ parameters: ['a', 'b', chars(1025)] }), BAD_SHAPE, 'template.parameters[2]'],
  [
    'a filled body that is too long',
    of('long_body', { parameters: [chars(23)] }),
    BAD_PARAMETERS,
    'template.parameters',
  ],
  [
    'values for a body that takes none',
    { ...of('hello_world'), language: 'en_US', parameters: ['a'] },
    BAD_PARAMETERS,
    'template.parameters',
  ],
  ["no values in Meta's form", po({ components: [] }), BAD_PARAMETERS, 'template.components'],
  [
    "a value too few in Meta's form",
    po(bodyComponent(text('a'), text('b'))),
    BAD_PARAMETERS,
    'template.components[0].parameters',
  ],
  [
    "a value too many in Meta's form",
    po(bodyComponent(text('a'), text('b'), text('c'), text('d'))),
    BAD_PARAMETERS,
    'template.components[0].parameters[3]',
  ],
  [
    "a line break in Meta's form",
    po(bodyComponent(text('a\nb'), text('b'), text('c'))),
    BAD_SHAPE,
    'template.components[0].parameters[0].text',
  ],
  [
    "a number for a text in Meta's form",
    po(bodyComponent(text(7), text('b'), text('c'))),
    BAD_SHAPE,
    'template.components[0].parameters[0].text',
  ],
  [
    'a picture in the body',
    po(bodyComponent({ type: 'image', ...IMAGE }, text('b'), text('c'))),
    BAD_SHAPE,
    'template.components[0].parameters[0].type',
  ],
  [
    'a parameter of no type',
    po(bodyComponent({ text: 'a' }, text('b'), text('c'))),
    BAD_SHAPE,
    'template.components[0].parameters[0].type',
  ],
  [
    'a currency without text',
    po(bodyComponent({ type: 'currency', currency: { code: 'EUR', amount_1000: 1 } }, text('b'), text('c'))),
    BAD_SHAPE,
    'template.components[0].parameters[0].currency.fallback_value',
  ],
  [
    'a component of no known type',
    po({ parameters: ['a', 'b', 'c'], components: [{ type: 'footer', parameters: [] }] }),
    BAD_SHAPE,
    'template.components[0].type',
  ],
  [
    'two bodies',
    po({
      components: [
        ...bodyComponent(text('a'), text('b'), text('c')).components,
        { type: 'body', parameters: [text('a')] },
      ],
    }),
    BAD_SHAPE,
    'template.components[1]',
  ],

  ['positions for names', order({ parameters: ['Ana', 'A-1'] }), BAD_PARAMETERS, 'template.parameters'],
  ['a missing name', order({ parameters: { customer_name: 'Ana' } }), BAD_PARAMETERS, 'template.parameters.order_id'],
  [
    'an unknown name of a value',
    order({ parameters: { customer_name: 'Ana', order_id: '1', colour: 'a' } }),
    BAD_PARAMETERS,
    'template.parameters.colour',
  ],
  [
    'a mistyped name of a value',
    order({ parameters: { customer_nam: 'Ana', order_id: '1' } }),
    BAD_PARAMETERS,
    'template.parameters.customer_nam',
  ],
  [
    'names for some values',
    order(bodyComponent(text('Ana', { parameter_name: 'customer_name' }), text('1'))),
    BAD_SHAPE,
    'template.components[0].parameters',
  ],
  [
    'a name twice',
    order(bodyComponent(text('Ana', { parameter_name: 'order_id' }), text('1', { parameter_name: 'order_id' }))),
    BAD_SHAPE,
    'template.components[0].parameters[1].parameter_name',
  ],
  [
    'a tab in a named value',
    order({ parameters: { customer_name: 'A\tna', order_id: '1' } }),
    BAD_SHAPE,
    'template.parameters.customer_name',
  ],

  ['no header text', of('text_header', { parameters: ['Ana'] }), BAD_PARAMETERS, 'template.header'],
  [
    'a header text that is too long',
    of('text_header', { parameters: ['Ana'], header: chars(54) }),
    BAD_PARAMETERS,
    'template.header',
  ],
  [
    'a line break in the header',
    of('text_header', { parameters: ['Ana'], header: 'a\nb' }),
    BAD_SHAPE,
    'template.header',
  ],
  [
    'a picture for a header text',
    of('text_header', { parameters: ['Ana'], header: IMAGE }),
    BAD_PARAMETERS,
    'template.header',
  ],
  [
    'a header text without its name',
    of('named_header', { parameters: { customer: 'Ana' }, header: 'A-17' }),
    BAD_PARAMETERS,
    'template.header',
  ],
  [
    'a header text of another name',
    of('named_header', { parameters: { customer: 'Ana' }, header: { colour: 'A-17' } }),
    BAD_PARAMETERS,
    'template.header.colour',
  ],
  ['a header where there is none', po({ parameters: ['a', 'b', 'c'], header: 'a' }), BAD_PARAMETERS, 'template.header'],
  [
    'a text for a header without variable',
    { ...of('hello_world'), language: 'en_US', header: 'a' },
    BAD_PARAMETERS,
    'template.header',
  ],
  ['no picture', of('image_header'), BAD_PARAMETERS, 'template.header'],
  ['a document for a picture', of('image_header', { header: PDF }), BAD_PARAMETERS, 'template.header'],
  ['a picture from nowhere', of('image_header', { header: { image: {} } }), BAD_SHAPE, 'template.header.image'],
  [
    'a picture by id and by link',
    of('image_header', { header: { image: { id: '1', ...IMAGE.image } } }),
    BAD_SHAPE,
    'template.header.image',
  ],
  [
    'a link that is none',
    of('image_header', { header: { image: { link: 'files/a.jpg' } } }),
    BAD_SHAPE,
    'template.header.image.link',
  ],
  [
    'no video',
    of('video_header', { components: [{ type: 'header', parameters: [] }] }),
    BAD_PARAMETERS,
    'template.components',
  ],
  [
    'a picture for a video',
    of('video_header', { components: [{ type: 'header', parameters: [{ type: 'image', ...IMAGE }] }] }),
    BAD_PARAMETERS,
    'template.components[0].parameters[0].type',
  ],
  ['no location', of('location_header'), BAD_PARAMETERS, 'template.header'],
  [
    'a place beyond the pole',
    of('location_header', { header: { location: { latitude: 91, longitude: 0, name: 'a', address: 'b' } } }),
    BAD_SHAPE,
    'template.header.location.latitude',
  ],
  ['no document', invoice({ header: undefined }), BAD_PARAMETERS, 'template.header'],

  ['a link without its end', invoice({ buttons: undefined }), BAD_PARAMETERS, 'template.buttons'],
  [
    'a payload for a link',
    invoice({ buttons: [{ index: 0, payload: 'F-17' }] }),
    BAD_PARAMETERS,
    'template.buttons[0]',
  ],
  [
    'a button that is not there',
    invoice({
      buttons: [
        { index: 0, url: 'F-17' },
        { index: 4, payload: 'a' },
      ],
    }),
    BAD_PARAMETERS,
    'template.buttons[1].index',
  ],
  [
    'a button at place 10',
    invoice({
      buttons: [
        { index: 0, url: 'F-17' },
        { index: 10, payload: 'a' },
      ],
    }),
    BAD_SHAPE,
    'template.buttons[1].index',
  ],
  [
    'two buttons at one place',
    invoice({
      buttons: [
        { index: 0, url: 'F-17' },
        { index: 0, url: 'F-18' },
      ],
    }),
    BAD_SHAPE,
    'template.buttons[1].index',
  ],
  ['a line break in a link', invoice({ buttons: [{ index: 0, url: 'F\n17' }] }), BAD_SHAPE, 'template.buttons[0].url'],
  [
    'a link that is too long',
    invoice({ buttons: [{ index: 0, url: chars(1999) }] }),
    BAD_PARAMETERS,
    'template.buttons[0].url',
  ],
  [
    'an end for a fixed link',
    of('links', {
      buttons: [
        { index: 0, url: 'a' },
        { index: 2, url: 'a' },
      ],
    }),
    BAD_PARAMETERS,
    'template.buttons[0]',
  ],
  [
    'something for a phone number',
    of('links', {
      buttons: [
        { index: 1, payload: 'a' },
        { index: 2, url: 'a' },
      ],
    }),
    BAD_PARAMETERS,
    'template.buttons[0]',
  ],
  [
    'a button of no known kind',
    of('links', { components: [{ type: 'button', sub_type: 'phone', index: 2, parameters: [text('a')] }] }),
    BAD_SHAPE,
    'template.components[0].sub_type',
  ],
  ['no coupon code', of('coupon'), BAD_PARAMETERS, 'template.buttons'],
  [
    'a coupon code of 21 characters',
    of('coupon', { buttons: [{ index: 1, coupon_code: chars(21) }] }),
    BAD_SHAPE,
    'template.buttons[0].coupon_code',
  ],
  [
    'a text for a coupon code',
    of('coupon', { components: [{ type: 'button', sub_type: 'copy_code', index: 1, parameters: [text('25OFF')] }] }),
    BAD_SHAPE,
    'template.components[0].parameters[0].type',
  ],
  [
    'a coupon code for a quick reply',
    of('coupon', {
      buttons: [
        { index: 0, coupon_code: 'A' },
        { index: 1, coupon_code: 'A' },
      ],
    }),
    BAD_PARAMETERS,
    'template.buttons[0]',
  ],
  [
    'a payload for a catalogue',
    of('catalogue', { buttons: [{ index: 0, payload: 'a' }] }),
    BAD_PARAMETERS,
    'template.buttons[0]',
  ],
  ['no products', of('products'), BAD_PARAMETERS, 'template.buttons'],
  ['a flow that is not named', of('flow'), BAD_PARAMETERS, 'template.buttons'],
  [
    'an unknown field for a flow',
    of('flow', {
      components: [
        { type: 'button', sub_type: 'flow', index: 0, parameters: [{ type: 'action', action: { token: 'a' } }] },
      ],
    }),
    BAD_SHAPE,
    'template.components[0].parameters[0].action.token',
  ],
  [
    'products without sections',
    of('products', {
      components: [
        {
          type: 'button',
          sub_type: 'mpm',
          index: 0,
          parameters: [{ type: 'action', action: { thumbnail_product_retailer_id: '1' } }],
        },
      ],
    }),
    BAD_SHAPE,
    'template.components[0].parameters[0].action.sections',
  ],
  [
    'a payload of 129 characters',
    invoice({
      buttons: [
        { index: 0, url: 'F-17' },
        { index: 1, payload: chars(129) },
      ],
    }),
    BAD_SHAPE,
    'template.buttons[1].payload',
  ],
  [
    'a place without its address',
    of('location_header', { header: { location: { latitude: 40.4, longitude: -3.7, name: 'a' } } }),
    BAD_SHAPE,
    'template.header.location.address',
  ],
  [
    'a link for a one-time code',
    of('code', { parameters: ['www.a.es'], buttons: [{ index: 0, url: 'www.a.es' }] }),
    BAD_PARAMETERS,
    'template.parameters[0]',
  ],
  ['a link for a flow', of('flow', { buttons: [{ index: 0, url: 'a' }] }), BAD_PARAMETERS, 'template.buttons[0]'],
  [
    'buttons where there are none',
    po({ parameters: ['a', 'b', 'c'], buttons: [{ index: 0, url: 'a' }] }),
    BAD_PARAMETERS,
    'template.buttons[0].index',
  ],

  ['no cards', of('carousel'), BAD_PARAMETERS, 'template.cards'],
  ['one card', cards(oneCard), BAD_SHAPE, 'template.cards'],
  ['a card too many', cards(oneCard, oneCard, oneCard), BAD_PARAMETERS, 'template.cards'],
  [
    'a card without picture',
    cards(oneCard, { ...oneCard, header: undefined }),
    BAD_PARAMETERS,
    'template.cards[1].header',
  ],
  [
    'a card without its value',
    cards({ ...oneCard, parameters: undefined }, oneCard),
    BAD_PARAMETERS,
    'template.cards[0].parameters',
  ],
  [
    'a card without the end of its link',
    cards(oneCard, { ...oneCard, buttons: undefined }),
    BAD_PARAMETERS,
    'template.cards[1].buttons',
  ],
  [
    'a text on a card that is too long',
    cards({ ...oneCard, parameters: [chars(150)] }, oneCard),
    BAD_PARAMETERS,
    'template.cards[0].parameters',
  ],
  [
    'a line break on a card',
    cards(oneCard, { ...oneCard, parameters: ['a\nb'] }),
    BAD_SHAPE,
    'template.cards[1].parameters[0]',
  ],
  [
    'cards where there are none',
    of('coupon', { buttons: [{ index: 1, coupon_code: 'A' }], cards: [oneCard, oneCard] }),
    BAD_PARAMETERS,
    'template.cards',
  ],

  ['an offer without its end', offer({ limited_time_offer: undefined }), BAD_PARAMETERS, 'template.limited_time_offer'],
  [
    'an offer that is over',
    offer({ limited_time_offer: { expires_at: '2020-01-01T00:00:00Z' } }),
    BAD_PARAMETERS,
    'template.limited_time_offer.expires_at',
  ],
  ['a body that is too long for an offer', offer({ parameters: [chars(20)] }), BAD_PARAMETERS, 'template.parameters'],
  [
    'a coupon code that is too long for an offer',
    offer({
      buttons: [
        { index: 0, coupon_code: chars(16) },
        { index: 1, url: '17' },
      ],
    }),
    BAD_PARAMETERS,
    'template.buttons[0].coupon_code',
  ],
  [
    'the end of an offer where there is none',
    po({ parameters: ['a', 'b', 'c'], limited_time_offer: { expires_at: Date.now() + HOUR_MS } }),
    BAD_PARAMETERS,
    'template.limited_time_offer',
  ],

  ['a one-time code without its button', of('code', { parameters: ['123456'] }), BAD_PARAMETERS, 'template.buttons'],
  [
    'a one-time code without its text',
    of('code', { buttons: [{ index: 0, url: '123456' }] }),
    BAD_PARAMETERS,
    'template.parameters',
  ],
  [
    'two different one-time codes',
    of('code', { parameters: ['123456'], buttons: [{ index: 0, url: '654321' }] }),
    BAD_PARAMETERS,
    'template.buttons[0].url',
  ],
  [
    'a one-time code of 16 characters',
    of('code', { parameters: [chars(16)], buttons: [{ index: 0, url: chars(16) }] }),
    BAD_PARAMETERS,
    'template.parameters[0]',
  ],
];
