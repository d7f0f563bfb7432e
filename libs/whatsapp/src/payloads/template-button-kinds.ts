import { anything, type Check, type Fields, number, object, optional, text } from './check.ts';
import { orderDetails, productSections } from './commerce.ts';
import { isObject, type JsonObject } from './json.ts';
import { payloadText, value } from './template-parameters.ts';

/** What the shorthand of one kind of button says, and the parameters it stands for. */
interface ButtonKind {
  subType: string;
  /** A button with one of these fields is of this kind. */
  tellingFields: string[];
  fields: Fields;
  toParameters: (button: JsonObject) => JsonObject[];
}

const toAction = ({ index: _index, ...action }: JsonObject): JsonObject[] => [{ type: 'action', action }];

/** Looked through in this order: a call button has a payload as well, a list of products a picture. */
const KINDS: ButtonKind[] = [
  {
    subType: 'url',
    tellingFields: ['url'],
    fields: { url: value(2000) },
    toParameters: ({ url }) => [{ type: 'text', text: url }],
  },
  {
    subType: 'copy_code',
    tellingFields: ['coupon_code'],
    fields: { coupon_code: text({ max: 20 }) },
    toParameters: ({ coupon_code }) => [{ type: 'coupon_code', coupon_code }],
  },
  {
    subType: 'voice_call',
    tellingFields: ['ttl_minutes'],
    fields: { ttl_minutes: number({ min: 1, max: 43_200, whole: true }), payload: optional(payloadText) },
    toParameters: ({ ttl_minutes, payload }) => [
      { type: 'ttl_minutes', ttl_minutes },
      ...(payload === undefined ? [] : [{ type: 'payload', payload }]),
    ],
  },
  {
    subType: 'flow',
    tellingFields: ['flow_token', 'flow_action_data'],
    fields: { flow_token: optional(text()), flow_action_data: anything },
    toParameters: toAction,
  },
  {
    subType: 'mpm',
    tellingFields: ['sections'],
    fields: { thumbnail_product_retailer_id: text(), sections: productSections },
    toParameters: toAction,
  },
  {
    subType: 'catalog',
    tellingFields: ['thumbnail_product_retailer_id'],
    fields: { thumbnail_product_retailer_id: text() },
    toParameters: toAction,
  },
  {
    subType: 'order_details',
    tellingFields: ['order_details'],
    fields: { order_details: orderDetails },
    toParameters: toAction,
  },
  {
    subType: 'quick_reply',
    tellingFields: ['payload'],
    fields: { payload: payloadText },
    toParameters: ({ payload }) => [{ type: 'payload', payload }],
  },
];

const index = number({ min: 0, max: 9, whole: true });
const checks = new Map(KINDS.map((kind) => [kind, object({ index, ...kind.fields })]));
const FIELDS = KINDS.flatMap(({ tellingFields }) => tellingFields).join(', ');

/** `{ "index": 0, "url": "F-2024-17" }`: a button by its place, and what it is given by its name. */
export const shortButton: Check = (given, place) => {
  if (!isObject(given)) return object({})(given, place);
  const kind = kindOf(given);
  if (kind) checks.get(kind)?.(given, place);
  else place.refuse(`needs its index and one of ${FIELDS}`);
};

/** The component that a button stands for; one that is of no kind has no type either. */
export function expandButton(given: JsonObject): JsonObject {
  const kind = kindOf(given);
  return {
    type: 'button',
    sub_type: kind?.subType,
    index: given.index,
    parameters: kind?.toParameters(given) ?? [],
  };
}

/** The field of a button in which one of its parameters was written. */
export function fieldOfParameter(given: JsonObject, parameter: JsonObject): string | undefined {
  if (parameter.type === 'text') return 'url';
  return Object.hasOwn(given, String(parameter.type)) ? String(parameter.type) : undefined;
}

function kindOf(given: JsonObject): ButtonKind | undefined {
  return KINDS.find(({ tellingFields }) => tellingFields.some((field) => given[field] !== undefined));
}
