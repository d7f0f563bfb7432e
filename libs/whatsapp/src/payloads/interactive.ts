import {
  anything,
  type Check,
  distinct,
  exactlyOneOf,
  list,
  number,
  object,
  oneOf,
  optional,
  record,
  text,
  variant,
} from './check.ts';
import { orderDetails, orderStatus, product, productSections } from './commerce.ts';
import { cards, linkButton } from './interactive-carousel.ts';
import { documentFile, mediaFile } from './media.ts';
import { sections } from './sections.ts';

const title = { text: { text: text({ max: 60 }) } };
const header = variant('type', {
  ...title,
  image: { image: mediaFile },
  video: { video: mediaFile },
  document: { document: documentFile },
});
const body = object({ text: text({ max: 1024 }) });
const footer = optional(object({ text: text({ max: 60 }) }));

/** What most kinds have around their action. */
const frame = { header: optional(header), body, footer };

const action = (name: string, parameters?: Check) => object({ name: oneOf(name), ...(parameters && { parameters }) });

const buttons = list(
  object({ type: oneOf('reply'), reply: object({ id: text({ max: 256 }), title: text({ max: 20 }) }) }),
  { max: 3, of: 'buttons' },
  distinct('reply', 'title'),
  distinct('reply', 'id'),
);

const row = object({
  id: text({ max: 200 }),
  title: text({ max: 24 }),
  description: optional(text({ min: 0, max: 72 })),
});

const flow = object(
  {
    flow_message_version: oneOf('3'),
    flow_id: optional(text()),
    flow_name: optional(text()),
    flow_cta: text(),
    flow_token: optional(text()),
    mode: optional(oneOf('draft', 'published')),
    flow_action: optional(oneOf('navigate', 'data_exchange')),
    flow_action_payload: optional(object({ screen: text(), data: anything })),
  },
  exactlyOneOf('flow_id', 'flow_name'),
);

const line = text({ min: 0 });
const address = object({
  country: text(),
  values: optional(record(line)),
  saved_addresses: optional(list(object({ id: text(), value: record(line) }), { of: 'addresses' })),
  validation_errors: optional(record(line)),
});

const call = object({
  display_text: optional(text({ max: 20 })),
  ttl_minutes: optional(number({ min: 1, max: 43_200, whole: true })),
  payload: optional(text()),
});

const thumbnail = object({ thumbnail_product_retailer_id: optional(text()) });

/** Messages that are answered with a tap: for each `interactive.type` what Meta allows in it. */
export const interactive = {
  check: variant('type', {
    button: { ...frame, action: object({ buttons }) },
    list: {
      header: optional(variant('type', title)),
      body: object({ text: text({ max: 4096 }) }),
      footer,
      action: object({ button: text({ max: 20 }), sections: sections('rows', row, { max: 10, of: 'rows' }) }),
    },
    cta_url: { ...frame, action: linkButton },
    flow: { ...frame, action: action('flow', flow) },
    location_request_message: { ...frame, action: action('send_location') },
    address_message: { ...frame, action: action('address_message', address) },
    call_permission_request: { ...frame, body: optional(body), action: action('call_permission_request') },
    voice_call: { ...frame, action: action('voice_call', optional(call)) },
    request_contact_info: { ...frame, action: action('request_contact_info') },
    carousel: { body, action: object({ cards }) },
    product: { body: optional(body), footer, action: product },
    product_list: {
      header: variant('type', title),
      body,
      footer,
      action: object({ catalog_id: text(), sections: productSections }),
    },
    catalog_message: { ...frame, action: action('catalog_message', optional(thumbnail)) },
    order_details: { ...frame, action: action('review_and_pay', orderDetails) },
    order_status: { ...frame, action: action('review_order', orderStatus) },
  }),
};
