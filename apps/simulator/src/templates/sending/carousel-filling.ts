import type { JsonObject } from '../../checks.ts';
import { GraphError } from '../../graph-error.ts';
import type { TemplateComponent } from '../template.ts';
import { fillParts } from './parts-filling.ts';
import type { SendContext } from './send-context.ts';
import type { GivenCard } from './template-object.ts';

const LONGEST_CARD_BODY = 160;
const IN_A_CARD = ['header', 'body', 'button'];

type Card = { components: TemplateComponent[] };

/** The cards as the customer gets them, in the order of the template. */
export function fillCards(cards: Card[], given: GivenCard[], send: SendContext): JsonObject[] {
  if (cards.length !== given.length) {
    throw new GraphError(132012, `carousel: ${given.length} cards given, the template has ${cards.length}`);
  }
  return cards.map((card, index) => fillCard(index, card, given, send));
}

function fillCard(index: number, { components }: Card, given: GivenCard[], send: SendContext): JsonObject {
  const [card] = given.filter(({ card_index }) => Number(card_index) === index);
  // As many cards as there should be, so one that is missing means that another index is there twice or too high.
  if (!card) throw send.badParameter(`carousel: no card with card_index ${index} is given`);
  const stranger = card.components.find(({ type }) => !IN_A_CARD.includes(type.toLowerCase()));
  if (stranger) throw send.badParameter(`carousel: a card cannot hold a component of type ${stranger.type}`);
  return fillParts(components, card.components, { prefix: `card ${index} `, longestBody: LONGEST_CARD_BODY }, send);
}
