import { describe, expect, it } from '@jest/globals';

import { readContent } from './read-content.ts';

const refusals = (interactive: unknown) =>
  readContent({ type: 'interactive', interactive }).errors.map(({ field, message }) => `${field}: ${message}`);

const text = (length: number) => 'ñ'.repeat(length);
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

const body = { text: 'Choose' };
const replyButton = (i: number, over = {}) => ({ type: 'reply', reply: { id: `b${i}`, title: `B${i}`, ...over } });
const buttons = (over = {}, action: object = { buttons: [replyButton(0)] }) => ({
  type: 'button',
  body,
  action,
  ...over,
});
const row = (i: number, over = {}) => ({ id: `r${i}`, title: `R${i}`, ...over });
const listOf = (sections: unknown, over = {}) => ({
  type: 'list',
  body,
  action: { button: 'Open', sections },
  ...over,
});
const url = (over = {}, around = {}) => ({
  type: 'cta_url',
  body,
  action: { name: 'cta_url', parameters: { display_text: 'Open', url: 'https://example.com', ...over } },
  ...around,
});
const flow = (over = {}) => ({
  type: 'flow',
  body,
  action: { name: 'flow', parameters: { flow_message_version: '3', flow_id: '1', flow_cta: 'Go', ...over } },
});
const call = (parameters: object) => ({ type: 'voice_call', body, action: { name: 'voice_call', parameters } });
const products = (count: number) => times(count, (i) => ({ product_retailer_id: `p${i}` }));
const productList = (sections: unknown, over = {}) => ({
  type: 'product_list',
  header: { type: 'text', text: 'Shop' },
  body,
  action: { catalog_id: '1', sections },
  ...over,
});
const image = { type: 'image', image: { id: '1' } };
const linkAction = { name: 'cta_url', parameters: { display_text: 'Buy', url: 'https://example.com' } };
const repliesAction = (count: number, over = {}) => ({
  buttons: times(count, (i) => ({ type: 'quick_reply', quick_reply: { id: `q${i}`, title: `Q${i}`, ...over } })),
});
const card = (i: number, over = {}) => ({ card_index: i, type: 'cta_url', header: image, action: linkAction, ...over });
const carousel = (cards: unknown, over = {}) => ({ type: 'carousel', body, action: { cards }, ...over });

