import { describe, expect, it } from '@jest/globals';

import { readContent } from './read-content.ts';
import { writtenPaths } from './template-expansion.ts';

const base = { name: 'offer', language: 'es' };
const read = (over: object) => readContent({ type: 'template', template: { ...base, ...over } });
const componentsOf = (over: object) =>
  (read(over).content?.template as { components?: unknown } | undefined)?.components;
const refusals = (over: object) => read(over).errors.map(({ field, message }) => `${field}: ${message}`);

const text = (value: string) => ({ type: 'text', text: value });
const button = (sub_type: string, index: number, ...parameters: object[]) => ({
  type: 'button',
  sub_type,
  index,
  parameters,
});
const image = { image: { link: 'https://files.example/a.jpg' } };
const sections = [{ title: 'Plantas', product_items: [{ product_retailer_id: 'p1' }] }];
const card = { header: image, parameters: ['a'], buttons: [{ index: 0, url: 'x' }] };

describe('shorthands of a template', () => {
  it.each<[string, object, object]>([
    ['a text in the header', { header: 'Ana' }, { type: 'header', parameters: [text('Ana')] }],
    ['a number in the header', { header: 7 }, { type: 'header', parameters: [text('7')] }],
    [
      'a named text in the header',
      { header: { who: 'Ana' } },
      { type: 'header', parameters: [{ ...text('Ana'), parameter_name: 'who' }] },
    ],
    [
      'a document in the header',
      { header: { document: { link: 'https://files.example/po.pdf', filename: 'po.pdf' } } },
      {
        type: 'header',
        parameters: [{ type: 'document', document: { link: 'https://files.example/po.pdf', filename: 'po.pdf' } }],
      },
    ],
    [
      'a location in the header',
      { header: { location: { latitude: 40.4, longitude: -3.7, name: 'Madrid', address: 'Calle Mayor 1' } } },
      {
        type: 'header',
        parameters: [
          { type: 'location', location: { latitude: 40.4, longitude: -3.7, name: 'Madrid', address: 'Calle Mayor 1' } },
        ],
      },
    ],
    [
      "Meta's own parameter in the header",
      { header: { type: 'image', ...image } },
      { type: 'header', parameters: [{ type: 'image', ...image }] },
    ],
    ['the end of a link', { buttons: [{ index: 1, url: 'F-17' }] }, button('url', 1, text('F-17'))],
    [
      'the payload of a quick reply',
      { buttons: [{ index: 0, payload: 'yes' }] },
      button('quick_reply', 0, { type: 'payload', payload: 'yes' }),
    ],
    [
      'a coupon code',
      { buttons: [{ index: 2, coupon_code: '25OFF' }] },
      button('copy_code', 2, { type: 'coupon_code', coupon_code: '25OFF' }),
    ],
    [
      'a flow',
      { buttons: [{ index: 0, flow_token: 't', flow_action_data: { a: 1 } }] },
      button('flow', 0, { type: 'action', action: { flow_token: 't', flow_action_data: { a: 1 } } }),
    ],
    [
      'a catalogue',
      { buttons: [{ index: 0, thumbnail_product_retailer_id: 'p1' }] },
      button('catalog', 0, { type: 'action', action: { thumbnail_product_retailer_id: 'p1' } }),
    ],
    [
      'a list of products',
      { buttons: [{ index: 0, thumbnail_product_retailer_id: 'p1', sections }] },
      button('mpm', 0, { type: 'action', action: { thumbnail_product_retailer_id: 'p1', sections } }),
    ],
    [
      'a call',
      { buttons: [{ index: 0, ttl_minutes: 60, payload: 'p' }] },
      button('voice_call', 0, { type: 'ttl_minutes', ttl_minutes: 60 }, { type: 'payload', payload: 'p' }),
    ],
    [
      'an order',
      { buttons: [{ index: 0, order_details: { reference_id: '1' } }] },
      button('order_details', 0, { type: 'action', action: { order_details: { reference_id: '1' } } }),
    ],
    [
      'the end of an offer',
      { limited_time_offer: { expires_at: '2026-12-01T00:00:00Z' } },
      {
        type: 'limited_time_offer',
        parameters: [
          {
            type: 'limited_time_offer',
            limited_time_offer: { expiration_time_ms: Date.parse('2026-12-01T00:00:00Z') },
          },
        ],
      },
    ],
    [
      'the same in milliseconds',
      { limited_time_offer: { expires_at: 1_796_083_200_000 } },
      {
        type: 'limited_time_offer',
        parameters: [{ type: 'limited_time_offer', limited_time_offer: { expiration_time_ms: 1_796_083_200_000 } }],
      },
    ],
    [
      'cards, by their order or as Meta writes them',
      { cards: [card, { card_index: 1, components: [{ type: 'header', parameters: [{ type: 'image', ...image }] }] }] },
      {
        type: 'carousel',
        cards: [
          {
            card_index: 0,
            components: [
              { type: 'body', parameters: [text('a')] },
              { type: 'header', parameters: [{ type: 'image', ...image }] },
              button('url', 0, text('x')),
            ],
          },
          { card_index: 1, components: [{ type: 'header', parameters: [{ type: 'image', ...image }] }] },
        ],
      },
    ],
  ])('stand for %s', (_what, over, component) => {
    expect(refusals(over)).toEqual([]);
    expect(componentsOf(over)).toEqual([component]);
  });

  it('go together, and with components of other parts', () => {
    const over = { parameters: ['a'], header: 'b', components: [button('url', 0, text('c'))] };

    expect(componentsOf(over)).toEqual([
      { type: 'body', parameters: [text('a')] },
      { type: 'header', parameters: [text('b')] },
      button('url', 0, text('c')),
    ]);
  });

  it('are read to what reads to itself', () => {
    const { content } = read({ ...card, cards: [card, card] });

    expect(readContent({ ...content }).content).toEqual(content);
  });

  it.each<[string, object, string]>([
    [
      'a header with its component',
      { header: 'a', components: [{ type: 'HEADER' }] },
      'header: cannot be given together with a header component',
    ],
    [
      'buttons with a component',
      { buttons: [{ index: 1, url: 'a' }], components: [button('url', 0, text('c'))] },
      'buttons: cannot be given together with a button component',
    ],
    ['a list for a header', { header: ['a'] }, 'header: must be a string, this is an array'],
    ['an empty header', { header: '' }, 'header: must not be empty'],
    ['a blank header', { header: '  ' }, 'header: must not be blank'],
    ['a header of 61 characters', { header: 'a'.repeat(61) }, 'header: at most 60 characters, this has 61'],
    [
      'a header of nothing',
      { header: {} },
      'header: needs exactly one of image, video, gif, document, location, product, or one named text, this has none',
    ],
    [
      'a header of two things',
      { header: { ...image, video: { id: '1' } } },
      'header: needs exactly one of image, video, gif, document, location, product, or one named text, this has image, video',
    ],
    ['an image from nowhere', { header: { image: {} } }, 'header.image: needs exactly one of id, link, this has none'],
    [
      'a filename of an image',
      { header: { image: { id: '1', filename: 'a' } } },
      'header.image.filename: is not known here; known are id, link',
    ],
    [
      'a named text with a capital',
      { header: { Who: 'a' } },
      'header.Who: must be lower-case letters, digits and _, this is "Who"',
    ],
    ["a parameter of Meta's without its text", { header: { type: 'text' } }, 'header.text: is required'],
    ['one button for the list', { buttons: { index: 0, url: 'a' } }, 'buttons: must be an array, this is an object'],
    ['a text for a button', { buttons: ['a'] }, 'buttons[0]: must be an object, this is "a"'],
    ['a button without place', { buttons: [{ url: 'a' }] }, 'buttons[0].index: is required'],
    [
      'a button at place 10',
      { buttons: [{ index: 10, url: 'a' }] },
      'buttons[0].index: must be a whole number from 0 to 9, this is 10',
    ],
    [
      'a button with nothing',
      { buttons: [{ index: 0 }] },
      'buttons[0]: needs its index and one of url, coupon_code, ttl_minutes, flow_token, flow_action_data, sections, thumbnail_product_retailer_id, order_details, payload',
    ],
    [
      'a button with two things',
      { buttons: [{ index: 0, url: 'a', payload: 'b' }] },
      'buttons[0].payload: is not known here; known are index, url',
    ],
    [
      'two buttons at one place',
      {
        buttons: [
          { index: 0, url: 'a' },
          { index: 0, payload: 'b' },
        ],
      },
      'buttons[1].index: is the same as in [0]',
    ],
    [
      'a line break in a link',
      { buttons: [{ index: 0, url: 'a\nb' }] },
      'buttons[0].url: may hold no line break, no tab and no more than four spaces in a row',
    ],
    [
      'a code of 21 characters',
      { buttons: [{ index: 0, coupon_code: 'a'.repeat(21) }] },
      'buttons[0].coupon_code: at most 20 characters, this has 21',
    ],
    [
      'a payload of 129 characters',
      { buttons: [{ index: 0, payload: 'a'.repeat(129) }] },
      'buttons[0].payload: at most 128 characters, this has 129',
    ],
    [
      'a place without its address',
      { header: { location: { latitude: 40.4, longitude: -3.7, name: 'Madrid' } } },
      'header.location.address: is required',
    ],
    [
      'products without picture',
      { buttons: [{ index: 0, sections }] },
      'buttons[0].thumbnail_product_retailer_id: is required',
    ],
    ['one card', { cards: [card] }, 'cards: at least 2 cards, this has 1'],
    [
      'a card of another field',
      { cards: [card, { title: 'a' }] },
      'cards[1].title: is not known here; known are parameters, header, buttons',
    ],
    [
      'a text of 161 characters on a card',
      { cards: [card, { parameters: ['a'.repeat(161)] }] },
      'cards[1].parameters[0]: at most 160 characters, this has 161',
    ],
    [
      'three buttons on a card',
      { cards: [card, { buttons: [0, 1, 2].map((index) => ({ index, url: 'a' })) }] },
      'cards[1].buttons: at most 2 buttons, this has 3',
    ],
    [
      "a wrong component on a card in Meta's form",
      { cards: [card, { card_index: 1, components: [{ type: 'footer' }] }] },
      'cards[1].components[0].type: must be one of header, body, button, this is "footer"',
    ],
    [
      'an offer that ends at no time',
      { limited_time_offer: { expires_at: 'soon' } },
      'limited_time_offer.expires_at: must be a time such as 2026-11-21T09:00:00Z, or in milliseconds since 1970, this is "soon"',
    ],
    ['an offer without end', { limited_time_offer: {} }, 'limited_time_offer.expires_at: is required'],
  ])('refuse %s', (_what, over, refusal) => {
    expect(refusals(over)).toEqual([`template.${refusal}`]);
  });
});

