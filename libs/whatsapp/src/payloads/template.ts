import {
  anything,
  type Check,
  distinct,
  list,
  type MessageKind,
  number,
  object,
  oneOf,
  optional,
  pattern,
  type Place,
  record,
  stringOr,
  variant,
} from './check.ts';
import { dig, isObject, isString, itemsOf, type JsonObject, lowerCase, shown } from './json.ts';
import {
  bodyParameter,
  buttonParameters,
  headerParameter,
  otherParameters,
  parameterName,
  value,
} from './template-parameters.ts';

const LONGEST_BODY = 1024;
const LONGEST_CARD_BODY = 160;

const name = pattern('1 to 512 lower-case letters, digits and _', /^[a-z0-9_]{1,512}$/);
const key = pattern('a template key such as order-approved', /^[a-z0-9][a-z0-9_.-]{0,511}$/);
const languageCode = pattern('a language code such as es or en_US', /^[a-z]{2,3}(_[A-Za-z0-9]{2,4})?$/);
const position = number({ min: 0, max: 9, whole: true });

const header = { parameters: optional(list(headerParameter, { min: 0, max: 1, of: 'parameters' })) };

const body = (max: number) => ({
  parameters: optional(
    list(bodyParameter(max), { min: 0, of: 'parameters' }, allOrNoneNamed, distinct('parameter_name')),
  ),
});

const button = variant(
  'sub_type',
  Object.fromEntries(
    Object.entries(buttonParameters).map(([subType, parameters]) => {
      const index = subType === 'voice_call' ? optional(position) : position;
      return [subType, { type: anything, index, parameters }];
    }),
  ),
);

const card = object({
  card_index: position,
  components: list(
    variant('type', { header, body: body(LONGEST_CARD_BODY), button }),
    { of: 'components' },
    oneOfEach,
    twoButtons,
  ),
});

const components = list(
  variant('type', {
    header,
    body: body(LONGEST_BODY),
    button,
    carousel: { cards: list(card, { min: 2, max: 10, of: 'cards' }) },
    limited_time_offer: { parameters: otherParameters.limited_time_offer },
    tap_target_configuration: { parameters: otherParameters.tap_target_configuration },
    order_status: { parameters: otherParameters.order_status },
  }),
  { min: 0 },
  oneOfEach,
);

const scalar: Check = (given, place) =>
  value(LONGEST_BODY)(typeof given === 'number' || typeof given === 'boolean' ? String(given) : given, place);

const shortParameter: Check = (given, place) => (isObject(given) ? bodyParameter(LONGEST_BODY) : scalar)(given, place);

const shortParameters: Check = (given, place) => {
  if (isObject(given)) record(scalar, parameterName)(given, place);
  else list(shortParameter, { min: 0 }, allOrNoneNamed, distinct('parameter_name'))(given, place);
};

/**
 * A template by Meta's name or by our key, with the values of its variables. Shorthands: `language` as a string; `parameters` for those of the body,
 * an array of positional ones (plain values, or Meta's parameter objects) or an object of named ones.
 */
export const template: MessageKind = {
  check: object(
    {
      name: optional(name),
      key: optional(key),
      language: stringOr(languageCode, object({ code: languageCode, policy: optional(oneOf('deterministic')) })),
      components: optional(components),
      parameters: optional(shortParameters),
    },
    nameOrKey,
    oneBody,
  ),
  expand: (given) => {
    const { language, parameters, components, ...rest } = given as JsonObject;
    const bodyParameters = expandParameters(parameters);
    return {
      ...rest,
      language: isString(language) ? { code: language } : language,
      ...((components !== undefined || bodyParameters.length > 0) && {
        components: [
          ...(bodyParameters.length > 0 ? [{ type: 'body', parameters: bodyParameters }] : []),
          ...itemsOf(components),
        ],
      }),
    };
  },
};

/** The template is named by our key, not by Meta's name. */
export function isKeyed(content: JsonObject): boolean {
  return dig(content, 'template', 'key') !== undefined;
}

function expandParameters(parameters: unknown): unknown[] {
  if (!isObject(parameters)) {
    return itemsOf(parameters).map((each) => (isObject(each) ? each : { type: 'text', text: String(each) }));
  }
  return Object.entries(parameters).map(([parameter_name, each]) => ({
    type: 'text',
    parameter_name,
    text: String(each),
  }));
}

function nameOrKey(given: JsonObject, place: Place): void {
  if (given.name === undefined && given.key === undefined) place.at('name').refuse('is required');
  if (given.name !== undefined && given.key !== undefined) {
    place.at('key').refuse('cannot be given together with name; leave one of them out');
  }
}

function oneBody(given: JsonObject, place: Place): void {
  const hasBody = itemsOf(given.components).some((each) => lowerCase(dig(each, 'type')) === 'body');
  if (hasBody && given.parameters !== undefined) {
    place.at('parameters').refuse('cannot be given together with a body component');
  }
}

function allOrNoneNamed(parameters: unknown[], place: Place): void {
  const named = parameters.filter((each) => dig(each, 'parameter_name') !== undefined).length;
  if (named > 0 && named < parameters.length) {
    place.refuse(`either all parameters have a parameter_name or none, here ${named} of ${parameters.length} have`);
  }
}

/** A button may come again at another position, every other component is there once. */
function oneOfEach(given: unknown[], place: Place): void {
  const seen = new Set<string>();
  given.forEach((each, index) => {
    const type = lowerCase(dig(each, 'type'));
    const at = dig(each, 'index');
    if (type === '' || (type === 'button' && at === undefined)) return;
    const what = type === 'button' ? `button at position ${shown(Number(at))}` : `${type} component`;
    if (seen.has(what)) place.at(index).refuse(`is a second ${what}`);
    seen.add(what);
  });
}

function twoButtons(given: unknown[], place: Place): void {
  const count = given.filter((each) => lowerCase(dig(each, 'type')) === 'button').length;
  if (count > 2) place.refuse(`at most 2 buttons on a card, this has ${count}`);
}
