import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import type { Json } from './examples.ts';
import { graphClient } from './graph-client.ts';
import {
  aCode,
  action,
  bodyOf,
  button,
  cardOf,
  carousel,
  coupon,
  endingAt,
  goodCard,
  header,
  image,
  SAMPLES,
  text,
} from './template-samples.ts';

const soon = Date.now() + 60 * 60 * 1000;
const long = (length: number): string => 'x'.repeat(length);
const place = { latitude: 40.4, longitude: -3.7, name: 'Office', address: 'Calle Mayor 1' };
const location = (change: object): Json => header({ type: 'location', location: { ...place, ...change } });
const track = button('url', 1, text('A-17'));
const offerCode = button('copy_code', 0, coupon('CARIBE25'));
const payload = { type: 'payload', payload: 'stop' };
const currency = { type: 'currency', currency: { fallback_value: '1,00 €', code: 'EUR', amount_1000: 1000 } };
const product = { type: 'product', product: { product_retailer_id: '17', catalog_id: '1' } };
const sectionOf = (count: number): Json => ({
  product_items: Array.from({ length: count }, (_, index) => ({ product_retailer_id: `${index}` })),
});
const products = (sections: Json[]): Json => button('mpm', 0, action({ thumbnail_product_retailer_id: '1', sections }));
const BAD = 132018;

