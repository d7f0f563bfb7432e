import { componentOf, type TemplateComponent } from '../template.ts';
import { missingField, refused, tooLong } from './refusals.ts';

const LONGEST_TEXT = 16;
const HEADERS = ['IMAGE', 'VIDEO'];

/** A limited-time offer is marketing, has no footer, and a picture or film if it has a header. */
export function checkOffer(offer: TemplateComponent, components: TemplateComponent[], category: string): void {
  const text = offer.limited_time_offer?.text;
  if (!text?.trim()) throw missingField(offer.type, 'limited_time_offer.text');
  if (text.length > LONGEST_TEXT) throw tooLong('text of the offer', LONGEST_TEXT);
  if (category !== 'MARKETING') throw wrongOffer('A limited-time offer is possible in MARKETING templates only.');
  if (componentOf(components, 'FOOTER')) throw wrongOffer('A template with a limited-time offer has no footer.');
  const format = componentOf(components, 'HEADER')?.format;
  if (format !== undefined && !HEADERS.includes(format)) {
    throw wrongOffer('The header of a limited-time offer is an IMAGE or a VIDEO.');
  }
}

function wrongOffer(message: string): ReturnType<typeof refused> {
  return refused('Invalid limited-time offer', message);
}
