import { dig, itemsOf, toNumber } from '../../payloads/index.ts';
import type { PartsForm } from '../template-form.ts';
import type { Faults } from './faults.ts';
import { type GivenParts, partsOf } from './given-parts.ts';

/** As many cards as were approved, each of them checked by `checkCard` against the approved one of its place. */
export function checkCarousel(
  cards: PartsForm[],
  { at, carousel }: GivenParts,
  checkCard: (card: PartsForm, given: GivenParts) => void,
  faults: Faults,
): void {
  if (cards.length === 0) {
    if (carousel) faults.refuse(carousel.path, 'the template has no carousel; leave the cards out');
    return;
  }
  if (!carousel) return faults.miss(at, 'cards', `the carousel of the template needs its ${cards.length} cards`);

  const path = [...carousel.path, 'cards'];
  const given = itemsOf(dig(carousel.component, 'cards'));
  if (given.length !== cards.length) {
    faults.refuse(path, `the template has ${cards.length} cards, ${given.length} were given: give each of them`);
  }
  const seen = new Set<number>();
  given.forEach((one, order) => {
    const index = toNumber(dig(one, 'card_index'));
    const card = cards[index];
    const where = [...path, order];
    if (card && !seen.has(index)) checkCard(card, partsOf(dig(one, 'components'), where));
    else if (card) faults.refuse([...where, 'card_index'], `card ${index} is given already`);
    else if (given.length <= cards.length) {
      faults.refuse([...where, 'card_index'], `the template has cards 0 to ${cards.length - 1}`);
    }
    seen.add(index);
  });
}