/** What is wrong, in which template, and the code of it in v23. */
const WRONG: [string, string, Json[], number][] = [
  ['too few values', 'two_values', [bodyOf(text('Ana'))], 132000],
  ['too many values', 'two_values', [bodyOf(text('Ana'), text('17'), text('x'))], 132000],
  ['no values at all', 'two_values', [], 132000],
  ['a value where none is wanted', 'plain', [bodyOf(text('Ana'))], 132000],
  ['an empty value', 'two_values', [bodyOf(text(''), text('17'))], BAD],
  ['a blank value', 'two_values', [bodyOf(text('  '), text('17'))], BAD],
  ['a line break', 'two_values', [bodyOf(text('Ana\nMaría'), text('17'))], BAD],
  ['a carriage return', 'two_values', [bodyOf(text('Ana\rMaría'), text('17'))], BAD],
  ['a tab', 'two_values', [bodyOf(text('Ana\tMaría'), text('17'))], BAD],
  ['five spaces in a row', 'two_values', [bodyOf(text('Ana     María'), text('17'))], BAD],
  ['a number for a text', 'two_values', [bodyOf({ type: 'text', text: 17 }, text('17'))], 131009],
  ['a picture in the body', 'two_values', [bodyOf(image, text('17'))], 132012],
  ['a payload in the body', 'two_values', [bodyOf(payload, text('17'))], 132012],
  ['a type that does not exist', 'two_values', [bodyOf({ type: 'colour' }, text('17'))], 131009],
  ['a name in a positional template', 'two_values', [bodyOf(text('Ana', 'customer'), text('17', 'order_id'))], BAD],
  ['a body over 1024 once filled', 'two_values', [bodyOf(text(long(1000)), text('17'))], 132005],
  ['two bodies', 'two_values', [bodyOf(text('Ana')), bodyOf(text('17'))], 131009],
  ['a component that does not exist', 'plain', [{ type: 'sidebar', parameters: [] }], 131009],

  ['no names in a named template', 'named', [bodyOf(text('Ana'), text('17'))], BAD],
  ['a name that is missing', 'named', [bodyOf(text('Ana', 'customer'))], 132000],
  ['an unknown name', 'named', [bodyOf(text('Ana', 'customer'), text('17', 'order'))], BAD],
  ['a name given twice', 'named', [bodyOf(text('Ana', 'customer'), text('17', 'customer'))], BAD],

  ['no value for the header', 'titled', [], 132000],
  ['two values for the header', 'titled', [header(text('1'), text('2'))], 132000],
  ['a picture for a text header', 'titled', [header(image)], 132012],
  ['a header over 60 once filled', 'titled', [header(text(long(60)))], 132005],
  ['a header where there is none', 'plain', [header(text('1'))], 132000],
  ['no picture', 'pictured', [], 132012],
  ['a video instead of a picture', 'pictured', [header({ type: 'video', video: image.image })], 132012],
  ['a text instead of a picture', 'pictured', [header(text('1'))], 132012],
  ['two pictures', 'pictured', [header(image, image)], 132012],
  ['a picture without file', 'pictured', [header({ type: 'image', image: {} })], 131009],
  ['a picture of two files', 'pictured', [header({ type: 'image', image: { ...image.image, id: '1' } })], 131009],
  ['a picture that was not uploaded', 'pictured', [header({ type: 'image', image: { id: '1' } })], 100],
  ['a link that is none', 'pictured', [header({ type: 'image', image: { link: 'ftp://x' } })], 131009],
  ['a picture instead of a document', 'papered', [header(image)], 132012],
  ['a place without a name', 'placed', [location({ name: undefined })], 131008],
  ['a place without an address', 'placed', [location({ address: undefined })], 131008],
  ['a place without a latitude', 'placed', [location({ latitude: undefined })], 131008],
  ['a latitude that does not exist', 'placed', [location({ latitude: 91 })], 131009],
  ['no place', 'placed', [], 132012],
  ['an animation', 'moving', [header({ type: 'gif', gif: image.image })], 132012],
  ['no product', 'product', [], 132012],

  ['no value for a URL', 'linked', [], 131008],
  ['an empty value for a URL', 'linked', [button('url', 1, text(''))], BAD],
  ['two values for a URL', 'linked', [button('url', 1, text('a'), text('b'))], BAD],
  ['a payload for a URL', 'linked', [button('url', 1, payload)], 132012],
  ['a URL over 2000', 'linked', [button('url', 1, text(long(2000)))], 132005],
  ['a value for a URL without variable', 'linked', [track, button('url', 2, text('x'))], BAD],
  ['a button that is not there', 'linked', [track, button('url', 7, text('x'))], BAD],
  ['an index over nine', 'linked', [button('url', 10, text('x'))], 131009],
  ['a button of another kind', 'linked', [track, button('url', 0, text('x'))], BAD],
  ['a value for a phone number', 'linked', [track, button('phone_number', 3, text('x'))], 100],
  ['a button named twice', 'linked', [track, track], BAD],
  ['a text for a quick reply', 'linked', [track, button('quick_reply', 0, text('x'))], 132012],
  ['a button without sub_type', 'linked', [{ type: 'button', index: 1, parameters: [text('x')] }], 131008],
  ['a button without index', 'linked', [{ type: 'button', sub_type: 'url', parameters: [text('x')] }], 131008],
  ['no code to copy', 'coded', [], 131008],
  ['an empty code', 'coded', [button('copy_code', 0, coupon(''))], 131009],
  ['a code over 20', 'coded', [button('copy_code', 0, coupon(long(21)))], 100],
  ['a text for a code', 'coded', [button('copy_code', 0, text('X'))], 132012],
  ['a flow that is not named', 'flowing', [], 131009],
  ['a text for a flow', 'flowing', [button('flow', 0, text('x'))], 132012],
  ['an unknown field for a flow', 'flowing', [button('flow', 0, action({ token: 'x' }))], 100],
  ['no products', 'many_products', [], 131008],
  [
    'products without sections',
    'many_products',
    [button('mpm', 0, action({ thumbnail_product_retailer_id: '1' }))],
    131008,
  ],
  ['no sections', 'many_products', [products([])], 131009],
  ['an empty section', 'many_products', [products([{ product_items: [] }])], 131009],
  ['31 products', 'many_products', [products([sectionOf(16), sectionOf(15)])], 131009],
  ['an order without details', 'paying', [button('order_details', 0, action())], 131008],
  ['a text for a catalogue', 'catalogued', [button('catalog', 0, text('x'))], 132012],
  ['no order', 'paying', [], 131008],
  [
    'too long a time to call back',
    'calling',
    [button('voice_call', 0, { type: 'ttl_minutes', ttl_minutes: 43_201 })],
    131009,
  ],

  ['a code in the body only', 'code', [bodyOf(text('1234'))], 131008],
  ['two codes', 'code', aCode('1234', '1235'), BAD],
  ['a code over 15', 'code', aCode(long(16)), 132005],
  ['a URL as a code', 'code', aCode('www.a.example'), BAD],
  ['an emoji as a code', 'code', aCode('12🙂'), BAD],
  ['an amount as a code', 'code', [bodyOf(currency), button('url', 0, text('1,00 €'))], 132012],

  ['no cards', 'cards', [], 132012],
  ['too few cards', 'cards', [carousel(goodCard(0))], 131009],
  ['too many cards', 'cards', [carousel(goodCard(0), goodCard(1), goodCard(2))], 132012],
  ['the same card twice', 'cards', [carousel(goodCard(0), goodCard(0))], BAD],
  ['cards counted from one', 'cards', [carousel(goodCard(1), goodCard(2))], BAD],
  ['a card without its picture', 'cards', [carousel(goodCard(0), cardOf(1, bodyOf(text('A'))))], 132012],
  ['a card without its value', 'cards', [carousel(goodCard(0), cardOf(1, header(image)))], 132000],
  ['a card without its URL', 'cards', [carousel(goodCard(0), cardOf(1, header(image), bodyOf(text('A'))))], 131008],
  ['a card over 160', 'cards', [carousel(goodCard(0), cardOf(1, header(image), bodyOf(text(long(160)))))], 132005],
  ['a carousel in a card', 'cards', [carousel(goodCard(0), cardOf(1, carousel(goodCard(0), goodCard(1))))], BAD],
  ['a carousel where there is none', 'plain', [carousel(goodCard(0), goodCard(1))], 132012],

  ['an offer without its end', 'offer', [bodyOf(text('X')), offerCode], 131008],
  ['an offer that is over', 'offer', [bodyOf(text('X')), offerCode, endingAt(1)], BAD],
  [
    'an end that is no time',
    'offer',
    [{ ...endingAt(0), parameters: [text('soon')] }, bodyOf(text('X')), offerCode],
    131008,
  ],
  ['a body of an offer over 600', 'offer', [bodyOf(text(long(600))), offerCode, endingAt(soon)], 132005],
  [
    'a code of an offer over 15',
    'offer',
    [bodyOf(text('X')), button('copy_code', 0, coupon(long(16))), endingAt(soon)],
    132005,
  ],
  ['an end for an offer without', 'open_offer', [endingAt(soon)], BAD],
  ['an offer where there is none', 'plain', [endingAt(soon)], BAD],

  ['a template that is paused', 'paused', [], 132015],
  ['a template that is disabled', 'disabled', [], 132016],
  ['a template in review', 'pending', [], 132001],
  ['a rejected template', 'rejected', [], 132001],
  ['an archived template', 'archived', [], 132001],
  ['a template that is being deleted', 'pending_deletion', [], 132001],
  ['a template in appeal', 'in_appeal', [], 132001],
  ['a template nobody made', 'unknown', [], 132001],
];

