import { type Check, distinct, list, object, optional, record, type Rule } from './check.ts';
import { product } from './commerce.ts';
import { dig, isObject, isString, itemsOf, type JsonObject, lowerCase, shown } from './json.ts';
import { headerLocation } from './location.ts';
import { documentFile, mediaFile } from './media.ts';
import { shortButton } from './template-button-kinds.ts';
import { allOrNoneNamed, card, LONGEST_BODY, LONGEST_CARD_BODY } from './template-components.ts';
import { bodyParameter, headerParameter, parameterName, value } from './template-parameters.ts';

/** What a header shows instead of a text, by its name: `{ "document": { "link": … } }`. */
const SHOWN = new Map(
  Object.entries<Check>({
    image: mediaFile,
    video: mediaFile,
    gif: mediaFile,
    document: documentFile,
    location: headerLocation,
    product,
  }).map(([name, check]) => [name, object({ [name]: check })]),
);

/** The fields that stand for components of Meta's, and the type of each. */
export const SHORTHANDS = [
  ['parameters', 'body'],
  ['header', 'header'],
  ['limited_time_offer', 'limited_time_offer'],
  ['buttons', 'button'],
  ['cards', 'carousel'],
] as const;

function plainText(max: number): Check {
  const check = value(max);
  return (given, place) =>
    check(typeof given === 'number' || typeof given === 'boolean' ? String(given) : given, place);
}

function parameters(max: number): Check {
  const [plain, full] = [plainText(max), bodyParameter(max)];
  const one: Check = (each, at) => (isObject(each) ? full : plain)(each, at);
  const positional = list(one, { min: 0 }, allOrNoneNamed, distinct('parameter_name'));
  const named = record(plain, parameterName);
  return (given, place) => (isObject(given) ? named : positional)(given, place);
}

const headerText = plainText(60);
const namedHeaderText = record(headerText, parameterName);

/** A text; `{ "document": { … } }`; `{ "name": "text" }` where the variable has a name; or Meta's parameter object. */
const header: Check = (given, place) => {
  if (!isObject(given)) return headerText(given, place);
  if (given.type !== undefined) return headerParameter(given, place);
  const [key, ...more] = Object.keys(given);
  if (key === undefined || more.length > 0) {
    const has = [key, ...more].join(', ') || 'none';
    return place.refuse(`needs exactly one of ${[...SHOWN.keys()].join(', ')}, or one named text, this has ${has}`);
  }
  const check = SHOWN.get(key) ?? namedHeaderText;
  check(given, place);
};

const buttons = (max: number) => list(shortButton, { min: 0, max, of: 'buttons' }, distinct('index'));

const shortCard = object({
  parameters: optional(parameters(LONGEST_CARD_BODY)),
  header: optional(header),
  buttons: optional(buttons(2)),
});

const anyCard: Check = (given, place) => (dig(given, 'components') === undefined ? shortCard : card)(given, place);

const expiry: Check = (given, place) => {
  if (given === undefined) return place.refuse('is required');
  if (Number.isNaN(toMs(given))) {
    place.refuse(`must be a time such as 2026-11-21T09:00:00Z, or in milliseconds since 1970, this is ${shown(given)}`);
  }
};

/** Beside `components`, by clear names: what the parts of a template are filled with. */
export const shorthands = {
  parameters: optional(parameters(LONGEST_BODY)),
  header: optional(header),
  buttons: optional(buttons(10)),
  cards: optional(list(anyCard, { min: 2, max: 10, of: 'cards' })),
  limited_time_offer: optional(object({ expires_at: expiry })),
};

/** A part is written in one way. */
export const writtenOnce: Rule<JsonObject> = (given, place) => {
  const types = itemsOf(given.components).map((each) => lowerCase(dig(each, 'type')));
  for (const [field, type] of SHORTHANDS) {
    if (given[field] !== undefined && types.includes(type)) {
      place.at(field).refuse(`cannot be given together with a ${type} component`);
    }
  }
};

/** Milliseconds since 1970; NaN for what is no time. */
export function toMs(time: unknown): number {
  if (isString(time)) return /^\d+$/.test(time) ? Number(time) : Date.parse(time);
  return Number.isSafeInteger(time) && (time as number) >= 0 ? (time as number) : NaN;
}

/** The one thing that a header of the form `{ "document": { … } }` shows. */
export function isShown(name: string): boolean {
  return SHOWN.has(name);
}
