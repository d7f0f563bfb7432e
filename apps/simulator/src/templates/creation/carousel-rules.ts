import type { GraphError } from '../../graph-error.ts';
import { componentOf, type ParameterFormat, type TemplateComponent } from '../template.ts';
import type { UploadStore } from '../upload-store.ts';
import { checkBody } from './body-rules.ts';
import { checkButtons } from './button-rules.ts';
import { checkHeader } from './header-rules.ts';
import { missingField, refused } from './refusals.ts';

const LONGEST_CARD_BODY = 160;
const MOST_CARD_BUTTONS = 2;
const CARD_HEADERS = ['IMAGE', 'VIDEO', 'PRODUCT'];
const IN_A_CARD = ['HEADER', 'BODY', 'BUTTONS'];

type Card = { components: TemplateComponent[] };

/** 2 to 10 cards of one build. */
export function checkCarousel({ cards }: TemplateComponent, format: ParameterFormat, uploads: UploadStore): void {
  if (!cards) throw missingField('CAROUSEL', 'cards');
  if (cards.length < 2 || cards.length > 10) throw wrongCarousel('A carousel has 2 to 10 cards.');
  for (const card of cards) checkCard(card, format, uploads);
  if (new Set(cards.map(({ components }) => buildOf(components))).size > 1) {
    throw wrongCarousel('All cards need the same components, the same kind of header and the same buttons.');
  }
}

function checkCard({ components }: Card, format: ParameterFormat, uploads: UploadStore): void {
  const stranger = components.find(({ type }) => !IN_A_CARD.includes(type));
  if (stranger) throw wrongCarousel(`A card cannot hold a component of type ${stranger.type}.`);
  const [header, body, buttons] = IN_A_CARD.map((type) => componentOf(components, type));
  if (!header) throw missingField('CAROUSEL', 'a HEADER in each card');
  checkHeader(header, format, uploads, CARD_HEADERS);
  if (body) checkBody(body, { format, longest: LONGEST_CARD_BODY });
  checkButtons(buttons?.buttons, MOST_CARD_BUTTONS);
}

/** `HEADER IMAGE, BODY, BUTTONS QUICK_REPLY URL`: what has to be alike. */
function buildOf(components: TemplateComponent[]): string {
  const parts = components.map(({ type, format, buttons = [] }) =>
    [type, format, ...buttons.map((button) => button.type)].join(' '),
  );
  return parts.sort().join();
}

function wrongCarousel(message: string): GraphError {
  return refused('Invalid carousel', message);
}