describe('interactive messages', () => {
  it.each<[string, number, (n: number) => unknown, string]>([
    ['body.text', 1024, (n) => buttons({ body: { text: text(n) } }), 'characters'],
    ['footer.text', 60, (n) => buttons({ footer: { text: text(n) } }), 'characters'],
    ['header.text', 60, (n) => buttons({ header: { type: 'text', text: text(n) } }), 'characters'],
    ['action.buttons', 3, (n) => buttons({}, { buttons: times(n, replyButton) }), 'buttons'],
    [
      'action.buttons[0].reply.title',
      20,
      (n) => buttons({}, { buttons: [replyButton(0, { title: text(n) })] }),
      'characters',
    ],
    [
      'action.buttons[0].reply.id',
      256,
      (n) => buttons({}, { buttons: [replyButton(0, { id: text(n) })] }),
      'characters',
    ],
    ['body.text', 4096, (n) => listOf([{ rows: [row(0)] }], { body: { text: text(n) } }), 'characters'],
    [
      'action.button',
      20,
      (n) => listOf([], { action: { button: text(n), sections: [{ rows: [row(0)] }] } }),
      'characters',
    ],
    ['action.sections', 10, (n) => listOf(times(n, (i) => ({ title: `S${i}`, rows: [row(i)] }))), 'sections'],
    [
      'action.sections',
      10,
      (n) =>
        listOf([
          { title: 'A', rows: times(n - 1, row) },
          { title: 'B', rows: [row(99)] },
        ]),
      'rows in all sections together',
    ],
    ['action.sections[0].title', 24, (n) => listOf([{ title: text(n), rows: [row(0)] }]), 'characters'],
    ['action.sections[0].rows[0].id', 200, (n) => listOf([{ rows: [row(0, { id: text(n) })] }]), 'characters'],
    ['action.sections[0].rows[0].title', 24, (n) => listOf([{ rows: [row(0, { title: text(n) })] }]), 'characters'],
    [
      'action.sections[0].rows[0].description',
      72,
      (n) => listOf([{ rows: [row(0, { description: text(n) })] }]),
      'characters',
    ],
    ['action.parameters.display_text', 20, (n) => url({ display_text: text(n) }), 'characters'],
    ['body.text', 1024, (n) => url({}, { body: { text: text(n) } }), 'characters'],
    [
      'body.text',
      1024,
      (n) => ({ type: 'location_request_message', body: { text: text(n) }, action: { name: 'send_location' } }),
      'characters',
    ],
    ['action.parameters.display_text', 20, (n) => call({ display_text: text(n) }), 'characters'],
    ['action.cards', 10, (n) => carousel(times(n, (i) => card(Math.min(i, 9)))), 'cards'],
    ['body.text', 1024, (n) => carousel(times(2, card), { body: { text: text(n) } }), 'characters'],
    ['action.cards[0].body.text', 160, (n) => carousel([card(0, { body: { text: text(n) } }), card(1)]), 'characters'],
    [
      'action.cards[0].action.parameters.display_text',
      20,
      (n) =>
        carousel([
          card(0, { action: { ...linkAction, parameters: { ...linkAction.parameters, display_text: text(n) } } }),
          card(1),
        ]),
      'characters',
    ],
    [
      'action.cards[0].action.buttons[0].quick_reply.title',
      20,
      (n) =>
        carousel([card(0, { action: repliesAction(1, { title: text(n) }) }), card(1, { action: repliesAction(1) })]),
      'characters',
    ],
    [
      'action.sections',
      10,
      (n) => productList(times(n, (i) => ({ title: `S${i}`, product_items: products(1) }))),
      'sections',
    ],
    [
      'action.sections',
      30,
      (n) =>
        productList([
          { title: 'A', product_items: products(15) },
          { title: 'B', product_items: products(n - 15) },
        ]),
      'products in all sections together',
    ],
    [
      'action.cards[0].action.buttons[0].quick_reply.id',
      256,
      (n) => carousel([card(0, { action: repliesAction(1, { id: text(n) }) }), card(1, { action: repliesAction(1) })]),
      'characters',
    ],
  ])('%s: %d is allowed, one more is not', (field, max, make, unit) => {
    expect(refusals(make(max))).toEqual([]);
    expect(refusals(make(max + 1))).toContain(`interactive.${field}: at most ${max} ${unit}, this has ${max + 1}`);
  });

  it.each<[string, unknown, string]>([
    ['no buttons', buttons({}, { buttons: [] }), 'action.buttons: must not be empty'],
    [
      'two buttons that look the same',
      buttons({}, { buttons: [replyButton(0), replyButton(1, { title: 'B0' })] }),
      'action.buttons[1].reply.title: is the same as in [0]',
    ],
    [
      'two buttons that answer the same',
      buttons({}, { buttons: [replyButton(0), replyButton(1, { id: 'b0' })] }),
      'action.buttons[1].reply.id: is the same as in [0]',
    ],
    [
      'a button of another kind',
      buttons({}, { buttons: [{ ...replyButton(0), type: 'url' }] }),
      'action.buttons[0].type: must be "reply", this is "url"',
    ],
    [
      'an empty title',
      buttons({}, { buttons: [replyButton(0, { title: '' })] }),
      'action.buttons[0].reply.title: must not be empty',
    ],
    ['no body', buttons({ body: undefined }), 'body: is required'],
    [
      'a header that is no header',
      buttons({ header: { type: 'audio' } }),
      'header.type: must be one of text, image, video, document, this is "audio"',
    ],
    [
      'a header of one type with the object of another',
      buttons({ header: { ...image, video: { id: '1' } } }),
      'header.video: is not known here; known are type, image',
    ],
    [
      'a caption in a header',
      buttons({ header: { type: 'image', image: { id: '1', caption: 'a' } } }),
      'header.image.caption: is not known here; known are id, link',
    ],
    [
      'a document from nowhere',
      buttons({ header: { type: 'document', document: { filename: 'a' } } }),
      'header.document: needs exactly one of id, link, this has none',
    ],
    [
      'an eleventh card',
      carousel([card(0), card(10)]),
      'action.cards[1].card_index: must be a whole number from 0 to 9, this is 10',
    ],
    [
      'a picture over a list',
      listOf([{ rows: [row(0)] }], { header: image }),
      'header.type: must be "text", this is "image"',
    ],
    [
      'a section without a title beside another',
      listOf([{ title: 'A', rows: [row(0)] }, { rows: [row(1)] }]),
      'action.sections[1].title: is required when there are several sections',
    ],
    ['a section without rows', listOf([{ rows: [] }]), 'action.sections[0].rows: must not be empty'],
    [
      'a button that leads nowhere',
      url({ url: 'example.com' }),
      'action.parameters.url: must be an http or https URL, this is "example.com"',
    ],
    [
      'the name of another action',
      url({}, { action: { ...url().action, name: 'flow' } }),
      'action.name: must be "cta_url", this is "flow"',
    ],
    [
      'a flow by id and by name',
      flow({ flow_name: 'a' }),
      'action.parameters: needs exactly one of flow_id, flow_name, this has flow_id, flow_name',
    ],
    [
      'a flow of no version',
      flow({ flow_message_version: undefined }),
      'action.parameters.flow_message_version: is required: "3"',
    ],
    [
      'a flow in no mode',
      flow({ mode: 'live' }),
      'action.parameters.mode: must be one of draft, published, this is "live"',
    ],
    [
      'a flow without its first screen',
      flow({ flow_action_payload: {} }),
      'action.parameters.flow_action_payload.screen: is required',
    ],
    [
      'a call button that never was',
      call({ ttl_minutes: 0 }),
      'action.parameters.ttl_minutes: must be a whole number from 1 to 43200, this is 0',
    ],
    [
      'a call button for ever',
      call({ ttl_minutes: 43201 }),
      'action.parameters.ttl_minutes: must be a whole number from 1 to 43200, this is 43201',
    ],
    [
      'an address request for no country',
      { type: 'address_message', body, action: { name: 'address_message', parameters: {} } },
      'action.parameters.country: is required',
    ],
    ['a carousel of one card', carousel([card(0)]), 'action.cards: at least 2 cards, this has 1'],
    [
      'a carousel with a footer',
      carousel(times(2, card), { footer: { text: 'a' } }),
      'footer: is not known here; known are type, body, action',
    ],
    [
      'a card with a document',
      carousel([card(0), card(1, { header: { type: 'document', document: { id: '1' } } })]),
      'action.cards[1].header.type: must be one of image, video, this is "document"',
    ],
    [
      'cards with other buttons',
      carousel([card(0), card(1, { action: repliesAction(2) })]),
      'action.cards[1].action: must have a URL button as the first card has, this has 2 quick replies',
    ],
    [
      'a product list without header',
      productList([{ product_items: products(1) }], { header: undefined }),
      'header: is required',
    ],
    [
      'an order without reference',
      { type: 'order_details', body, action: { name: 'review_and_pay', parameters: {} } },
      'action.parameters.reference_id: is required',
    ],
    [
      'an order state of no order',
      { type: 'order_status', body, action: { name: 'review_order', parameters: { reference_id: '1', order: [] } } },
      'action.parameters.order: must be an object, this is an array',
    ],
    [
      'a type that does not exist',
      { type: 'poll' },
      'type: must be one of button, list, cta_url, flow, location_request_message, address_message, call_permission_request, voice_call, request_contact_info, carousel, product, product_list, catalog_message, order_details, order_status, this is "poll"',
    ],
  ])('refuses %s', (_what, interactive, refusal) => {
    expect(refusals(interactive)).toEqual([`interactive.${refusal}`]);
  });

  it.each<[string, unknown]>([
    ['a row with an empty description', listOf([{ rows: [row(0, { description: '' })] }])],
    ['the catalogue as it is', { type: 'catalog_message', body, action: { name: 'catalog_message' } }],
    [
      'the catalogue without a picture of choice',
      { type: 'catalog_message', body, action: { name: 'catalog_message', parameters: {} } },
    ],
    [
      'an order state that says nothing',
      { type: 'order_status', body, action: { name: 'review_order', parameters: { reference_id: '1' } } },
    ],
    [
      'an order state with an empty description',
      {
        type: 'order_status',
        body,
        action: {
          name: 'review_order',
          parameters: { reference_id: '1', order: { status: 'shipped', description: '' } },
        },
      },
    ],
    ['a reply button message in the spelling of Java clients', { ...buttons(), type: 'BUTTON' }],
    ['one section without a title', listOf([{ rows: [row(0)] }])],
    ['a flow by name that exchanges data', flow({ flow_id: undefined, flow_name: 'f', flow_action: 'data_exchange' })],
    ['a flow with data for its first screen', flow({ flow_action_payload: { screen: 'A', data: { deep: [1] } } })],
    [
      'a call permission request without body',
      { type: 'call_permission_request', action: { name: 'call_permission_request' } },
    ],
    ['a call button for 30 days', call({ ttl_minutes: 43_200, payload: 'order 17' })],
    ['a call button as it comes', { type: 'voice_call', body, action: { name: 'voice_call' } }],
    [
      'a request for the phone number',
      { type: 'request_contact_info', body, action: { name: 'request_contact_info' } },
    ],
    [
      'a carousel with quick replies',
      carousel(times(3, (i) => card(i, { type: undefined, action: repliesAction(2) }))),
    ],
    [
      'a carousel of products',
      carousel(
        times(2, (i) => ({
          card_index: i,
          type: 'product',
          action: { catalog_id: '1', product_retailer_id: `p${i}` },
        })),
      ),
    ],
    ['a product without words', { type: 'product', action: { catalog_id: '1', product_retailer_id: 'p1' } }],
    [
      'an address request with a saved address',
      {
        type: 'address_message',
        body,
        action: {
          name: 'address_message',
          parameters: { country: 'IN', values: { city: '' }, saved_addresses: [{ id: '1', value: { city: 'Delhi' } }] },
        },
      },
    ],
    [
      'an order state',
      {
        type: 'order_status',
        body,
        action: { name: 'review_order', parameters: { reference_id: '1', order: { status: 'shipped' } } },
      },
    ],
  ])('accepts %s', (_what, interactive) => {
    expect(refusals(interactive)).toEqual([]);
  });

  it('reports every fault at once, each with its path', () => {
    const interactive = buttons(
      { footer: { text: text(61) } },
      { buttons: [replyButton(0), replyButton(1), replyButton(2), replyButton(3, { title: text(27) })] },
    );

    expect(refusals(interactive)).toEqual([
      'interactive.footer.text: at most 60 characters, this has 61',
      'interactive.action.buttons: at most 3 buttons, this has 4',
      'interactive.action.buttons[3].reply.title: at most 20 characters, this has 27',
    ]);
  });
});
