import { anything, type Check, list, object, type Place, variant } from '../../payloads/check.ts';
import { dig, itemsOf, lowerCase } from '../../payloads/json.ts';
import { buttons } from './buttons.ts';
import { oneOfEach, required } from './parts.ts';
import { body, header, LONGEST_CARD_BODY } from './texts.ts';

const card = object({
  components: list(
    variant('type', {
      header: header('image', 'video', 'product'),
      body: body(LONGEST_CARD_BODY),
      buttons: buttons({ most: 2 }),
    }),
    { of: 'components' },
    oneOfEach,
    required('header', 'every card needs a picture, a video or a product'),
  ),
});

/** Two to ten cards, all of the same build. */
export const carousel: Check = object({
  type: anything,
  cards: list(card, { min: 2, max: 10, of: 'cards' }, builtAlike),
});

function builtAlike(cards: unknown[], place: Place): void {
  const [first, ...others] = cards.map(buildOf);
  others.forEach((build, index) => {
    if (build !== first) place.at(index + 1).refuse(`must be built as the first card (${first}), this has ${build}`);
  });
}

function buildOf(one: unknown): string {
  const parts = itemsOf(dig(one, 'components')).map((component) => {
    const kinds = itemsOf(dig(component, 'buttons')).map((button) => lowerCase(dig(button, 'type')));
    return [lowerCase(dig(component, 'type')), lowerCase(dig(component, 'format')), ...kinds].filter(Boolean).join(' ');
  });
  return parts.sort().join(', ') || 'nothing';
}
