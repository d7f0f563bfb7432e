import { type Check, list, number, object, oneOf, optional, type Place, text, url, variant } from './check.ts';
import { product } from './commerce.ts';
import { dig, itemsOf } from './json.ts';
import { mediaFile } from './media.ts';

/** The button that opens a web page. */
export const linkButton = object({
  name: oneOf('cta_url'),
  parameters: object({ display_text: text({ max: 20 }), url }),
});

const quickReplies = object({
  buttons: list(
    object({ type: oneOf('quick_reply'), quick_reply: object({ id: text({ max: 256 }), title: text({ max: 20 }) }) }),
    { of: 'buttons' },
  ),
});

const card_index = number({ min: 0, max: 9, whole: true });

const productCard = object({ card_index, type: oneOf('product'), action: product });

const mediaCard = object({
  card_index,
  // Meta's examples keep "cta_url" here on cards with quick replies, and providers leave it out.
  type: optional(oneOf('cta_url', 'quick_reply')),
  header: variant('type', { image: { image: mediaFile }, video: { video: mediaFile } }),
  body: optional(object({ text: text({ max: 160 }) })),
  action: (value, place) => (dig(value, 'buttons') === undefined ? linkButton : quickReplies)(value, place),
});

const card: Check = (value, place) => (dig(value, 'type') === 'product' ? productCard : mediaCard)(value, place);

/** The cards of an interactive carousel: media with buttons, or products of a catalogue. */
export const cards = list(card, { min: 2, max: 10, of: 'cards' }, sameButtons);

function sameButtons(items: unknown[], place: Place): void {
  const [first, ...others] = items.map(buttonsOf);
  others.forEach((buttons, index) => {
    if (buttons === first) return;
    place
      .at(index + 1)
      .at('action')
      .refuse(`must have ${first} as the first card has, this has ${buttons}`);
  });
}

function buttonsOf(item: unknown): string {
  if (dig(item, 'type') === 'product') return 'a product';
  const replies = itemsOf(dig(item, 'action', 'buttons')).length;
  return replies === 0 ? 'a URL button' : `${replies} quick replies`;
}
