import {
  all,
  anyObject,
  type Check,
  inside,
  isObject,
  type JsonObject,
  link,
  list,
  missing,
  number,
  object,
  oneOf,
  rule,
  text,
  wrong,
} from '../../checks.ts';
import { GraphError } from '../../graph-error.ts';

/** What `templateObject` lets through; whether it fits the template is not known yet. */
export interface GivenTemplate {
  name: string;
  language: { code: string };
  components?: GivenComponent[];
}
export interface GivenComponent {
  type: string;
  sub_type?: string;
  index?: string | number;
  parameters?: Parameter[];
  cards?: GivenCard[];
}
export interface GivenCard {
  card_index: string | number;
  components: GivenComponent[];
}
export interface Parameter extends JsonObject {
  type: string;
  parameter_name?: string;
}

const file = (extra: Record<string, Check> = {}): Check =>
  all(
    object({}, { id: text(), link, caption: text(1024, 0), ...extra }),
    rule((it: JsonObject) => (it.id === undefined) !== (it.link === undefined), 'needs either id or link'),
  );

const place = object({
  latitude: number(-90, 90),
  longitude: number(-180, 180),
  name: text(),
  address: text(),
});

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
  image: file(),
  video: file(),
  gif: file(),
  document: file({ filename: text() }),
  location: place,
  payload: text(128, 0),
  coupon_code: text(20),
  action: anyObject,
  limited_time_offer: object({ expiration_time_ms: number(0) }),
  product: object({ product_retailer_id: text() }, { catalog_id: text() }),
  ttl_minutes: number(1, 43200),
  order_status: anyObject,
  tap_target_configuration: list(anyObject, 1),
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

const COMPONENT_TYPES = [
  'header',
  'body',
  'button',
  'carousel',
  'limited_time_offer',
  'order_status',
  'tap_target_configuration',
];
/** A label a customer only reads, such as that of a phone number, is none of them. */
const SUB_TYPES = [
  'BOOKING_CONFIRMATION',
  'CATALOG',
  'COPY_CODE',
  'FLOW',
  'MPM',
  'ORDER_DETAILS',
  'QUICK_REPLY',
  'REMINDER',
  'URL',
  'VOICE_CALL',
];

const subType: Check = (value, path) => {
  if (typeof value !== 'string' || !SUB_TYPES.includes(value.toUpperCase())) {
    throw new GraphError(100, `Param ${path} must be one of {${SUB_TYPES.join(', ')}} - got "${String(value)}"`);
  }
};

/** Says which button it is about. */
const buttonIsNamed: Check = (value, path) => {
  const { type, sub_type, index } = value as GivenComponent;
  if (type.toLowerCase() !== 'button') return;
  if (sub_type === undefined) throw missing(inside(path, 'sub_type'));
  if (index === undefined && sub_type.toLowerCase() !== 'voice_call') throw missing(inside(path, 'index'));
};

const cardComponent: Check = (value, path) => component(value, path);
const component = all(
  object(
    { type: oneOf(...COMPONENT_TYPES, ...COMPONENT_TYPES.map((type) => type.toUpperCase())) },
    {
      parameters: list(parameter),
      sub_type: subType,
      index: number(0, 9),
      cards: list(object({ card_index: number(0, 9), components: list(cardComponent) }), 2, 10),
    },
  ),
  buttonIsNamed,
);

/** The `template` object of a send. */
export const templateObject: Check = object(
  { name: text(512), language: object({ code: text() }, { policy: oneOf('deterministic') }) },
  { components: list(component) },
);
