import {
  all,
  anyObject,
  type Check,
  type Fields,
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
} from './checks.ts';

const textHeader = object({ type: oneOf('text'), text: text(60) }, { sub_text: text(60) });
const media = all(
  object({}, { id: text(), link, filename: text(), provider: anyObject }),
  rule((it: JsonObject) => (it.id === undefined) !== (it.link === undefined), 'needs either id or link'),
);
const mediaHeader = (kind: 'image' | 'video' | 'document'): Check => object({ type: oneOf(kind), [kind]: media });

const anyHeader: Check = (value, path) => {
  const kind = isObject(value) ? value.type : undefined;
  if (kind === 'image' || kind === 'video' || kind === 'document') return mediaHeader(kind)(value, path);
  return textHeader(value, path);
};

const body = (max: number): Check => object({ text: text(max) });
const named = (name: string, parameters: Check): Check => object({ name: oneOf(name), parameters });
const unique = (values: unknown[]): boolean => new Set(values).size === values.length;
const count = (sections: JsonObject[], key: string): number =>
  sections.reduce((sum, section) => sum + (section[key] as unknown[]).length, 0);

const replyButtons = object({
  buttons: all(
    list(object({ type: oneOf('reply'), reply: object({ id: text(256), title: text(20) }) }), 1, 3),
    rule((it: { reply: JsonObject }[]) => unique(it.map((one) => one.reply.title)), 'has two buttons of one title'),
    rule((it: { reply: JsonObject }[]) => unique(it.map((one) => one.reply.id)), 'has two buttons of one id'),
  ),
});

const listAction = object({
  button: text(20),
  sections: all(
    list(
      object(
        { rows: list(object({ id: text(200), title: text(24) }, { description: text(72, 0) }), 1, 10) },
        { title: text(24) },
      ),
      1,
      10,
    ),
    rule((it: JsonObject[]) => count(it, 'rows') <= 10, 'has more than 10 rows'),
    rule((it: JsonObject[]) => it.length === 1 || it.every((one) => one.title), 'needs a title in every section'),
  ),
});

const productSections = all(
  list(object({ product_items: list(object({ product_retailer_id: text() }), 1, 30) }, { title: text(24) }), 1, 10),
  rule((it: JsonObject[]) => count(it, 'product_items') <= 30, 'has more than 30 products'),
);

const flowParameters = object(
  { flow_message_version: text(), flow_cta: text(20) },
  {
    flow_id: text(),
    flow_name: text(),
    flow_token: text(),
    mode: oneOf('draft', 'published'),
    flow_action: oneOf('navigate', 'data_exchange'),
    flow_action_payload: anyObject,
  },
);

const card = object(
  { card_index: number(0, 9), type: text() },
  { header: anyHeader, body: body(160), action: anyObject },
);

/** Header, body and footer beside the action; `required` may demand more than the body. */
interface Kind {
  required?: Fields;
  optional?: Fields;
  action: Check;
}

const footer = object({ text: text(60) });
const payments: Kind = {
  required: { body: body(1024) },
  optional: { header: anyHeader, footer },
  action: object({ name: text(), parameters: anyObject }),
};

const KINDS: Record<string, Kind> = {
  button: { required: { body: body(1024) }, optional: { header: anyHeader, footer }, action: replyButtons },
  list: { required: { body: body(4096) }, optional: { header: textHeader, footer }, action: listAction },
  cta_url: {
    required: { body: body(1024) },
    optional: { header: anyHeader, footer },
    action: named('cta_url', object({ display_text: text(20), url: link })),
  },
  flow: {
    required: { body: body(1024) },
    optional: { header: anyHeader, footer },
    action: named('flow', flowParameters),
  },
  location_request_message: { required: { body: body(1024) }, action: object({ name: oneOf('send_location') }) },
  address_message: {
    required: { body: body(1024) },
    optional: { header: anyHeader, footer },
    action: named('address_message', anyObject),
  },
  call_permission_request: {
    optional: { body: body(1024), footer },
    action: object({ name: oneOf('call_permission_request') }),
  },
  voice_call: {
    required: { body: body(1024) },
    action: object(
      { name: oneOf('voice_call') },
      { parameters: object({}, { display_text: text(20), ttl_minutes: number(1, 43200), payload: text() }) },
    ),
  },
  request_contact_info: { required: { body: body(1024) }, optional: { footer }, action: anyObject },
  carousel: { required: { body: body(1024) }, action: object({ cards: list(card, 2, 10) }) },
  product: {
    optional: { body: body(1024), footer },
    action: object({ catalog_id: text(), product_retailer_id: text() }),
  },
  product_list: {
    required: { header: textHeader, body: body(1024) },
    optional: { footer },
    action: object({ catalog_id: text(), sections: productSections }),
  },
  catalog_message: {
    optional: { body: body(1024), footer },
    action: object(
      { name: oneOf('catalog_message') },
      { parameters: object({}, { thumbnail_product_retailer_id: text() }) },
    ),
  },
  order_details: payments,
  order_status: payments,
};

const CHECKS = new Map(
  Object.entries(KINDS).map(([type, { required = {}, optional = {}, action }]) => [
    type,
    object({ type: oneOf(type), action, ...required }, optional),
  ]),
);

/** The `interactive` object, by its own `type`. */
export const interactive: Check = (value, path) => {
  if (!isObject(value)) throw wrong(path, 'must be an object');
  if (value.type === undefined) throw missing(`${path}['type']`);
  const check = CHECKS.get(value.type as string);
  if (!check) throw wrong(`${path}['type']`, `must be one of ${[...CHECKS.keys()].join(', ')}`);
  check(value, path);
};
