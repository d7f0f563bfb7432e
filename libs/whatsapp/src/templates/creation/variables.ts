import type { Place, Rule } from '../../payloads/check.ts';
import { shown } from '../../payloads/json.ts';

/** What a text wants filled in: the distinct `{{1}}` or `{{name}}`, in the order they appear. */
export interface Variables {
  names: string[];
  format: 'none' | 'positional' | 'named' | 'mixed';
}

const VARIABLE = /\{\{([^{}]*)\}\}/g;
const NUMBER = /^[1-9]\d{0,2}$/;
const NAME = /^[a-z_][a-z0-9_]*$/;

/** These are written without blanks between words, so each character is counted as one. */
const WITHOUT_BLANKS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;

export function variablesOf(text: string): Variables {
  const names = [...new Set(Array.from(text.matchAll(VARIABLE), ([, name]) => name!))];
  const numbers = names.filter((name) => NUMBER.test(name)).length;
  if (names.length === 0) return { names, format: 'none' };
  if (numbers === 0) return { names, format: 'named' };
  return { names, format: numbers === names.length ? 'positional' : 'mixed' };
}

/** Braces in pairs of two, and between them a number or a name; numbers count from 1 without a gap. */
export const wellFormed: Rule<string> = (text, place) => {
  const { names, format } = variablesOf(text);
  if (/\{\{|\}\}/.test(text.replace(VARIABLE, ''))) place.refuse('has a {{ or }} without its other half');
  for (const name of names.filter((one) => !NUMBER.test(one) && !NAME.test(one))) {
    place.refuse(`{{${shown(name).slice(1, -1)}}} is no variable; write {{1}}, or a name such as {{order_id}}`);
  }
  if (format === 'mixed') place.refuse('has numbered and named variables; use only one kind');
  if (format === 'positional') inSequence(names, place);
};

function inSequence(names: string[], place: Place): void {
  const missing = names.map((_, index) => String(index + 1)).filter((number) => !names.includes(number));
  if (missing.length > 0) place.refuse(`variables count from {{1}} without a gap; {{${missing[0]}}} is missing`);
}

/** Meta's 2388299. */
export const notAtTheEnds: Rule<string> = (text, place) => {
  const trimmed = text.trim();
  if (trimmed.startsWith('{{')) place.refuse('must not start with a variable; put a word before it');
  if (trimmed.endsWith('}}')) place.refuse('must not end with a variable; put a word or a full stop behind it');
};

export const notAdjacent: Rule<string> = (text, place) => {
  const found = /\}\}\s*(\{\{[^{}]*\}\})/.exec(text);
  if (found) place.refuse(`needs a word between ${shown(found[1]).slice(1, -1)} and the variable before it`);
};

/**
 * Meta's 2388293, whose measure it does not publish. What senders have found is two words for each variable and one more;
 * a variable that comes again counts again.
 */
export const enoughWords: Rule<string> = (text, place) => {
  const variables = text.match(VARIABLE)?.length ?? 0;
  const needed = variables === 0 ? 0 : 2 * variables + 1;
  const words = text
    .replace(VARIABLE, ' ')
    .replace(WITHOUT_BLANKS, ' $& ')
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
  if (words < needed) {
    place.refuse(
      `${variables} variables need at least ${needed} other words, this has ${words}; say more, or use fewer`,
    );
  }
};

export const noVariables: Rule<string> = (text, place) => {
  if (variablesOf(text).format !== 'none') place.refuse('takes no variable');
};

export const atMostOne: Rule<string> = (text, place) => {
  const { length } = variablesOf(text).names;
  if (length > 1) place.refuse(`at most one variable, this has ${length}`);
};

export const onOneLine: Rule<string> = (text, place) => {
  if (/[\r\n\t]/.test(text)) place.refuse('must be on one line, without tabs');
};