describe(writtenPaths, () => {
  const written = {
    parameters: ['a', text('b')],
    header: { document: { link: 'https://files.example/a.pdf' } },
    limited_time_offer: { expires_at: 1 },
    buttons: [{ index: 0, url: 'x' }],
    cards: [card, { card_index: 1, components: [{ type: 'header' }] }],
    components: [{ type: 'tap_target_configuration', parameters: [{ type: 'x' }] }],
  };

  it.each<[string, (string | number)[]]>([
    ['parameters', ['components', 0, 'parameters']],
    ['parameters[0]', ['components', 0, 'parameters', 0, 'text']],
    ['parameters[1].text', ['components', 0, 'parameters', 1, 'text']],
    ['header', ['components', 1, 'parameters', 0, 'type']],
    ['header.document.link', ['components', 1, 'parameters', 0, 'document', 'link']],
    ['limited_time_offer.expires_at', ['components', 2, 'parameters', 0, 'limited_time_offer', 'expiration_time_ms']],
    ['buttons[0]', ['components', 3, 'sub_type']],
    ['buttons[0].index', ['components', 3, 'index']],
    ['buttons[0].url', ['components', 3, 'parameters', 0, 'text']],
    ['cards', ['components', 4, 'cards']],
    ['cards[0]', ['components', 4, 'cards', 0]],
    ['cards[0].parameters[0]', ['components', 4, 'cards', 0, 'components', 0, 'parameters', 0, 'text']],
    ['cards[0].header.image', ['components', 4, 'cards', 0, 'components', 1, 'parameters', 0, 'image']],
    ['cards[0].buttons[0].url', ['components', 4, 'cards', 0, 'components', 2, 'parameters', 0]],
    ['cards[1].components[0].type', ['components', 4, 'cards', 1, 'components', 0, 'type']],
    ['components[0].parameters[0].type', ['components', 5, 'parameters', 0, 'type']],
  ])('leads back to %s', (field, path) => {
    const found = writtenPaths(written)(path);

    expect(
      found.reduce<string>((all, key) => all + (typeof key === 'number' ? `[${key}]` : `.${key}`), '').slice(1),
    ).toBe(field);
  });
});
