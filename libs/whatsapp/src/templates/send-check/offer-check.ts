import { dig, toNumber } from '../../payloads/index.ts';
import type { TemplateForm } from '../template-form.ts';
import type { Faults } from './faults.ts';
import type { GivenParts } from './given-parts.ts';

/** A limited-time offer says with each message when it ends, unless it was approved without a countdown. */
export function checkOffer(
  offer: TemplateForm['offer'],
  { at, offer: given }: GivenParts,
  now: number,
  faults: Faults,
): void {
  if (!offer?.expires) {
    if (given) faults.refuse(given.path, 'the template has no offer that ends; leave it out');
  } else if (!given) {
    faults.miss(at, 'limited_time_offer', 'the template needs the time at which its offer ends');
  } else if (!(toNumber(dig(given.parameters[0], 'limited_time_offer', 'expiration_time_ms')) > now)) {
    const path = [...given.path, 'parameters', 0, 'limited_time_offer', 'expiration_time_ms'];
    faults.refuse(path, 'the offer is over: give a time to come');
  }
}
