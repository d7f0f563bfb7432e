import type { EventParameter, EventTemplate } from './app-config.ts';
import type { Faults } from './configuration.error.ts';
import type { Environment } from './environment.ts';

const VARIABLE = 'PO_EVENT_TEMPLATES';
const PO_APPROVED = 'po.approved';
const SUPPLIER_PHONE = 'data.supplier_phone';

const EVENT_TYPE = /^[^\s*#]{1,200}$/;
const TEMPLATE_NAME = /^[a-z0-9_]{1,512}$/;
const TEMPLATE_KEY = /^[a-z0-9][a-z0-9_.-]{0,511}$/;
const LANGUAGE = /^[a-z]{2,3}(_[A-Za-z0-9]{2,4})?$/;
const PARAMETER_NAME = /^[a-z0-9_]{1,512}$/;
/** `data.supplier_name`, `data.lines.0.sku`, `timestamp` */
const FIELD = /^[A-Za-z_]\w*(\.\w+)*$/;

type JsonObject = Record<string, unknown>;
/** What is wrong, and where in the variable's value. */
type Refuse = (place: string, fault: string) => void;
type Given = Pick<Environment, 'PO_EVENT_TEMPLATES' | 'PO_NOTIFICATION_TEMPLATE' | 'PO_NOTIFICATION_LANGUAGE'>;

/** Which kinds of events are told by which template: approved orders as ever, and what the variable adds, changes or, with null, leaves out. */
export function readEventTemplates(environment: Given, faults: Faults): ReadonlyMap<string, EventTemplate> {
  const templates = new Map([[PO_APPROVED, approvedOrder(environment)]]);
  const text = environment.PO_EVENT_TEMPLATES;
  if (text === undefined) return templates;
  const given = parse(text);
  if (!given) {
    const example = '{"po.cancelled": {"template": "po_cancelled", "parameters": ["data.supplier_name"]}}';
    faults.add(VARIABLE, `must be a JSON object such as ${example}`);
    return templates;
  }
  const found: string[] = [];
  const refuse: Refuse = (place, fault) => void found.push(`${place} ${fault}`);
  for (const [eventType, mapping] of Object.entries(given)) {
    if (!EVENT_TYPE.test(eventType))
      refuse(JSON.stringify(eventType), 'must be the type of an event, such as po.cancelled');
    else if (mapping === null) templates.delete(eventType);
    else templates.set(eventType, readMapping(eventType, mapping, environment.PO_NOTIFICATION_LANGUAGE, refuse));
  }
  if (found.length > 0) faults.add(VARIABLE, found.join('; '));
  return templates;
}

/** The mapped types that none of the binding keys lets through. */
export function unboundTypes(types: Iterable<string>, bindingKeys: readonly string[]): string[] {
  const bindings = bindingKeys.map((key) => key.split('.'));
  return [...types].filter((type) => !bindings.some((binding) => isBound(type.split('.'), binding)));
}

/** As a topic exchange does it: `*` is one word, `#` any number of them. */
function isBound([word, ...words]: string[], [bound, ...bounds]: string[]): boolean {
  if (bound === undefined) return word === undefined;
  if (bound === '#') {
    return (
      isBound(word === undefined ? [] : [word, ...words], bounds) ||
      (word !== undefined && isBound(words, [bound, ...bounds]))
    );
  }
  return word !== undefined && (bound === '*' || bound === word) && isBound(words, bounds);
}

function approvedOrder({ PO_NOTIFICATION_TEMPLATE, PO_NOTIFICATION_LANGUAGE }: Given): EventTemplate {
  return {
    eventType: PO_APPROVED,
    template: { name: PO_NOTIFICATION_TEMPLATE },
    language: PO_NOTIFICATION_LANGUAGE,
    to: SUPPLIER_PHONE,
    recipientName: 'data.supplier_name',
    parameters: ['data.supplier_name', 'data.po_number', { amount: 'data.total_amount', currency: 'data.currency' }],
  };
}

function readMapping(eventType: string, mapping: unknown, language: string, refuse: Refuse): EventTemplate {
  const given = isObject(mapping) ? mapping : {};
  const at: Refuse = (field, fault) => refuse(`${eventType}.${field}`, fault);
  if (!isObject(mapping)) refuse(eventType, 'must be an object such as {"template": "po_cancelled"}, or null');
  else refuseOthers(given, ['template', 'template_key', 'language', 'to', 'recipient_name', 'parameters'], at);
  return {
    eventType,
    template: isObject(mapping) ? readTemplate(given, at) : { name: '' },
    language: text(
      given.language ?? language,
      LANGUAGE,
      (fault) => at('language', fault),
      'a language such as es or en_US',
    ),
    to: field(given.to ?? SUPPLIER_PHONE, (fault) => at('to', fault)),
    recipientName:
      given.recipient_name === undefined
        ? undefined
        : field(given.recipient_name, (fault) => at('recipient_name', fault)),
    parameters: readParameters(given.parameters ?? [], at),
  };
}

function readTemplate({ template, template_key: key }: JsonObject, at: Refuse): EventTemplate['template'] {
  if ((template === undefined) === (key === undefined)) {
    at('template', "must be there, Meta's name of the template, or template_key in its place, not both");
    return { name: '' };
  }
  return key === undefined
    ? { name: text(template, TEMPLATE_NAME, (fault) => at('template', fault), 'a template name such as po_cancelled') }
    : { key: text(key, TEMPLATE_KEY, (fault) => at('template_key', fault), 'a template key such as po-cancelled') };
}

function readParameters(given: unknown, at: Refuse): EventTemplate['parameters'] {
  if (Array.isArray(given)) return given.map((each, index) => readParameter(each, `parameters[${index}]`, at));
  if (!isObject(given)) {
    at('parameters', 'must be an array of fields, or an object of them by the names of the parameters');
    return [];
  }
  for (const name of Object.keys(given).filter((one) => !PARAMETER_NAME.test(one))) {
    at(`parameters[${JSON.stringify(name)}]`, 'must have a name of lower-case letters, digits and underscores');
  }
  return Object.fromEntries(
    Object.entries(given).map(([name, each]) => [name, readParameter(each, `parameters.${name}`, at)]),
  );
}

function readParameter(given: unknown, place: string, at: Refuse): EventParameter {
  if (!isObject(given)) return field(given, (fault) => at(place, `${fault}, or {"amount": …, "currency": …}`));
  refuseOthers(given, ['amount', 'currency'], (name, fault) => at(`${place}.${name}`, fault));
  return {
    amount: field(given.amount, (fault) => at(`${place}.amount`, fault)),
    currency: field(given.currency, (fault) => at(`${place}.currency`, fault)),
  };
}

function field(given: unknown, refuse: (fault: string) => void): string {
  return text(given, FIELD, refuse, 'the path of a field of the event, such as data.supplier_name');
}

function text(given: unknown, form: RegExp, refuse: (fault: string) => void, what: string): string {
  if (typeof given === 'string' && form.test(given)) return given;
  refuse(`must be ${what}`);
  return '';
}

function refuseOthers(given: JsonObject, known: string[], at: Refuse): void {
  for (const name of Object.keys(given))
    if (!known.includes(name)) at(name, `is not known; known are ${known.join(', ')}`);
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
