import {
  anything,
  type Check,
  type Fields,
  list,
  number,
  object,
  open,
  optional,
  pattern,
  type Place,
  text,
  url,
  variant,
} from './check.ts';
import { orderDetails, orderStatus, product, productSections } from './commerce.ts';
import { headerLocation } from './location.ts';
import { documentFile, mediaFile } from './media.ts';

/** Meta answers 132012 or 132018 to these, after the message was accepted here: better said before. */
const FORBIDDEN = /[\r\n\t]| {5}/;

/** One value of a template's text. The filled text may not be longer than its component, so neither may a part of it. */
export const value = (max: number): Check => text({ max }, onOneLine);

export const parameterName = pattern('lower-case letters, digits and _', /^[a-z0-9_]+$/);

const currencyCode = pattern('the three letters of a currency such as EUR', /^[A-Za-z]{3}$/);

const textual = (max: number): Record<string, Fields> => {
  const parameter_name = optional(parameterName);
  return {
    text: { text: value(max), parameter_name },
    currency: {
      currency: object({ fallback_value: value(max), code: currencyCode, amount_1000: number({ whole: true }) }),
      parameter_name,
    },
    // Open: Meta's own examples still carry the parts of the date beside the text, which alone is shown.
    date_time: { date_time: open({ fallback_value: value(max) }), parameter_name },
  };
};

/** A parameter of a body of at most `max` characters. */
export const bodyParameter = (max: number): Check => variant('type', textual(max));

export const headerParameter = variant('type', {
  ...textual(60),
  image: { image: mediaFile },
  video: { video: mediaFile },
  gif: { gif: mediaFile },
  document: { document: documentFile },
  location: { location: headerLocation },
  product: { product },
});

const ttl_minutes = { ttl_minutes: number({ min: 1, max: 43_200, whole: true }) };
/** Comes back from the button; Meta takes 128 characters. */
export const payloadText = text({ max: 128 });
const payload = { payload: payloadText };
const action = (fields: Fields) => only({ action: { action: object(fields) } });
const thumbnail_product_retailer_id = text();

/** The parameters that each `sub_type` of a button takes. */
export const buttonParameters: Record<string, Check> = {
  url: only({ text: { text: value(2000) } }),
  quick_reply: optional(only({ payload })),
  copy_code: only({ coupon_code: { coupon_code: text({ max: 20 }) } }),
  flow: optional(action({ flow_token: optional(text()), flow_action_data: anything })),
  catalog: optional(action({ thumbnail_product_retailer_id: optional(thumbnail_product_retailer_id) })),
  mpm: action({ thumbnail_product_retailer_id, sections: productSections }),
  voice_call: optional(list(variant('type', { ttl_minutes, payload }), { min: 0, max: 2, of: 'parameters' })),
  order_details: action({ order_details: orderDetails }),
};

/** The parameters of the components that are neither header, body nor button. */
export const otherParameters = {
  limited_time_offer: only({
    limited_time_offer: { limited_time_offer: object({ expiration_time_ms: number({ min: 0, whole: true }) }) },
  }),
  tap_target_configuration: only({
    tap_target_configuration: {
      tap_target_configuration: list(object({ url, title: text() }), { max: 1, of: 'targets' }),
    },
  }),
  order_status: only({ order_status: { order_status: orderStatus } }),
};

function only(shapes: Record<string, Fields>): Check {
  return list(variant('type', shapes), { max: 1, of: 'parameters' });
}

function onOneLine(given: string, place: Place): void {
  if (FORBIDDEN.test(given)) place.refuse('may hold no line break, no tab and no more than four spaces in a row');
  else if (given !== '' && given.trim() === '') place.refuse('must not be blank');
}
