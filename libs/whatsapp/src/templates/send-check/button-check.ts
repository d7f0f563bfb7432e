import { dig, lowerCase, parameterText, toNumber } from '../../payloads/index.ts';
import { fillUrl } from '../fill-url.ts';
import type { ButtonForm } from '../template-form.ts';
import type { Faults } from './faults.ts';
import type { GivenPart, GivenParts } from './given-parts.ts';

/** What to give to a button of each kind. */
const GIVE = new Map([
  ['url', 'url (the end of its link)'],
  ['copy_code', 'coupon_code'],
  ['mpm', 'thumbnail_product_retailer_id and sections'],
  ['order_details', 'order_details'],
  ['quick_reply', 'payload, or leave it out'],
  ['flow', 'flow_token or flow_action_data'],
  ['catalog', 'thumbnail_product_retailer_id, or leave it out'],
  ['voice_call', 'ttl_minutes, or leave it out'],
]);

/** Each button that needs something gets it, and none gets what it does not take. */
export function checkButtons(
  buttons: ButtonForm[],
  { at, buttons: given }: GivenParts,
  longestCode: number,
  faults: Faults,
): void {
  const indexes = given.map((part) => indexOf(part, buttons));
  given.forEach((part, order) => checkGiven(part, indexes[order]!, buttons, longestCode, faults));
  // Which button was meant is not known: it may be the one that is missing.
  if (indexes.some(Number.isNaN)) return;
  buttons.forEach((button, index) => {
    if (!button.isNeeded || indexes.includes(index)) return;
    faults.miss(at, 'buttons', `${titleOf(button, index)} needs ${giveTo(button)}`);
  });
}

/** A call button may leave its place out, because there is only one. */
export function indexOf({ component }: GivenPart, buttons: ButtonForm[]): number {
  const index = dig(component, 'index');
  if (index !== undefined) return toNumber(index);
  const isCall = lowerCase(dig(component, 'sub_type')) === 'voice_call';
  return isCall ? buttons.findIndex(({ subType }) => subType === 'voice_call') : NaN;
}

function checkGiven(part: GivenPart, index: number, buttons: ButtonForm[], longestCode: number, faults: Faults): void {
  const button = buttons[index];
  if (!button) {
    if (!Number.isNaN(index)) faults.refuse([...part.path, 'index'], noButton(buttons.length));
    return;
  }
  const title = titleOf(button, index);
  if (button.subType === undefined) {
    faults.refuse(part.path, `${title} takes nothing; leave it out`);
  } else if (lowerCase(dig(part.component, 'sub_type')) !== button.subType) {
    faults.refuse([...part.path, 'sub_type'], `${title} is of type ${button.type}: give it ${giveTo(button)}`);
  } else if (button.url && !button.isNeeded) {
    faults.refuse(part.path, `the link of ${title} is fixed; leave it out`);
  } else {
    checkLengths(part, button, longestCode, faults);
  }
}

function checkLengths({ path, parameters }: GivenPart, { url }: ButtonForm, longestCode: number, faults: Faults): void {
  const [parameter] = parameters;
  if (url) {
    const length = [...fillUrl(url.text, parameterText(parameter))].length;
    if (length > url.longest) {
      const message = `the filled link has ${length} characters, at most ${url.longest}: shorten the value`;
      faults.refuse([...path, 'parameters', 0, 'text'], message);
    }
  }
  const code = dig(parameter, 'coupon_code');
  if (typeof code === 'string' && [...code].length > longestCode) {
    const message = `at most ${longestCode} characters in this template, this has ${[...code].length}`;
    faults.refuse([...path, 'parameters', 0, 'coupon_code'], message);
  }
}

function titleOf({ label }: ButtonForm, index: number): string {
  return `button ${index}${label === undefined ? '' : ` "${label}"`}`;
}

function giveTo({ subType, type }: ButtonForm): string {
  return GIVE.get(subType ?? '') ?? `what Meta documents for ${type}`;
}

function noButton(count: number): string {
  if (count === 0) return 'the template has no buttons; leave it out';
  const known = count === 1 ? 'only a button 0' : `buttons 0 to ${count - 1}`;
  return `the template has ${known}: correct the index, or leave it out`;
}