describe('template sends against the simulator', () => {
  let simulator: RunningSimulator;
  let client: ReturnType<typeof graphClient>;

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
    simulator.addTemplates(SAMPLES);
    client = graphClient(simulator);
  });
  afterAll(() => simulator.stop());

  const send = (name: string, components: Json[], more: object = {}, version = 'v23.0') => {
    const template = { name, language: { code: 'en' }, components };
    const message = { messaging_product: 'whatsapp', to: '+34612345678', type: 'template', template, ...more };
    return client.send(message, { version });
  };

  it.each(WRONG)('refuses %s', async (_, name, components, code) => {
    const before = simulator.counts().accepted;

    const { body } = await send(name, components);

    expect(body.error).toMatchObject({ code, error_data: { details: expect.any(String) } });
    expect(simulator.counts().accepted).toBe(before);
  });

  it('calls a bad parameter 132012 before v23', async () => {
    const { body } = await send('two_values', [bodyOf(text(''), text('17'))], {}, 'v22.0');

    expect(body.error.code).toBe(132012);
  });

  it('knows a template in its own language only', async () => {
    const template = { name: 'plain', language: { code: 'es' } };

    expect((await send('plain', [], { template })).body.error.code).toBe(132001);
  });

  it('sends a code to a phone number only', async () => {
    const { body } = await send('code', aCode('1234'), { to: undefined, recipient: 'ES.8415072630091477' });

    expect(body.error.code).toBe(131062);
  });

  it.each<[string, string, Json[]]>([
    ['a text and an amount', 'two_values', [bodyOf(text('Ana'), currency)]],
    ['types in capitals', 'two_values', [{ type: 'BODY', parameters: [text('Ana'), text('17')] }]],
    ['names in any order', 'named', [bodyOf(text('17', 'order_id'), text('Ana', 'customer'))]],
    ['a picture by link', 'pictured', [header(image)]],
    ['a whole place', 'placed', [location({})]],
    ['a product', 'product', [header(product)]],
    ['a URL and a quick reply left out', 'linked', [track]],
    ['a URL and a payload', 'linked', [track, button('quick_reply', 0, payload)]],
    ['a code of 20', 'coded', [button('copy_code', 0, coupon(long(20)))]],
    ['a flow without a token', 'flowing', [button('flow', 0)]],
    ['a flow with a token', 'flowing', [button('flow', 0, action({ flow_token: 'x' }))]],
    ['a catalogue without a picture of its own', 'catalogued', []],
    ['30 products', 'many_products', [products([sectionOf(15), sectionOf(15)])]],
    ['an order', 'paying', [button('order_details', 0, action({ order_details: {} }))]],
    ['a time to call back', 'calling', [button('voice_call', 0, { type: 'ttl_minutes', ttl_minutes: 60 })]],
    ['an authentication code', 'code', aCode('123456')],
    ['cards in another order', 'cards', [carousel(goodCard(1), goodCard(0))]],
    ['an offer', 'offer', [bodyOf(text('X')), offerCode, endingAt(soon)]],
    ['an offer without an end', 'open_offer', []],
  ])('accepts %s', async (_, name, components) => {
    expect((await send(name, components)).body).toMatchObject({ messages: [{ message_status: 'accepted' }] });
  });

  it('fills the places by their number, wherever they stand', async () => {
    await send('out_of_order', [bodyOf(text('Madrid'), text('Vigo'))]);

    expect(simulator.ledger({ limit: 1 })).toMatchObject([{ text: 'From Vigo to Madrid today.' }]);
  });

  it('keeps every part as the customer gets it', async () => {
    await send('titled', [header(text('A-17'))]);
    await send('linked', [track]);
    await send('cards', [carousel(goodCard(0), goodCard(1))]);

    const [titled, linked, cards] = simulator.ledger({ limit: 3 });

    expect(titled?.rendered).toEqual({
      header: { type: 'text', text: 'Order A-17' },
      body: 'Your order is ready.',
      footer: 'Bye',
    });
    expect(linked?.rendered?.buttons?.[1]).toEqual({
      type: 'URL',
      text: 'Track',
      url: 'https://shop.example/orders/A-17',
    });
    expect(cards?.rendered?.cards?.[1]).toMatchObject({
      header: image,
      body: 'Agave for Ana today.',
      buttons: [{ text: 'More' }, { url: 'https://shop.example/item-1' }],
    });
  });
});
