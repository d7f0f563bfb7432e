import { anything, distinct, list, number, object, optional, type Place, variant } from './check.ts';
import { dig, lowerCase, toNumber } from './json.ts';
import { bodyParameter, buttonParameters, headerParameter, otherParameters } from './template-parameters.ts';

export const LONGEST_BODY = 1024;
export const LONGEST_CARD_BODY = 160;

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

/** One card of a carousel, in Meta's form. */
export const card = object({
  card_index: position,
  components: list(
    variant('type', { header, body: body(LONGEST_CARD_BODY), button }),
    { of: 'components' },
    oneOfEach,
    twoButtons,
  ),
});

/** Meta's own form of what a template is filled with. */
export const components = list(
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

export function allOrNoneNamed(parameters: unknown[], place: Place): void {
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
    const what = type === 'button' ? `button at position ${toNumber(at)}` : `${type} component`;
    if (seen.has(what)) place.at(index).refuse(`is a second ${what}`);
    seen.add(what);
  });
}

function twoButtons(given: unknown[], place: Place): void {
  const count = given.filter((each) => lowerCase(dig(each, 'type')) === 'button').length;
  if (count > 2) place.refuse(`at most 2 buttons on a card, this has ${count}`);
}
