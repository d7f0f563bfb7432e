import { describe, expect, it } from '@jest/globals';

import { readContent } from './read-content.ts';

const base = { name: 'po_notification', language: 'es' };
const read = (over: object) => readContent({ type: 'template', template: { ...base, ...over } });
const refusals = (over: object) => read(over).errors.map(({ field, message }) => `${field}: ${message}`);
const componentRefusals = (...components: unknown[]) =>
  refusals({ components }).map((each) => each.replace(/^template\.components/, ''));

const chars = (length: number) => 'ñ'.repeat(length);
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const text = (value: unknown, over = {}) => ({ type: 'text', text: value, ...over });
const body = (...parameters: unknown[]) => ({ type: 'body', parameters });
const header = (...parameters: unknown[]) => ({ type: 'header', parameters });
const button = (sub_type: string, index: unknown, ...parameters: unknown[]) => ({
  type: 'button',
  sub_type,
  index,
  parameters,
});
const card = (card_index: number, ...more: unknown[]) => ({
  card_index,
  components: [header({ type: 'image', image: { id: '1' } }), ...more],
});
const carousel = (...cards: unknown[]) => ({ type: 'carousel', cards });

describe('template messages', () => {
  describe('shorthands', () => {
    it('make positional parameters of an array', () => {
      const { content } = read({ parameters: ['Proveedor ABC', 17, true] });

      expect(content).toEqual({
        type: 'template',
        template: {
          name: 'po_notification',
          language: { code: 'es' },
          components: [body(text('Proveedor ABC'), text('17'), text('true'))],
        },
      });
    });

    it('make named parameters of an object', () => {
      const { content } = read({ parameters: { supplier: 'Proveedor ABC', total: 1250.5 } });

      expect(content?.template).toMatchObject({
        components: [
          body(text('Proveedor ABC', { parameter_name: 'supplier' }), text('1250.5', { parameter_name: 'total' })),
        ],
      });
    });

    it("take Meta's parameter objects among the values", () => {
      const currency = { type: 'currency', currency: { fallback_value: '€1', code: 'EUR', amount_1000: 1000 } };

      const { content } = read({ parameters: ['a', currency] });

      expect(content?.template).toMatchObject({ components: [body(text('a'), currency)] });
    });

    it('stand beside components other than the body', () => {
      const image = header({ type: 'image', image: { id: '1' } });

      const { content } = read({ parameters: ['a'], components: [image] });

      expect(content?.template).toMatchObject({ components: [body(text('a')), image] });
    });

    it.each([[[]], [{}], [undefined]])('leave the body out when there are no values: %j', (parameters) => {
      expect(read({ parameters }).content?.template).toEqual({ name: 'po_notification', language: { code: 'es' } });
    });

    it.each<[string, object, string]>([
      [
        'a line break in the third value',
        { parameters: ['a', 'b', 'c\nd'] },
        'parameters[2]: may hold no line break, no tab and no more than four spaces in a row',
      ],
      ['an empty value', { parameters: [''] }, 'parameters[0]: must not be empty'],
      ['null for a value', { parameters: [null] }, 'parameters[0]: must be a string, this is null'],
      ['a list for a value', { parameters: [['a']] }, 'parameters[0]: must be a string, this is an array'],
      ['a parameter object without its text', { parameters: [{ type: 'text' }] }, 'parameters[0].text: is required'],
      ['an empty named value', { parameters: { total: '' } }, 'parameters.total: must not be empty'],
      [
        'a name with capitals',
        { parameters: { Total: '1' } },
        'parameters.Total: must be lower-case letters, digits and _, this is "Total"',
      ],
      ['a string for the values', { parameters: 'a' }, 'parameters: must be an array, this is "a"'],
      [
        'values with a body beside them',
        { parameters: ['a'], components: [body(text('b'))] },
        'parameters: cannot be given together with a body component',
      ],
      [
        'values with a BODY beside them',
        { parameters: [], components: [{ type: 'BODY' }] },
        'parameters: cannot be given together with a body component',
      ],
      [
        'named and positional values at once',
        { parameters: ['a', 'b', text('c', { parameter_name: 'c' })] },
        'parameters: either all parameters have a parameter_name or none, here 1 of 3 have',
      ],
      [
        'a name twice',
        { parameters: [text('a', { parameter_name: 'x' }), text('b', { parameter_name: 'x' })] },
        'parameters[1].parameter_name: is the same as in [0]',
      ],
    ])('refuse %s', (_what, over, refusal) => {
      expect(refusals(over)).toEqual([`template.${refusal}`]);
    });
  });

  it.each<[string, object, string]>([
    ['no name', { name: undefined }, 'name: is required'],
    ['a name with capitals', { name: 'PO' }, 'name: must be 1 to 512 lower-case letters, digits and _, this is "PO"'],
    [
      'a name with a hyphen',
      { name: 'po-1' },
      'name: must be 1 to 512 lower-case letters, digits and _, this is "po-1"',
    ],
    [
      'both a name and a key',
      { key: 'order-approved' },
      'key: cannot be given together with name; leave one of them out',
    ],
    [
      'a key of other letters',
      { name: undefined, key: 'Ópera' },
      'key: must be a template key such as order-approved, this is "Ópera"',
    ],
    ['no language', { language: undefined }, 'language: is required'],
    ['a language without code', { language: {} }, 'language.code: is required'],
    [
      'a language with a hyphen',
      { language: 'es-ES' },
      'language: must be a language code such as es or en_US, this is "es-ES"',
    ],
    [
      'a language by its name',
      { language: { code: 'Spanish' } },
      'language.code: must be a language code such as es or en_US, this is "Spanish"',
    ],
    [
      'another language policy',
      { language: { code: 'es', policy: 'fallback' } },
      'language.policy: must be "deterministic", this is "fallback"',
    ],
    ['components that are no array', { components: {} }, 'components: must be an array, this is an object'],
    [
      'an unknown field',
      { namespace: 'a' },
      'namespace: is not known here; known are name, key, language, components, parameters, header, buttons, cards, limited_time_offer',
    ],
  ])('with %s are refused', (_what, over, refusal) => {
    expect(refusals(over)).toEqual([`template.${refusal}`]);
  });

  it('may have no components', () => {
    expect(refusals({ components: [] })).toEqual([]);
  });

  it('have a name of at most 512 characters', () => {
    expect(refusals({ name: 'a'.repeat(512) })).toEqual([]);
    expect(refusals({ name: 'a'.repeat(513) })).toHaveLength(1);
  });

  it.each(['es', 'fil', 'en_US', 'zh_HK', 'es_419', 'sr_Latn'])('are sent in the language %s', (language) => {
    expect(refusals({ language })).toEqual([]);
  });

  it.each<[string, number, (n: number) => unknown]>([
    ['body parameter', 1024, (n) => body(text(chars(n)))],
    ['header parameter', 60, (n) => header(text(chars(n)))],
    [
      'text in place of a currency',
      1024,
      (n) => body({ type: 'currency', currency: { fallback_value: chars(n), code: 'EUR', amount_1000: 1 } }),
    ],
    ['coupon code', 20, (n) => button('copy_code', 0, { type: 'coupon_code', coupon_code: chars(n) })],
    ['parameter of a URL', 2000, (n) => button('url', 0, text(chars(n)))],
    ['parameter of a card', 160, (n) => carousel(card(0, body(text(chars(n)))), card(1))],
  ])('have a %s of at most %d characters', (_what, max, component) => {
    expect(componentRefusals(component(max))).toEqual([]);
    expect(componentRefusals(component(max + 1))).toEqual([
      expect.stringContaining(`: at most ${max} characters, this has ${max + 1}`),
    ]);
  });

  it.each(['a\nb', 'a\rb', 'a\tb', 'a     b', '\n'])('hold no value like %j', (value) => {
    const refusal = '[0].parameters[0].text: may hold no line break, no tab and no more than four spaces in a row';

    expect(componentRefusals(body(text(value)))).toEqual([refusal]);
    expect(componentRefusals(header(text(value)))).toEqual([refusal]);
    expect(componentRefusals(button('url', 0, text(value)))).toEqual([refusal]);
  });

  it('hold values with four spaces in a row', () => {
    expect(componentRefusals(body(text('a    b')))).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['a body without parameters', { type: 'body' }],
    ['a body with no parameters', body()],
    ['a header without parameters', { type: 'header' }],
    ['a header with no parameters', header()],
    ['a flow button as it was approved', { type: 'button', sub_type: 'flow', index: 0 }],
    ['a catalogue button without a picture of choice', { type: 'button', sub_type: 'catalog', index: 0 }],
    ['a call button as it was approved', { type: 'button', sub_type: 'voice_call' }],
    ['a call button with no parameters', { type: 'button', sub_type: 'voice_call', parameters: [] }],
    ['two buttons on a card', carousel(card(0, button('url', 0, text('a')), button('url', 1, text('b'))), card(1))],
    ['a body in the spelling of Java clients', { type: 'BODY', parameters: [text('a')] }],
    ['a date with its parts', body({ type: 'date_time', date_time: { fallback_value: 'May 10', day_of_month: 10 } })],
    [
      'a location header',
      header({ type: 'location', location: { latitude: '40.4', longitude: -3.7, name: 'a', address: 'b' } }),
    ],
    ['a GIF header', header({ type: 'gif', gif: { id: '1' } })],
    ['a product header', header({ type: 'product', product: { catalog_id: '1', product_retailer_id: '2' } })],
    ['a quick reply that answers with its label', { type: 'button', sub_type: 'quick_reply', index: 0 }],
    ['a button at the last place', button('url', '9', text('a'))],
    [
      'a catalogue button as Meta spells it',
      button('CATALOG', 0, { type: 'action', action: { thumbnail_product_retailer_id: '1' } }),
    ],
    [
      'a flow button',
      button('flow', '0', { type: 'action', action: { flow_token: 'a', flow_action_data: { a: [1] } } }),
    ],
    [
      'a multi-product button',
      button('mpm', 0, {
        type: 'action',
        action: {
          thumbnail_product_retailer_id: '1',
          sections: [{ title: 'A', product_items: [{ product_retailer_id: '1' }] }],
        },
      }),
    ],
    [
      'a call button without index',
      { type: 'button', sub_type: 'voice_call', parameters: [{ type: 'ttl_minutes', ttl_minutes: 60 }] },
    ],
    [
      'an order button',
      button('order_details', 0, {
        type: 'action',
        action: { order_details: { reference_id: '1', order: { status: 'pending' } } },
      }),
    ],
    [
      'an order state',
      {
        type: 'order_status',
        parameters: [{ type: 'order_status', order_status: { reference_id: '1', order: { status: 'shipped' } } }],
      },
    ],
    [
      'a tap target',
      {
        type: 'tap_target_configuration',
        parameters: [
          { type: 'tap_target_configuration', tap_target_configuration: [{ url: 'https://example.com', title: 'a' }] },
        ],
      },
    ],
    ['ten cards', carousel(...times(10, (i) => card(i)))],
  ])('may have %s', (_what, component) => {
    expect(componentRefusals(component)).toEqual([]);
  });

  it.each<[string, unknown[], string]>([
    ['two bodies', [body(text('a')), { type: 'BODY' }], '[1]: is a second body component'],
    [
      'two buttons at one place',
      [button('url', 0, text('a')), button('url', '0', text('b'))],
      '[1]: is a second button at position 0',
    ],
    [
      'a footer',
      [{ type: 'footer' }],
      '[0].type: must be one of header, body, button, carousel, limited_time_offer, tap_target_configuration, order_status, this is "footer"',
    ],
    ['a component that is none', ['body'], '[0]: must be an object, this is "body"'],
    ['two header parameters', [header(text('a'), text('b'))], '[0].parameters: at most 1 parameters, this has 2'],
    [
      'a picture in the body',
      [body({ type: 'image', image: { id: '1' } })],
      '[0].parameters[0].type: must be one of text, currency, date_time, this is "image"',
    ],
    [
      'a parameter without type',
      [body({ text: 'a' })],
      '[0].parameters[0].type: is required: one of text, currency, date_time',
    ],
    ['an empty value', [body(text(''))], '[0].parameters[0].text: must not be empty'],
    ['a number for a text', [body(text(7))], '[0].parameters[0].text: must be a string, this is 7'],
    [
      'a name twice',
      [body(text('a', { parameter_name: 'x' }), text('b', { parameter_name: 'x' }))],
      '[0].parameters[1].parameter_name: is the same as in [0]',
    ],
    [
      'names for some values',
      [body(text('a', { parameter_name: 'x' }), text('b'))],
      '[0].parameters: either all parameters have a parameter_name or none, here 1 of 2 have',
    ],
    [
      'a name in capitals',
      [body(text('a', { parameter_name: 'X' }))],
      '[0].parameters[0].parameter_name: must be lower-case letters, digits and _, this is "X"',
    ],
    [
      'a header image from nowhere',
      [header({ type: 'image', image: {} })],
      '[0].parameters[0].image: needs exactly one of id, link, this has none',
    ],
    [
      'an amount with a fraction',
      [body({ type: 'currency', currency: { fallback_value: 'a', code: 'EUR', amount_1000: 1.5 } })],
      '[0].parameters[0].currency.amount_1000: must be a whole number, this is 1.5',
    ],
    ['a button at no place', [button('url', undefined, text('a'))], '[0].index: is required'],
    [
      'a component of no type',
      [{}],
      '[0].type: is required: one of header, body, button, carousel, limited_time_offer, tap_target_configuration, order_status',
    ],
    ['an eleventh button', [button('url', 10, text('a'))], '[0].index: must be a whole number from 0 to 9, this is 10'],
    [
      'a button of no known kind',
      [button('phone', 0)],
      '[0].sub_type: must be one of url, quick_reply, copy_code, flow, catalog, mpm, voice_call, order_details, this is "phone"',
    ],
    [
      'a payload on a URL button',
      [button('url', 0, { type: 'payload', payload: 'a' })],
      '[0].parameters[0].type: must be "text", this is "payload"',
    ],
    ['a URL button without value', [{ type: 'button', sub_type: 'url', index: 0 }], '[0].parameters: is required'],
    [
      'a call button for ever',
      [button('voice_call', 0, { type: 'ttl_minutes', ttl_minutes: 43201 })],
      '[0].parameters[0].ttl_minutes: must be a whole number from 1 to 43200, this is 43201',
    ],
    [
      'an offer that ends at no time',
      [
        {
          type: 'limited_time_offer',
          parameters: [{ type: 'limited_time_offer', limited_time_offer: { expiration_time_ms: 'soon' } }],
        },
      ],
      '[0].parameters[0].limited_time_offer.expiration_time_ms: must be a whole number of at least 0, this is "soon"',
    ],
    ['one card', [carousel(card(0))], '[0].cards: at least 2 cards, this has 1'],
    ['eleven cards', [carousel(...times(11, (i) => card(Math.min(i, 9))))], '[0].cards: at most 10 cards, this has 11'],
    [
      'three buttons on a card',
      [carousel(card(0, ...times(3, (i) => button('url', i, text('a')))), card(1))],
      '[0].cards[0].components: at most 2 buttons on a card, this has 3',
    ],
    [
      'a carousel in a card',
      [carousel(card(0, carousel()), card(1))],
      '[0].cards[0].components[1].type: must be one of header, body, button, this is "carousel"',
    ],
    [
      'two headers on a card',
      [carousel(card(0, header()), card(1))],
      '[0].cards[0].components[1]: is a second header component',
    ],
    [
      'two values for one URL',
      [button('url', 0, text('a'), text('b'))],
      '[0].parameters: at most 1 parameters, this has 2',
    ],
    [
      'a call button with more than its two values',
      [button('voice_call', 0, ...times(3, () => ({ type: 'payload', payload: 'a' })))],
      '[0].parameters: at most 2 parameters, this has 3',
    ],
    [
      'two tap targets',
      [
        {
          type: 'tap_target_configuration',
          parameters: [
            {
              type: 'tap_target_configuration',
              tap_target_configuration: times(2, () => ({ url: 'https://example.com', title: 'a' })),
            },
          ],
        },
      ],
      '[0].parameters[0].tap_target_configuration: at most 1 targets, this has 2',
    ],
  ])('may not have %s', (_what, components, refusal) => {
    expect(componentRefusals(...components)).toEqual([refusal]);
  });
});
