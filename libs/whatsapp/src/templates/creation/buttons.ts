import {
  anything,
  type Check,
  exactlyOneOf,
  list,
  number,
  object,
  oneOf,
  open,
  optional,
  type Place,
  type Rule,
  text,
  url,
  variant,
} from '../../payloads/check.ts';
import { dig, isString, itemsOf, type JsonObject, lowerCase } from '../../payloads/json.ts';
import { atMostOne, noVariables, onOneLine, variablesOf, wellFormed } from './variables.ts';

const type = anything;
const label = text({ max: 25 }, noVariables, onOneLine);
const LONGEST_URL = 2000;

/** Meta writes an example as a string or as a list with one. */
const oneExample = (max: number): Check => {
  const example = text({ max });
  return (value, place) => (isString(value) ? example : list(example, { max: 1, of: 'examples' }))(value, place);
};

const variableAtItsEnd: Rule<string> = (given, place) => {
  const { format, names } = variablesOf(given);
  if (format === 'none') return;
  if (names[0] !== '1' || !given.endsWith('{{1}}')) place.refuse('takes one variable, {{1}}, at its very end');
};

const exampleWhenVariable: Rule<JsonObject> = (button, place) => {
  const hasVariable = isString(button.url) && variablesOf(button.url).format !== 'none';
  if (hasVariable && button.example === undefined) place.at('example').refuse('is required: the URL has a variable');
  if (!hasVariable && itemsOf(button.example).length > 0) {
    place.at('example').refuse('the URL has no variable; leave it out');
  }
};

const link: Check = (value, place) => {
  url(value, place);
  text({ max: LONGEST_URL }, wellFormed, atMostOne, variableAtItsEnd)(isString(value) ? value : '-', place);
};

const phone: Rule<string> = (given, place) => {
  if (!/^\+?[\dA-Za-z][\dA-Za-z ()./-]*$/.test(given)) place.refuse('must be a phone number such as +34612345678');
};

const flow = object(
  {
    type,
    text: label,
    flow_id: optional(text()),
    flow_name: optional(text()),
    flow_json: optional(text()),
    flow_action: optional(oneOf('navigate', 'data_exchange', 'NAVIGATE', 'DATA_EXCHANGE')),
    navigate_screen: optional(text()),
    icon: optional(text()),
  },
  exactlyOneOf('flow_id', 'flow_name', 'flow_json'),
);

/** How many of a type a template may have, where that is less than all ten. */
const MOST = new Map(
  Object.entries({ url: 2, phone_number: 1, copy_code: 1, flow: 1, catalog: 1, mpm: 1, spm: 1, voice_call: 1, app: 1 }),
);

const button = (longestCode: number): Check =>
  variant('type', {
    quick_reply: { text: label },
    url: object({ type, text: label, url: link, example: optional(oneExample(LONGEST_URL)) }, exampleWhenVariable),
    phone_number: { text: label, phone_number: text({ max: 20 }, phone) },
    copy_code: { text: optional(label), example: oneExample(longestCode) },
    flow,
    catalog: { text: label },
    mpm: { text: label },
    spm: { text: label },
    order_details: { text: label },
    voice_call: { text: label, ttl_minutes: optional(number({ min: 1, max: 43_200, whole: true })) },
    app: open({ text: label }),
  });

/** The buttons of a template or of a card: `most` in all. Codes to copy became longer in 2025, but not those of offers. */
export const buttons = ({ most = 10, longestCode = 20 } = {}): Check =>
  object({ type, buttons: list(button(longestCode), { max: most, of: 'buttons' }, fewOfEach, quickRepliesTogether) });

function fewOfEach(given: unknown[], place: Place): void {
  const seen = new Map<string, number>();
  given.forEach((each, index) => {
    const kind = lowerCase(dig(each, 'type'));
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    const most = MOST.get(kind);
    if (most === undefined || count <= most) return;
    place.at(index).refuse(`at most ${most} ${kind.toUpperCase()} button${most === 1 ? '' : 's'}; remove this one`);
  });
}

function quickRepliesTogether(given: unknown[], place: Place): void {
  const isQuickReply = given.map((each) => lowerCase(dig(each, 'type')) === 'quick_reply');
  const changes = isQuickReply.flatMap((is, index) => (index > 0 && is !== isQuickReply[index - 1] ? [index] : []));
  if (changes.length > 1) {
    place.at(changes[1]!).refuse('quick replies must stand together, before or after all other buttons');
  }
}
