import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { headerFilesOf } from './header-files.ts';
import { readNewTemplate, readTemplateChanges } from './new-template.ts';

const text = 'Hola {{1}}, tu pedido {{2}} sale hoy del almacén.';
const body = { type: 'BODY', text, example: { body_text: [['Ana', 'A-1042']] } };
const plain = { type: 'BODY', text: 'Tu pedido sale hoy.' };
const written = (over: object = {}) => ({
  name: 'order_sent',
  language: 'es',
  category: 'UTILITY',
  components: [plain],
  ...over,
});
const bodyOf = (given: string, examples: string[] = []) => ({ type: 'BODY', text: given, examples });
const header = (over: object) => ({ type: 'HEADER', format: 'TEXT', text: 'Pedido', ...over });
const image = { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::aW1n'] } };
const buttons = (...given: object[]) => ({ type: 'BUTTONS', buttons: given });
const reply = { type: 'QUICK_REPLY', text: 'Gracias' };
const link = { type: 'URL', text: 'Ver', url: 'https://tienda.example/pedidos' };
const call = { type: 'PHONE_NUMBER', text: 'Llamar', phone_number: '+34612345678' };
const code = { type: 'COPY_CODE', example: 'VERANO25' };
const card = (...more: object[]) => ({ components: [image, ...more] });
const cards = (...given: object[]) => ({ type: 'CAROUSEL', cards: given });
const offer = { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Solo hoy', has_expiration: true } };
const otp = (over: object) => ({ type: 'OTP', otp_type: 'COPY_CODE', ...over });
const authentication = (...given: object[]) =>
  written({ category: 'AUTHENTICATION', components: [{ type: 'BODY' }, buttons(...given)] });
const app = { package_name: 'com.example.shop', signature_hash: 'K8a/AINcGX7' };

const FIELDS = ['text', 'example', 'examples', 'buttons', 'cards', 'media_id', 'limited_time_offer', '__proto__'];
const refusals = (template: object) =>
  readNewTemplate(template as Record<string, unknown>).errors.map(({ field, message }) => `${field}: ${message}`);
const withComponents = (...components: object[]) => written({ components });
const marketing = (...components: object[]) => written({ category: 'MARKETING', components });

describe(readNewTemplate.name, () => {
  it("takes Meta's own form as it is", () => {
    const template = written({
      message_send_ttl_seconds: 3_600,
      components: [
        header({ text: 'Pedido {{1}}', example: { header_text: ['A-1042'] } }),
        body,
        { type: 'FOOTER', text: 'Tienda Ejemplo' },
        buttons(reply, { ...link, url: 'https://tienda.example/{{1}}', example: ['A-1042'] }, call),
      ],
    });

    expect(readNewTemplate(template)).toEqual({ value: template, errors: [] });
  });

  it('writes names in capitals and drops what Meta no longer knows', () => {
    const { value } = readNewTemplate({
      ...written({ category: 'utility', allow_category_change: true }),
      components: [
        { type: 'body', text: plain.text },
        { type: 'buttons', buttons: [{ ...reply, type: 'quick_reply' }] },
      ],
    });

    expect(value).toEqual(written({ components: [plain, buttons(reply)] }));
  });

  it('makes the examples of simple ones', () => {
    const { value } = readNewTemplate(
      withComponents(
        header({ text: 'Pedido {{1}}', examples: ['A-1042'] }),
        { type: 'BODY', text, examples: ['Ana', 'A-1042'] },
        buttons({ ...link, url: 'https://tienda.example/{{1}}', example: 'A-1042' }),
      ),
    );

    expect(value?.components).toEqual([
      header({ text: 'Pedido {{1}}', example: { header_text: ['A-1042'] } }),
      body,
      buttons({ ...link, url: 'https://tienda.example/{{1}}', example: ['A-1042'] }),
    ]);
  });

  it('finds out that the variables have names', () => {
    const { value } = readNewTemplate(
      withComponents({ type: 'BODY', text: 'Hola {{name}}, tu pedido sale.', examples: { name: 'Ana' } }),
    );

    expect(value).toMatchObject({
      parameter_format: 'NAMED',
      components: [{ example: { body_text_named_params: [{ param_name: 'name', example: 'Ana' }] } }],
    });
  });

  it.each([
    ['an offer', marketing(image, offer, bodyOf('Hoy todo a mitad de precio.'), buttons(code, link))],
    ['a carousel', marketing(plain, cards(card(buttons(reply, link)), card(buttons(reply, link))))],
    ['a code of one app', authentication(otp({ otp_type: 'ONE_TAP', supported_apps: [app] }))],
    [
      'a code that fills itself in',
      authentication(otp({ otp_type: 'zero_tap', supported_apps: [app], zero_tap_terms_accepted: true })),
    ],
    ['a place', withComponents({ type: 'HEADER', format: 'LOCATION' }, plain)],
    ['a text without blanks', withComponents(bodyOf('您好{{1}},您的订单已经发货了。', ['安娜']))],
    ['a time to live of thirty days', written({ message_send_ttl_seconds: -1 })],
    ['quick replies behind the others', withComponents(plain, buttons(link, call, reply, reply))],
  ])('takes %s', (_what, template) => {
    expect(refusals(template)).toEqual([]);
  });

  it('writes the app of the old form as a list', () => {
    const { value } = readNewTemplate(
      authentication(otp({ otp_type: 'ONE_TAP', ...app, signature_hash: 'K8a%2FAINcGX7' })),
    );

    expect(value?.components).toEqual([{ type: 'BODY' }, buttons(otp({ otp_type: 'ONE_TAP', supported_apps: [app] }))]);
  });

  it.each<[string, object, ...string[]]>([
    [
      'a name with capitals',
      written({ name: 'Order-Sent' }),
      'name: must be 1 to 512 lower-case letters, digits and _, this is "Order-Sent"',
    ],
    [
      'a name that is too long',
      written({ name: 'a'.repeat(513) }),
      'name: must be 1 to 512 lower-case letters, digits and _, this is "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…"',
    ],
    [
      'a language with a hyphen',
      written({ language: 'en-US' }),
      'language: must be a language code such as es or en_US, this is "en-US"',
    ],
    [
      'a category of old',
      written({ category: 'TRANSACTIONAL' }),
      'category: must be one of UTILITY, MARKETING, AUTHENTICATION, this is "TRANSACTIONAL"',
    ],
    [
      'an unknown field',
      written({ componets: [] }),
      'componets: is not known here; known are name, language, category, sub_category, display_format, cta_url_link_tracking_opted_out, allow_category_change, parameter_format, components, message_send_ttl_seconds',
    ],
    ['no components', written({ components: undefined }), 'components: is required'],
    ['no body', withComponents(image), 'components: needs a BODY component: the text of the message'],
    ['two bodies', withComponents(plain, plain), 'components[1]: is a second BODY component'],
    [
      'an unknown component',
      withComponents(plain, { type: 'PICTURE' }),
      'components[1].type: must be one of footer, carousel, limited_time_offer, call_permission_request, header, body, buttons, this is "PICTURE"',
    ],
    ['an empty body', withComponents(bodyOf('')), 'components[0].text: must not be empty'],
    [
      'a body that is too long',
      withComponents(bodyOf('a'.repeat(1_025))),
      'components[0].text: at most 1024 characters, this has 1025',
    ],
    [
      'a variable at the start',
      withComponents(bodyOf('{{1}}, tu pedido sale hoy.', ['Ana'])),
      'components[0].text: must not start with a variable; put a word before it',
    ],
    [
      'a variable at the end',
      withComponents(bodyOf('Tu pedido sale hoy, {{1}}', ['Ana'])),
      'components[0].text: must not end with a variable; put a word or a full stop behind it',
    ],
    [
      'variables side by side',
      withComponents(bodyOf('Hola {{1}} {{2}}, tu pedido sale hoy del almacén.', ['a', 'b'])),
      'components[0].text: needs a word between {{2}} and the variable before it',
    ],
    [
      'too few words',
      withComponents(bodyOf('Hola {{1}}, {{2}}.', ['a', 'b'])),
      'components[0].text: 2 variables need at least 5 other words, this has 1; say more, or use fewer',
    ],
    [
      'a gap in the numbers',
      withComponents(bodyOf('Hola {{1}}, tu pedido {{3}} sale hoy.', ['a', 'b'])),
      'components[0].text: variables count from {{1}} without a gap; {{2}} is missing',
    ],
    [
      'numbers that start late',
      withComponents(bodyOf('Hola {{2}}, tu pedido sale hoy.', ['a'])),
      'components[0].text: variables count from {{1}} without a gap; {{1}} is missing',
    ],
    [
      'half a variable',
      withComponents(bodyOf('Hola {{1}, tu pedido sale hoy.')),
      'components[0].text: has a {{ or }} without its other half',
    ],
    [
      'a variable with blanks',
      withComponents(bodyOf('Hola {{ 1 }}, tu pedido sale hoy.', ['a'])),
      'components[0].text: {{ 1 }} is no variable; write {{1}}, or a name such as {{order_id}}',
      'components[0].examples: needs an example for each named variable; missing:  1 ',
    ],
    [
      'numbers and names in one text',
      withComponents(bodyOf('Hola {{1}}, tu pedido {{order_id}} sale hoy.')),
      'components[0].text: has numbered and named variables; use only one kind',
    ],
    [
      'numbers and names in two texts',
      withComponents(header({ text: 'Pedido {{order_id}}', examples: { order_id: 'A' } }), body),
      'parameter_format: some texts have numbered variables, others named ones; use only one kind',
    ],
    [
      'numbers where names are promised',
      written({ parameter_format: 'NAMED', components: [body] }),
      'parameter_format: NAMED needs names such as {{order_id}}; the text has {{1}}',
    ],
    [
      'no example',
      withComponents({ type: 'BODY', text }),
      'components[0].example: needs one example for each variable, in their order: 2, this has 0',
    ],
    [
      'an example too few',
      withComponents(bodyOf(text, ['Ana'])),
      'components[0].examples: needs one example for each variable, in their order: 2, this has 1',
    ],
    ['an empty example', withComponents(bodyOf(text, ['Ana', ''])), 'components[0].examples[1]: must not be empty'],
    [
      'an example that is a number',
      withComponents({ type: 'BODY', text, example: { body_text: [['Ana', 7]] } }),
      'components[0].example.body_text[0][1]: must be a string, this is 7',
    ],
    [
      'both kinds of examples',
      withComponents({ ...body, examples: ['Ana', 'A'] }),
      'components[0].examples: cannot be given together with example',
    ],
    [
      'examples for nothing',
      withComponents({ ...plain, examples: ['Ana'] }),
      'components[0].examples: the text has no variables; leave it out',
    ],
    [
      'a named example too few and too many',
      withComponents({ type: 'BODY', text: 'Hola {{name}}, tu pedido sale.', examples: { nombre: 'Ana' } }),
      'components[0].examples: needs an example for each named variable; missing: name',
      'components[0].examples: has examples for what is not in the text: nombre',
    ],
    [
      'a header that is too long',
      withComponents(header({ text: 'a'.repeat(61) }), plain),
      'components[0].text: at most 60 characters, this has 61',
    ],
    [
      'a header of two variables',
      withComponents(header({ text: 'Pedido {{1}} de {{2}}', examples: ['a', 'b'] }), plain),
      'components[0].text: at most one variable, this has 2',
    ],
    [
      'a header of two lines',
      withComponents(header({ text: 'a\nb' }), plain),
      'components[0].text: must be on one line, without tabs',
    ],
    [
      'a header of an unknown format',
      withComponents(header({ format: 'AUDIO' }), plain),
      'components[0].format: must be one of text, image, video, document, location, gif, product, this is "AUDIO"',
    ],
    [
      'a picture nobody has seen',
      withComponents({ type: 'HEADER', format: 'IMAGE' }, plain),
      'components[0]: needs exactly one of example, media_id, this has none',
    ],
    [
      'a file by an id that is none',
      withComponents({ type: 'HEADER', format: 'IMAGE', media_id: '7' }, plain),
      'components[0].media_id: must be the id of a file from POST /api/v1/whatsapp/media, this is "7"',
    ],
    [
      'a footer with a variable',
      withComponents(plain, { type: 'FOOTER', text: 'De {{1}}' }),
      'components[1].text: takes no variable',
    ],
    [
      'a footer that is too long',
      withComponents(plain, { type: 'FOOTER', text: 'a'.repeat(61) }),
      'components[1].text: at most 60 characters, this has 61',
    ],
    [
      'eleven buttons',
      withComponents(plain, buttons(...Array<object>(11).fill(reply))),
      'components[1].buttons: at most 10 buttons, this has 11',
    ],
    [
      'three links',
      withComponents(plain, buttons(link, link, link)),
      'components[1].buttons[2]: at most 2 URL buttons; remove this one',
    ],
    [
      'two numbers to call',
      withComponents(plain, buttons(call, call)),
      'components[1].buttons[1]: at most 1 PHONE_NUMBER button; remove this one',
    ],
    [
      'two codes',
      withComponents(plain, buttons(code, code)),
      'components[1].buttons[1]: at most 1 COPY_CODE button; remove this one',
    ],
    [
      'a link among quick replies',
      withComponents(plain, buttons(reply, link, reply)),
      'components[1].buttons[2]: quick replies must stand together, before or after all other buttons',
    ],
    [
      'a long label',
      withComponents(plain, buttons({ ...reply, text: 'a'.repeat(26) })),
      'components[1].buttons[0].text: at most 25 characters, this has 26',
    ],
    [
      'a label with a variable',
      withComponents(plain, buttons({ ...reply, text: 'Sí, {{1}}' })),
      'components[1].buttons[0].text: takes no variable',
    ],
    [
      'a link that is none',
      withComponents(plain, buttons({ ...link, url: 'tienda' })),
      'components[1].buttons[0].url: must be an http or https URL, this is "tienda"',
    ],
    [
      'a variable inside a link',
      withComponents(plain, buttons({ ...link, url: 'https://a.example/{{1}}/b', example: 'x' })),
      'components[1].buttons[0].url: takes one variable, {{1}}, at its very end',
    ],
    [
      'a named variable in a link',
      withComponents(plain, buttons({ ...link, url: 'https://a.example/{{id}}', example: 'x' })),
      'components[1].buttons[0].url: takes one variable, {{1}}, at its very end',
    ],
    [
      'a link without its example',
      withComponents(plain, buttons({ ...link, url: 'https://a.example/{{1}}' })),
      'components[1].buttons[0].example: is required: the URL has a variable',
    ],
    [
      'a long link',
      withComponents(plain, buttons({ ...link, url: `https://a.example/${'a'.repeat(2_000)}` })),
      'components[1].buttons[0].url: at most 2000 characters, this has 2018',
    ],
    [
      'a number that is too long',
      withComponents(plain, buttons({ ...call, phone_number: '+346123456789012345678' })),
      'components[1].buttons[0].phone_number: at most 20 characters, this has 22',
    ],
    [
      'a number that is none',
      withComponents(plain, buttons({ ...call, phone_number: '¡llama!' })),
      'components[1].buttons[0].phone_number: must be a phone number such as +34612345678',
    ],
    [
      'a long code',
      withComponents(plain, buttons({ ...code, example: 'a'.repeat(21) })),
      'components[1].buttons[0].example: at most 20 characters, this has 21',
    ],
    [
      'a form of two names',
      withComponents(plain, buttons({ type: 'FLOW', text: 'Abrir', flow_id: '1', flow_name: 'a' })),
      'components[1].buttons[0]: needs exactly one of flow_id, flow_name, flow_json, this has flow_id, flow_name',
    ],
    [
      'a password button in a utility template',
      withComponents(plain, buttons(otp({}))),
      'components[1].buttons[0].type: must be one of quick_reply, url, phone_number, copy_code, flow, catalog, mpm, spm, order_details, voice_call, app, this is "OTP"',
    ],
    [
      'a carousel for a utility template',
      withComponents(plain, cards(card(), card())),
      'components[1]: CAROUSEL is for the category MARKETING only; change the category, or remove it',
    ],
    ['one card', marketing(plain, cards(card())), 'components[1].cards: at least 2 cards, this has 1'],
    [
      'eleven cards',
      marketing(plain, cards(...Array<object>(11).fill(card()))),
      'components[1].cards: at most 10 cards, this has 11',
    ],
    [
      'cards of two builds',
      marketing(plain, cards(card(buttons(reply)), card(buttons(link)))),
      'components[1].cards[1]: must be built as the first card (buttons quick_reply, header image), this has buttons url, header image',
    ],
    [
      'a card without a picture',
      marketing(plain, cards({ components: [plain] }, { components: [plain] })),
      'components[1].cards[0].components: needs a HEADER component: every card needs a picture, a video or a product',
      'components[1].cards[1].components: needs a HEADER component: every card needs a picture, a video or a product',
    ],
    [
      'three buttons on a card',
      marketing(plain, cards(card(buttons(reply, reply, reply)), card(buttons(reply, reply, reply)))),
      'components[1].cards[0].components[1].buttons: at most 2 buttons, this has 3',
      'components[1].cards[1].components[1].buttons: at most 2 buttons, this has 3',
    ],
    [
      'a long text on a card',
      marketing(plain, cards(card(bodyOf('a'.repeat(161))), card(plain))),
      'components[1].cards[0].components[1].text: at most 160 characters, this has 161',
    ],
    [
      'a footer under a carousel',
      marketing(plain, cards(card(), card()), { type: 'FOOTER', text: 'a' }),
      'components[2]: stands in no template with a carousel, whose cards have their own',
    ],
    [
      'an offer for a utility template',
      withComponents(offer, plain),
      'components[0]: LIMITED_TIME_OFFER is for the category MARKETING only; change the category, or remove it',
    ],
    [
      'a long offer',
      marketing({ ...offer, limited_time_offer: { text: 'a'.repeat(17) } }, plain),
      'components[0].limited_time_offer.text: at most 16 characters, this has 17',
    ],
    [
      'a long text under an offer',
      marketing(offer, bodyOf('a'.repeat(601))),
      'components[1].text: at most 600 characters, this has 601',
    ],
    [
      'a long code of an offer',
      marketing(offer, plain, buttons({ ...code, example: 'a'.repeat(16) })),
      'components[2].buttons[0].example: at most 15 characters, this has 16',
    ],
    [
      'a footer under an offer',
      marketing(offer, plain, { type: 'FOOTER', text: 'a' }),
      'components[2]: stands in no template with a limited-time offer',
    ],
    [
      'a moving picture for a utility template',
      withComponents({ ...image, format: 'GIF' }, plain),
      'components[0]: GIF is for the category MARKETING only; change the category, or remove it',
    ],
    [
      'a text of our own for a password',
      written({ category: 'AUTHENTICATION', components: [plain, buttons(otp({}))] }),
      'components[0].text: is not known here; known are type, add_security_recommendation',
    ],
    [
      'a header for a password',
      written({ category: 'AUTHENTICATION', components: [{ type: 'BODY' }, header({}), buttons(otp({}))] }),
      'components[1].type: must be one of body, footer, buttons, this is "HEADER"',
    ],
    [
      'a password without a button',
      written({ category: 'AUTHENTICATION', components: [{ type: 'BODY' }] }),
      'components: needs a BUTTONS component: one OTP button, which takes the code over',
    ],
    [
      'a password for ninety-one minutes',
      written({
        category: 'AUTHENTICATION',
        components: [{ type: 'BODY' }, { type: 'FOOTER', code_expiration_minutes: 91 }, buttons(otp({}))],
      }),
      'components[1].code_expiration_minutes: must be a whole number from 1 to 90, this is 91',
    ],
    [
      'one tap without an app',
      authentication(otp({ otp_type: 'ONE_TAP' })),
      'components[1].buttons[0].supported_apps: is required: the apps that take the code',
    ],
    [
      'six apps',
      authentication(otp({ otp_type: 'ONE_TAP', supported_apps: Array(6).fill(app) })),
      'components[1].buttons[0].supported_apps: at most 5 apps, this has 6',
    ],
    [
      'an app by half a name',
      authentication(otp({ otp_type: 'ONE_TAP', supported_apps: [{ ...app, package_name: 'shop' }] })),
      'components[1].buttons[0].supported_apps[0].package_name: must be the package name of an Android app, such as com.example.shop',
    ],
    [
      'a hash that is none',
      authentication(otp({ otp_type: 'ONE_TAP', supported_apps: [{ ...app, signature_hash: 'K8a' }] })),
      'components[1].buttons[0].supported_apps[0].signature_hash: must be the 11 characters of the signing key hash, such as K8a/AINcGX7, this is "K8a"',
    ],
    [
      'terms that were not accepted',
      authentication(otp({ otp_type: 'ZERO_TAP', supported_apps: [app] })),
      "components[1].buttons[0].zero_tap_terms_accepted: must be true: Meta's terms for codes that fill themselves in",
    ],
    [
      'a utility message for a month',
      written({ message_send_ttl_seconds: 43_201 }),
      'message_send_ttl_seconds: must be a whole number from 30 to 43200, this is 43201',
    ],
    [
      'a marketing message for an hour',
      written({ category: 'MARKETING', message_send_ttl_seconds: 3_600 }),
      'message_send_ttl_seconds: must be a whole number from 43200 to 2592000, this is 3600',
    ],
    [
      'a password for an hour',
      { ...authentication(otp({})), message_send_ttl_seconds: 3_600 },
      'message_send_ttl_seconds: must be a whole number from 30 to 900, this is 3600',
    ],
    [
      'a character that cannot be stored',
      withComponents(bodyOf('Hola\0')),
      'components[0].text: contains a character that cannot be stored',
    ],
  ])('refuses %s', (_what, template, ...expected) => {
    expect(refusals(template)).toEqual(expected);
  });

  it('never throws, whatever JSON it is given', () => {
    const part = fc.record(
      { type: fc.constantFrom('BODY', 'HEADER', 'BUTTONS', 'CAROUSEL', 'footer', 7), format: fc.jsonValue() },
      { requiredKeys: [] },
    );
    const wild = fc.tuple(part, fc.dictionary(fc.constantFrom(...FIELDS), fc.jsonValue()));
    const components = fc.oneof(fc.jsonValue(), fc.array(wild.map(([one, more]) => ({ ...one, ...more }))));
    const category = fc.constantFrom('UTILITY', 'MARKETING', 'AUTHENTICATION', 7);

    fc.assert(
      fc.property(category, components, fc.jsonValue(), (given, parts, other) => {
        const template = { name: other, language: other, category: given, components: parts, parameter_format: other };

        expect(readNewTemplate(template).errors.length).toBeGreaterThan(0);
        readTemplateChanges({ components: parts, category: given }, { category: 'UTILITY', parameterFormat: 'NAMED' });
      }),
      { numRuns: 500 },
    );
  });

  it('tells every fault at once', () => {
    const faults = refusals({
      name: 'Order',
      language: 'es',
      category: 'UTILITY',
      components: [header({ text: '' }), bodyOf('{{1}}'), buttons({ ...link, url: 'x' }, call, call)],
    });

    expect(faults.map((each) => each.split(':')[0])).toEqual([
      'name',
      'components[0].text',
      'components[1].text',
      'components[1].text',
      'components[1].text',
      'components[1].examples',
      'components[2].buttons[0].url',
      'components[2].buttons[2]',
    ]);
  });

  describe('out of the library', () => {
    const fromLibrary = (over: object) => ({
      name: 'our_delivery',
      language: 'es',
      category: 'UTILITY',
      library_template_name: 'delivery_update_1',
      ...over,
    });

    it('takes what its buttons want', () => {
      const template = fromLibrary({
        library_template_button_inputs: [
          { type: 'URL', url: { base_url: 'https://a.example/{{1}}', url_suffix_example: 'https://a.example/x' } },
        ],
        library_template_body_inputs: { add_contact_number: true },
      });

      expect(readNewTemplate(template)).toEqual({ value: template, errors: [] });
    });

    it.each([
      ['a text of its own', { components: [plain] }, 'components'],
      [
        'an unknown button',
        { library_template_button_inputs: [{ type: 'LINK' }] },
        'library_template_button_inputs[0].type',
      ],
    ])('refuses %s', (_what, over, field) => {
      expect(readNewTemplate(fromLibrary(over)).errors).toMatchObject([{ field }]);
    });
  });
});

describe(readTemplateChanges.name, () => {
  const present = { category: 'UTILITY', parameterFormat: 'POSITIONAL' };
  const changes = (given: object, over: object = {}) =>
    readTemplateChanges(given as Record<string, unknown>, { ...present, ...over });

  it('reads components as a creation does', () => {
    expect(changes({ components: [{ type: 'body', text, examples: ['Ana', 'A-1042'] }] })).toEqual({
      value: { components: [body] },
      errors: [],
    });
  });

  it.each<[string, object, object, string]>([
    ['nothing', {}, {}, 'body: needs at least one of components, category, message_send_ttl_seconds'],
    [
      'the name',
      { name: 'other', category: 'MARKETING' },
      {},
      'name: is not known here; known are components, category, message_send_ttl_seconds',
    ],
    [
      'a text for the category it has',
      { components: [plain] },
      { category: 'AUTHENTICATION' },
      'components[0].text: is not known here; known are type, add_security_recommendation',
    ],
    [
      'numbers where it has names',
      { components: [body] },
      { parameterFormat: 'NAMED' },
      'components: NAMED needs names such as {{order_id}}; the text has {{1}}',
    ],
    [
      'a time for the category it will have',
      { category: 'MARKETING', message_send_ttl_seconds: 60 },
      {},
      'message_send_ttl_seconds: must be a whole number from 43200 to 2592000, this is 60',
    ],
  ])('judges %s', (_what, given, over, expected) => {
    expect(changes(given, over).errors.map(({ field, message }) => `${field}: ${message}`)).toContain(expected);
  });
});

describe(headerFilesOf.name, () => {
  it('finds the files of the template and of its cards, and puts handles in their place', () => {
    const id = '01930000-0000-7000-8000-00000000000';
    const pictured = (last: number) => ({ type: 'HEADER', format: 'IMAGE', media_id: `${id}${last}` });
    const { value } = readNewTemplate(marketing(pictured(1), plain, buttons(reply)));
    const carousel = readNewTemplate(marketing(plain, cards({ components: [pictured(2)] }, { components: [image] })));

    const [one] = headerFilesOf(value!.components);
    const inCards = headerFilesOf(carousel.value!.components);
    one!.replaceBy('4::b25l');

    expect(one).toMatchObject({ field: 'components[0].media_id', mediaId: `${id}1`, format: 'IMAGE' });
    expect(inCards.map(({ field }) => field)).toEqual(['components[1].cards[0].components[0].media_id']);
    expect(value!.components![0]).toEqual({ type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::b25l'] } });
  });
});
