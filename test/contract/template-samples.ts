import type { Controls } from '../../apps/simulator/src/controls.ts';
import type { Json } from './examples.ts';

type Samples = Parameters<Controls['addTemplates']>[0];

const card = (name: string): Json => ({
  components: [
    { type: 'HEADER', format: 'IMAGE' },
    { type: 'BODY', text: `${name} for {{1}} today.` },
    {
      type: 'BUTTONS',
      buttons: [
        { type: 'QUICK_REPLY', text: 'More' },
        { type: 'URL', text: 'Shop', url: 'https://shop.example/{{1}}' },
      ],
    },
  ],
});

const withComponents = (name: string, components: Json[], more: object = {}): Samples[number] => ({
  name,
  language: 'en',
  components,
  ...more,
});
const body = { type: 'BODY', text: 'Hello {{1}}, order {{2}} is ready.' };
const plain = { type: 'BODY', text: 'Your order is ready.' };
const withButtons = (name: string, ...buttons: Json[]): Samples[number] =>
  withComponents(name, [plain, { type: 'BUTTONS', buttons }]);

/** One template for every way a send can be wrong. */
export const SAMPLES: Samples = [
  withComponents('plain', [plain]),
  withComponents('two_values', [body]),
  withComponents('out_of_order', [{ type: 'BODY', text: 'From {{2}} to {{1}} today.' }]),
  withComponents('named', [{ type: 'BODY', text: 'Hello {{customer}}, order {{order_id}} is ready.' }], {
    parameter_format: 'NAMED',
  }),
  withComponents('titled', [{ type: 'HEADER', format: 'TEXT', text: 'Order {{1}}' }, plain, footer('Bye')]),
  withComponents('pictured', [{ type: 'HEADER', format: 'IMAGE' }, plain]),
  withComponents('papered', [{ type: 'HEADER', format: 'DOCUMENT' }, plain]),
  withComponents('placed', [{ type: 'HEADER', format: 'LOCATION' }, plain]),
  withComponents('moving', [{ type: 'HEADER', format: 'GIF' }, plain]),
  withComponents('product', [
    { type: 'HEADER', format: 'PRODUCT' },
    plain,
    { type: 'BUTTONS', buttons: [{ type: 'SPM', text: 'View' }] },
  ]),
  withButtons(
    'linked',
    { type: 'QUICK_REPLY', text: 'Stop' },
    { type: 'URL', text: 'Track', url: 'https://shop.example/orders/{{1}}' },
    { type: 'URL', text: 'Home', url: 'https://shop.example/' },
    { type: 'PHONE_NUMBER', text: 'Call', phone_number: '+34600000000' },
  ),
  withButtons('coded', { type: 'COPY_CODE', text: 'Copy offer code', example: 'AUTUMN25' }),
  withButtons('flowing', { type: 'FLOW', text: 'Sign up', flow_id: '1' }),
  withButtons('catalogued', { type: 'CATALOG', text: 'View catalog' }),
  withButtons('many_products', { type: 'MPM', text: 'View items' }),
  withButtons('calling', { type: 'VOICE_CALL', text: 'Call us' }),
  withButtons('paying', { type: 'ORDER_DETAILS', text: 'Pay' }),
  withComponents(
    'code',
    [
      { type: 'BODY', text: '*{{1}}* is your verification code.' },
      {
        type: 'BUTTONS',
        buttons: [{ type: 'URL', text: 'Copy code', url: 'https://www.whatsapp.com/otp/code/{{1}}' }],
      },
    ],
    { category: 'AUTHENTICATION' },
  ),
  withComponents('cards', [plain, { type: 'CAROUSEL', cards: [card('Aloe'), card('Agave')] }]),
  withComponents('offer', [
    { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Hurry', has_expiration: true } },
    { type: 'BODY', text: 'Use {{1}} to save.' },
    { type: 'BUTTONS', buttons: [{ type: 'COPY_CODE', text: 'Copy offer code', example: 'CARIBE25' }] },
  ]),
  withComponents('open_offer', [
    { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Hurry', has_expiration: false } },
    plain,
  ]),
  ...['PAUSED', 'DISABLED', 'PENDING', 'REJECTED', 'ARCHIVED', 'PENDING_DELETION', 'IN_APPEAL'].map((status) =>
    withComponents(status.toLowerCase(), [plain], { status }),
  ),
];

function footer(text: string): Json {
  return { type: 'FOOTER', text };
}

export const text = (value: string, name?: string): Json => ({
  type: 'text',
  text: value,
  ...(name !== undefined && { parameter_name: name }),
});
export const header = (...parameters: Json[]): Json => ({ type: 'header', parameters });
export const bodyOf = (...parameters: Json[]): Json => ({ type: 'body', parameters });
export const button = (sub_type: string, index: number, ...parameters: Json[]): Json => ({
  type: 'button',
  sub_type,
  index,
  parameters,
});
export const image = { type: 'image', image: { link: 'https://files.example/1.jpg' } };
export const action = (content: Json = {}): Json => ({ type: 'action', action: content });
export const coupon = (code: string): Json => ({ type: 'coupon_code', coupon_code: code });
export const endingAt = (time: number): Json => ({
  type: 'limited_time_offer',
  parameters: [{ type: 'limited_time_offer', limited_time_offer: { expiration_time_ms: time } }],
});
export const cardOf = (card_index: number, ...components: Json[]): Json => ({ card_index, components });
export const carousel = (...cards: Json[]): Json => ({ type: 'carousel', cards });
/** A card of the sample, complete. */
export const goodCard = (index: number): Json =>
  cardOf(index, header(image), bodyOf(text('Ana')), button('url', 1, text(`item-${index}`)));
export const aCode = (shown: string, copied = shown): Json[] => [bodyOf(text(shown)), button('url', 0, text(copied))];
