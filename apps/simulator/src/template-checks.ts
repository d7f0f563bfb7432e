import {
  anyObject,
  type Check,
  inside,
  isObject,
  type JsonObject,
  link,
  list,
  number,
  object,
  oneOf,
  text,
  wrong,
} from './checks.ts';

const media = object({}, { id: text(), link, filename: text(), caption: text(1024, 0) });

/** The object each parameter type carries under its own name. Texts are looked at later, against the template. */
const PARAMETERS: Record<string, Check> = {
  text: (value, path) => {
    if (typeof value !== 'string') throw wrong(path, 'must be a string');
  },
  currency: object({ fallback_value: text(), code: text(3, 3), amount_1000: number() }),
  date_time: (value, path) => {
    anyObject(value, path);
    text()((value as JsonObject).fallback_value, inside(path, 'fallback_value'));
  },
  image: media,
  video: media,
  gif: media,
  document: media,
  location: object({ latitude: number(-90, 90), longitude: number(-180, 180) }, { name: text(), address: text() }),
  payload: text(128, 0),
  coupon_code: text(20),
  action: anyObject,
  limited_time_offer: object({ expiration_time_ms: number(0) }),
  product: anyObject,
  ttl_minutes: number(1, 43200),
};

const parameterChecks = new Map(
  Object.entries(PARAMETERS).map(([type, check]) => [
    type,
    object({ type: text(), [type]: check }, { parameter_name: text() }),
  ]),
);

const parameter: Check = (value, path) => {
  const type = isObject(value) && typeof value.type === 'string' ? value.type : '';
  const check = parameterChecks.get(type);
  if (!check) throw wrong(inside(path, 'type'), `must be one of ${[...parameterChecks.keys()].join(', ')}`);
  check(value, path);
};

const COMPONENT_TYPES = ['header', 'body', 'button', 'carousel', 'limited_time_offer'];
const cardComponent: Check = (value, path) => component(value, path);
const component = object(
  { type: oneOf(...COMPONENT_TYPES, ...COMPONENT_TYPES.map((type) => type.toUpperCase())) },
  {
    parameters: list(parameter),
    sub_type: text(),
    index: number(0, 9),
    cards: list(object({ card_index: number(0, 9), components: list(cardComponent) }), 2, 10),
  },
);

/** The `template` object of a send. */
export const templateObject: Check = object(
  { name: text(512), language: object({ code: text() }, { policy: oneOf('deterministic') }) },
  { components: list(component) },
);
