import { object, type Place, text } from './check.ts';
import { shown } from './json.ts';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Pictures, flags (two regional letters) and keycaps (a digit in a box); a bare digit counts as an emoji only for Unicode. */
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|\u20e3/u;

export const reaction = {
  check: object({ message_id: text(), emoji: text({ min: 0 }, oneEmojiOrNone) }),
};

/** The empty string takes a reaction back. */
function oneEmojiOrNone(value: string, place: Place): void {
  if (value === '') return;
  const isOne = value.length <= 64 && [...graphemes.segment(value)].length === 1;
  if (!isOne || !EMOJI.test(value)) place.refuse(`must be one emoji, or "" to take it back, this is ${shown(value)}`);
}
