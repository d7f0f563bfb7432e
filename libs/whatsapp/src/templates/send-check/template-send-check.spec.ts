import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { exampleSend } from '../../../../../test/factories/example-send.ts';
import { exchange } from '../../../../../test/factories/exchange.ts';
import { TEMPLATES } from '../../../../../test/factories/malformed-template-sends.ts';
import { expandTemplate, type JsonObject, readContent } from '../../payloads/index.ts';
import { formOf } from '../template-form.ts';
import { toFieldErrors } from './field-errors.ts';
import { checkTemplateSend } from './template-send-check.ts';

const NOW = Date.parse('2026-11-01T10:00:00Z');
const HOUR_MS = 3_600_000;

const chars = (length: number) => 'ñ'.repeat(length);
const text = (value: string) => ({ type: 'text', text: value });
const image = { image: { link: 'https://files.example/a.jpg' } };

const bodyOf = (bodyText: string) => ({ type: 'BODY', text: bodyText });
const headerOf = (format: string, more: object = {}) => ({ type: 'HEADER', format, ...more });
const buttonsOf = (...buttons: object[]) => ({ type: 'BUTTONS', buttons });
const URL_BUTTON = { type: 'URL', text: 'Ver', url: 'https://shop.example/{{1}}' };
const FIXED_URL = { type: 'URL', text: 'Ayuda', url: 'https://shop.example/help' };
const cardOf = (...more: object[]) => ({ components: [headerOf('IMAGE'), bodyOf('Verde {{1}}'), ...more] });
const carouselOf = (...cards: object[]) => ({ type: 'CAROUSEL', cards });
const OFFER = { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Hoy', has_expiration: true } };
const OTP = buttonsOf({ type: 'OTP', otp_type: 'COPY_CODE', text: 'Copiar' });

/** What is wrong with a send of a template of these components. */
function errorsOf(components: { type: string; text?: string }[], given: object, parameterFormat = 'POSITIONAL') {
  const bodyText = components.find(({ type }) => type === 'BODY')?.text ?? '';
  const form = formOf({ templateName: 'po', parameterFormat, bodyText, components });
  const written: JsonObject = { name: 'po', language: 'es', ...given };
  const faults = checkTemplateSend(form, expandTemplate(written).components, NOW);
  return toFieldErrors(written, faults).map(({ field, message }) => `${field}: ${message}`);
}

type Case = [string, { type: string }[], object, string[], string?];

describe(checkTemplateSend.name, () => {
  it.each<Case>([
    ['no values for a body without any', [bodyOf('Hola')], {}, []],
    ['a body component without values for the same', [bodyOf('Hola')], { components: [{ type: 'body' }] }, []],
    ['as many values as the body has places', [bodyOf('{{1}} {{2}}')], { parameters: ['a', 'b'] }, []],
    ['one value for a place that comes twice', [bodyOf('{{1}} {{1}}')], { parameters: ['a'] }, []],
    ['every name, in any order', [bodyOf('{{a}} {{b}}')], { parameters: { b: '1', a: '2' } }, [], 'NAMED'],
    ['a header text', [headerOf('TEXT', { text: 'Hola {{1}}' }), bodyOf('x')], { header: 'Ana' }, []],
    ['a header without variable', [headerOf('TEXT', { text: 'Hola' }), bodyOf('x')], {}, []],
    [
      'a named header text',
      [headerOf('TEXT', { text: 'Hola {{who}}' }), bodyOf('x')],
      { header: { who: 'Ana' } },
      [],
      'NAMED',
    ],
    ['an image header', [headerOf('IMAGE'), bodyOf('x')], { header: image }, []],
    [
      "an image header as Meta's parameter",
      [headerOf('IMAGE'), bodyOf('x')],
      { header: { type: 'image', ...image } },
      [],
    ],
    ['a header of a format that is new', [headerOf('HOLOGRAM'), bodyOf('x')], {}, []],
    [
      'a url for a link with a variable',
      [bodyOf('x'), buttonsOf(URL_BUTTON)],
      { buttons: [{ index: 0, url: 'a' }] },
      [],
    ],
    ['nothing for a fixed link', [bodyOf('x'), buttonsOf(FIXED_URL)], {}, []],
    ['nothing for a quick reply', [bodyOf('x'), buttonsOf({ type: 'QUICK_REPLY', text: 'Sí' })], {}, []],
    [
      'a payload for a quick reply',
      [bodyOf('x'), buttonsOf({ type: 'QUICK_REPLY', text: 'Sí' })],
      { buttons: [{ index: 0, payload: 'yes' }] },
      [],
    ],
    [
      'a button of a kind that is new',
      [bodyOf('x'), buttonsOf({ type: 'DANCE' })],
      { components: [{ type: 'button', sub_type: 'dance', index: 0, parameters: [] }] },
      [],
    ],
    [
      'a call button without its place',
      [bodyOf('x'), buttonsOf(FIXED_URL, { type: 'VOICE_CALL', text: 'Llamar' })],
      { components: [{ type: 'button', sub_type: 'voice_call', parameters: [] }] },
      [],
    ],
    [
      'cards in any order',
      [bodyOf('x'), carouselOf(cardOf(), cardOf(buttonsOf(URL_BUTTON)))],
      {
        components: [
          {
            type: 'carousel',
            cards: [
              {
                card_index: 1,
                components: [
                  { type: 'header', parameters: [{ type: 'image', ...image }] },
                  { type: 'body', parameters: [text('a')] },
                  { type: 'button', sub_type: 'url', index: '0', parameters: [text('a')] },
                ],
              },
              {
                card_index: 0,
                components: [
                  { type: 'header', parameters: [{ type: 'image', ...image }] },
                  { type: 'body', parameters: [text('a')] },
                ],
              },
            ],
          },
        ],
      },
      [],
    ],
    ['an offer that ends', [OFFER, bodyOf('x')], { limited_time_offer: { expires_at: NOW + HOUR_MS } }, []],
    [
      'an offer without end',
      [{ ...OFFER, limited_time_offer: { text: 'Hoy', has_expiration: false } } as typeof OFFER, bodyOf('x')],
      {},
      [],
    ],
    [
      'a one-time code, given twice',
      [{ type: 'BODY' }, OTP],
      { parameters: ['123456'], buttons: [{ index: 0, url: '123456' }] },
      [],
    ],
  ])('takes %s', (...row) => {
    expectErrors(...row);
  });

  describe('of texts', () => {
    it.each<Case>([
      ['too few', [bodyOf('{{1}} {{2}} {{3}}')], { parameters: ['a', 'b'] }, ['parameters: has 3 parameters, 2 were']],
      ['too many', [bodyOf('{{1}}')], { parameters: ['a', 'b', 'c'] }, ['parameters[1]: has 1 parameters, 3 were']],
      ['none where some are needed', [bodyOf('{{1}}')], {}, ['parameters: needs an array of 1, none were given']],
      ['an empty list', [bodyOf('{{1}}')], { parameters: [] }, ['parameters: needs an array of 1']],
      ['some for a body that takes none', [bodyOf('Hola')], { parameters: ['a'] }, ['parameters: takes none; leave']],
      ['names for positions', [bodyOf('{{1}}')], { parameters: { a: 'b' } }, ['parameters: has positional parameters']],
      [
        'positions for names',
        [bodyOf('{{a}} {{b}}')],
        { parameters: ['a', 'b'] },
        ['parameters: has named parameters: give an object with a, b'],
        'NAMED',
      ],
      [
        'a missing and a mistyped name',
        [bodyOf('{{name}} {{total}}')],
        { parameters: { nme: 'Ana' } },
        [
          'parameters.name: is missing: the template has {{name}}',
          'parameters.total: is missing',
          'parameters.nme: is not in the template; did you mean name?',
        ],
        'NAMED',
      ],
      [
        'a name that is like none',
        [bodyOf('{{name}}')],
        { parameters: { name: 'Ana', colour: 'rojo' } },
        ['parameters.colour: is not in the template; it has name'],
        'NAMED',
      ],
      [
        "a missing and an unknown name in Meta's form",
        [bodyOf('{{name}}')],
        { components: [{ type: 'BODY', parameters: [{ ...text('x'), parameter_name: 'colour' }] }] },
        ['components[0].parameters: is missing', 'components[0].parameters[0].parameter_name: is not in the template'],
        'NAMED',
      ],
      ["none in Meta's form", [bodyOf('{{1}}')], { components: [] }, ['components: needs an array of 1']],
      [
        "too many in Meta's form",
        [bodyOf('{{1}}')],
        { components: [{ type: 'body', parameters: [text('a'), text('b')] }] },
        ['components[0].parameters[1]: has 1 parameters, 2 were'],
      ],
      [
        'a filled body of 1025 characters',
        [bodyOf(`${chars(1000)}{{1}}`)],
        { parameters: [chars(25)] },
        ['parameters: the filled body has 1025 characters, at most 1024: shorten'],
      ],
      [
        'a filled header of 61',
        [headerOf('TEXT', { text: `${chars(50)}{{1}}` }), bodyOf('x')],
        { header: chars(11) },
        ['header: the filled header has 61 characters, at most 60'],
      ],
      ['a value that comes twice', [bodyOf('{{1}}{{1}}')], { parameters: [chars(513)] }, ['parameters: has 1026']],
      [
        'no header text',
        [headerOf('TEXT', { text: 'Hola {{1}}' }), bodyOf('x')],
        {},
        ['header: the header of the template needs a text'],
      ],
      [
        'a header text without its name',
        [headerOf('TEXT', { text: 'Hola {{who}}' }), bodyOf('x')],
        { header: 'Ana' },
        ['header: has named parameters: give {"who": …}'],
        'NAMED',
      ],
      [
        'a text for a header without variable',
        [headerOf('TEXT', { text: 'Hola' }), bodyOf('x')],
        { header: 'Ana' },
        ['header: the header of the template takes none'],
      ],
      ['a header where there is none', [bodyOf('x')], { header: 'Ana' }, ['header: has no header; leave it out']],
    ])('refuses %s', (...row) => expectErrors(...row));

    it('counts characters, not their halves', () => {
      expect(errorsOf([bodyOf(`${chars(1000)}{{1}}`)], { parameters: ['😀'.repeat(24)] })).toEqual([]);
    });

    it('takes a filled body of exactly 1024 characters', () => {
      expect(errorsOf([bodyOf(`${chars(1000)}{{1}}`)], { parameters: [chars(24)] })).toEqual([]);
    });
  });

  describe('of media headers', () => {
    it.each(['IMAGE', 'VIDEO', 'DOCUMENT', 'GIF', 'LOCATION', 'PRODUCT'])(
      'refuses a %s header without it',
      (format) => {
        const needs = `needs an? ${format}: {"${format.toLowerCase()}": `;
        expect(errorsOf([headerOf(format), bodyOf('x')], {})).toEqual([expect.stringMatching(new RegExp(needs, 'i'))]);
      },
    );

    it.each<Case>([
      [
        'a video for an image',
        [headerOf('IMAGE'), bodyOf('x')],
        { header: { video: { id: '1' } } },
        ['header: needs an image'],
      ],
      [
        'a text for a document',
        [headerOf('DOCUMENT'), bodyOf('x')],
        { header: 'po.pdf' },
        ['header: needs a document'],
      ],
      [
        "a text for a location in Meta's form",
        [headerOf('LOCATION'), bodyOf('x')],
        { components: [{ type: 'header', parameters: [text('Madrid')] }] },
        ['components[0].parameters[0].type: needs a location'],
      ],
      [
        'an image for a text',
        [headerOf('TEXT', { text: '{{1}}' }), bodyOf('x')],
        { header: image },
        ['header: the header of the template shows a text only'],
      ],
    ])('refuses %s', (...row) => expectErrors(...row));
  });

  describe('of buttons', () => {
    const two = [bodyOf('x'), buttonsOf(URL_BUTTON, { type: 'QUICK_REPLY', text: 'Sí' })];

    it.each<Case>([
      ['a link without its end', two, {}, ['buttons: button 0 "Ver" needs url']],
      ["a link without its end in Meta's form", two, { components: [] }, ['components: button 0 "Ver" needs url']],
      [
        'a button that is not there',
        two,
        {
          buttons: [
            { index: 0, url: 'a' },
            { index: 2, payload: 'a' },
          ],
        },
        ['buttons[1].index: the template has buttons 0 to 1'],
      ],
      [
        'a button where there is none',
        [bodyOf('x')],
        { buttons: [{ index: 0, url: 'a' }] },
        ['buttons[0].index: the template has no buttons'],
      ],
      [
        'a payload for a link',
        two,
        { buttons: [{ index: 0, payload: 'a' }] },
        ['buttons[0]: button 0 "Ver" is of type URL: give it url'],
      ],
      [
        "a link's end for a quick reply in Meta's form",
        two,
        { components: [0, 1].map((index) => ({ type: 'button', sub_type: 'url', index, parameters: [text('a')] })) },
        ['components[1].sub_type: button 1 "Sí" is of type QUICK_REPLY: give it payload'],
      ],
      [
        'an end for a fixed link',
        [bodyOf('x'), buttonsOf(FIXED_URL)],
        { buttons: [{ index: 0, url: 'a' }] },
        ['buttons[0]: the link of button 0 "Ayuda" is fixed; leave it out'],
      ],
      [
        'something for a phone number',
        [bodyOf('x'), buttonsOf({ type: 'PHONE_NUMBER', text: 'Llamar', phone_number: '+34612345678' })],
        { buttons: [{ index: 0, payload: 'a' }] },
        ['buttons[0]: button 0 "Llamar" takes nothing'],
      ],
      [
        'no coupon code',
        [bodyOf('x'), buttonsOf({ type: 'COPY_CODE', example: '25OFF' })],
        {},
        ['buttons: button 0 needs coupon_code'],
      ],
      [
        'no products',
        [bodyOf('x'), buttonsOf({ type: 'MPM', text: 'Ver' })],
        {},
        ['buttons: button 0 "Ver" needs thumb'],
      ],
      [
        'a flow that is not named',
        [bodyOf('x'), buttonsOf({ type: 'FLOW', text: 'Ir' })],
        {},
        ['buttons: button 0 "Ir" needs flow_token'],
      ],
      [
        'no order',
        [bodyOf('x'), buttonsOf({ type: 'ORDER_DETAILS', text: 'Pagar' })],
        {},
        ['buttons: needs order_details'],
      ],
      [
        'a flow token for a catalogue',
        [bodyOf('x'), buttonsOf({ type: 'CATALOG', text: 'Ver' })],
        { buttons: [{ index: 0, flow_token: 'a' }] },
        ['buttons[0]: is of type CATALOG'],
      ],
      [
        'a link of 2001 characters',
        [bodyOf('x'), buttonsOf(URL_BUTTON)],
        { buttons: [{ index: 0, url: 'a'.repeat(1980) }] },
        ['buttons[0].url: the filled link has 2001 characters'],
      ],
    ])('refuses %s', (...row) => expectErrors(...row));

    it('does not ask for a button where it cannot know which one was meant', () => {
      expect(errorsOf(two, { buttons: [{ url: 'a' }] })).toEqual([]);
    });
  });

  describe('of carousels', () => {
    const template = [bodyOf('x'), carouselOf(cardOf(buttonsOf(URL_BUTTON)), cardOf(buttonsOf(URL_BUTTON)))];
    const card = { header: image, parameters: ['a'], buttons: [{ index: 0, url: 'a' }] };

    it.each<Case>([
      ['no cards', template, {}, ['cards: the carousel of the template needs its 2 cards']],
      ['cards where there are none', [bodyOf('x')], { cards: [card, card] }, ['cards: has no carousel']],
      ['a card too many', template, { cards: [card, card, card] }, ['cards: the template has 2 cards, 3 were given']],
      [
        'every fault of every card',
        template,
        {
          cards: [
            { ...card, header: undefined },
            { header: image, parameters: [chars(160)] },
          ],
        },
        [
          'cards[0].header: needs an image',
          'cards[1].parameters: has 166 characters, at most 160',
          'cards[1].buttons: button 0 "Ver" needs url',
        ],
      ],
      [
        "faults of a card in Meta's form",
        template,
        {
          cards: [
            card,
            { card_index: 1, components: [{ type: 'button', sub_type: 'quick_reply', index: 0, parameters: [] }] },
          ],
        },
        [
          'cards[1].components: the body of the template needs an array of 1',
          'cards[1].components: needs an image',
          'cards[1].components[0].sub_type: is of type URL',
        ],
      ],
    ])('refuses %s', (...row) => expectErrors(...row));

    it.each([
      ['a card twice', 0, 'components[0].cards[1].card_index: card 0 is given already'],
      ['a card that is not there', 2, 'components[0].cards[1].card_index: the template has cards 0 to 1'],
    ])("refuses %s in Meta's form", (_what, card_index, error) => {
      const [carousel] = expandTemplate({ cards: [card, card] }).components as [{ cards: [object, object] }];
      const cards = [carousel.cards[0], { ...carousel.cards[1], card_index }];

      expect(errorsOf(template, { components: [{ type: 'carousel', cards }] })).toEqual([`template.${error}`]);
    });

    it('refuses values for a card without text', () => {
      const bare = [bodyOf('x'), carouselOf({ components: [headerOf('IMAGE')] }, { components: [headerOf('IMAGE')] })];
      const cards = [{ header: image, parameters: ['a'] }, { header: image }];

      expect(errorsOf(bare, { cards })).toEqual([
        'template.cards[0].parameters: the card has no text; leave the values out',
      ]);
    });
  });

  describe('of offers', () => {
    const coupon = buttonsOf({ type: 'COPY_CODE', example: '25OFF' });

    it.each<Case>([
      ['no end', [OFFER, bodyOf('x')], {}, ['limited_time_offer: needs the time']],
      [
        'an end that is over',
        [OFFER, bodyOf('x')],
        { limited_time_offer: { expires_at: '2026-11-01T10:00:00Z' } },
        ['limited_time_offer.expires_at: the offer is over: give a time to come'],
      ],
      [
        'an end of no offer',
        [bodyOf('x')],
        { limited_time_offer: { expires_at: NOW + HOUR_MS } },
        ['limited_time_offer: has no offer'],
      ],
      [
        'a body of 601 characters, and a code of 16',
        [OFFER, bodyOf(`${chars(600)}{{1}}`), coupon],
        {
          parameters: ['a'],
          buttons: [{ index: 0, coupon_code: 'a'.repeat(16) }],
          limited_time_offer: { expires_at: String(NOW + HOUR_MS) },
        },
        ['parameters: has 601 characters, at most 600', 'buttons[0].coupon_code: at most 15 characters'],
      ],
      [
        "an end that is over in Meta's form",
        [OFFER, bodyOf('x')],
        {
          components: [
            {
              type: 'limited_time_offer',
              parameters: [{ type: 'limited_time_offer', limited_time_offer: { expiration_time_ms: NOW - 1 } }],
            },
          ],
        },
        ['components[0].parameters[0].limited_time_offer.expiration_time_ms: the offer is over'],
      ],
    ])('refuses %s', (...row) => expectErrors(...row));
  });

  describe('of one-time codes', () => {
    const template = [{ type: 'BODY' }, OTP];
    const twice = (code: string, copied = code) => ({ parameters: [code], buttons: [{ index: 0, url: copied }] });

    it.each<Case>([
      ['nothing', template, {}, ['parameters: needs an array of 1', 'buttons: button 0 "Copiar" needs url']],
      ['a code for the body alone', template, { parameters: ['1234'] }, ['buttons: button 0 "Copiar" needs url']],
      ['another code for the button', template, twice('1234', '4321'), ['buttons[0].url: must be the same code']],
      [
        'a code of 16 characters',
        template,
        twice('1'.repeat(16)),
        ['parameters[0]: at most 15 characters, this has 16'],
      ],
      ['an address for a code', template, twice('www.a.es'), ['parameters[0]: may hold no link and no emoji']],
      [
        'an amount for a code',
        template,
        {
          parameters: [{ type: 'currency', currency: { fallback_value: '1 €', code: 'EUR', amount_1000: 1000 } }],
          buttons: [{ index: 0, url: '1 €' }],
        },
        ['parameters[0]: a code is given as a text'],
      ],
      ['a link for a code', template, twice('http://a.es'), ['parameters[0]: may hold no link and no emoji']],
      ['an emoji for a code', template, twice('12🍕4'), ['parameters[0]: may hold no link and no emoji']],
      [
        "another code in Meta's list of its button",
        [
          bodyOf('Tu código es {{1}}.'),
          buttonsOf({ type: 'URL', text: 'Copiar', url: 'https://www.whatsapp.com/otp/code/?code=otp{{1}}' }),
        ],
        twice('1234', '4321'),
        ['buttons[0].url: must be the same code'],
      ],
    ])('refuses %s', (...row) => expectErrors(...row));
  });

  it.each(TEMPLATES)('takes the examples of $name', (template) => {
    const { parameters, ...given } = exampleSend(template);

    expect(errorsOf(template.components, { parameters, ...given }, template.parameter_format)).toEqual([]);
  });

  it('reads a send in which anything was exchanged for any JSON', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TEMPLATES), fc.nat(), fc.jsonValue(), (template, position, other) => {
        const given = exchange(exampleSend(template), position, other);

        const errors = errorsOf(template.components, given, template.parameter_format);

        expect(errors.every((one) => one.startsWith('template.') || one.startsWith('template:'))).toBe(true);
        readContent({ type: 'template', template: given });
      }),
      { numRuns: 2000 },
    );
  });

  it('says everything at once', () => {
    const template = [headerOf('IMAGE'), bodyOf('{{1}} {{2}}'), buttonsOf(URL_BUTTON, { type: 'COPY_CODE' })];

    const fields = errorsOf(template, { parameters: ['a'], header: 'x', limited_time_offer: { expires_at: NOW + 1 } });

    expect(fields.map((one) => one.split(':')[0])).toEqual([
      'template.parameters',
      'template.header',
      'template.buttons',
      'template.buttons',
      'template.limited_time_offer',
    ]);
  });
});

/** Each expected error is its field and a part of what is said of it. */
function expectErrors(...[, components, given, errors, format]: Case): void {
  const found = errorsOf(components, given, format);

  expect(found.map((one) => one.split(': ')[0])).toEqual(errors.map((one) => `template.${one.split(': ')[0]}`));
  errors.forEach((one, index) => expect(found[index]).toContain(one.split(': ').slice(1).join(': ')));
}
