import type { PartsForm, TemplateForm } from '../template-form.ts';
import { checkButtons } from './button-check.ts';
import { checkCarousel } from './carousel-check.ts';
import { checkCode } from './code-check.ts';
import { type Fault, Faults } from './faults.ts';
import { type GivenParts, partsOf } from './given-parts.ts';
import { checkHeader } from './header-check.ts';
import { checkOffer } from './offer-check.ts';
import { checkText } from './text-check.ts';

const LONGEST_COUPON = 20;
const LONGEST_COUPON_OF_OFFER = 15;

/**
 * Everything for which Meta would refuse these components of a send, or show them otherwise than they were meant. It reads
 * whatever it is given: what is wrong with the shape of a component is said elsewhere.
 */
export function checkTemplateSend(form: TemplateForm, components: unknown, now: number): Fault[] {
  const faults = new Faults();
  const given = partsOf(components, []);
  const longestCoupon = form.offer ? LONGEST_COUPON_OF_OFFER : LONGEST_COUPON;
  const checkParts = (parts: PartsForm, each: GivenParts): void => {
    checkBody(parts, each, form.isNamed, faults);
    checkHeader(parts.header, each, form.isNamed, faults);
    checkButtons(parts.buttons, each, longestCoupon, faults);
  };
  checkParts(form, given);
  checkOffer(form.offer, given, now, faults);
  checkCarousel(form.cards, given, checkParts, faults);
  if (form.isOneTimeCode) checkCode(form, given, faults);
  return faults.found;
}

function checkBody({ body }: PartsForm, { at, body: given }: GivenParts, isNamed: boolean, faults: Faults): void {
  if (body) return checkText(body, given, { what: 'body', field: 'parameters', within: at, isNamed }, faults);
  if (given && given.parameters.length > 0) faults.refuse(given.path, 'the card has no text; leave the values out');
}
