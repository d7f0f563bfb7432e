import { dig, lowerCase } from '../../payloads/index.ts';
import type { HeaderForm } from '../template-form.ts';
import type { Faults } from './faults.ts';
import type { GivenParts } from './given-parts.ts';
import { checkText } from './text-check.ts';

/** What a header can show, and how it is given. */
const SHOWN = new Map([
  ['IMAGE', 'an image: {"image": {"link": …}}'],
  ['VIDEO', 'a video: {"video": {"link": …}}'],
  ['GIF', 'a GIF: {"gif": {"link": …}}'],
  ['DOCUMENT', 'a document: {"document": {"link": …, "filename": …}}'],
  ['LOCATION', 'a location: {"location": {"latitude": …, "longitude": …}}'],
  ['PRODUCT', 'a product: {"product": {"catalog_id": …, "product_retailer_id": …}}'],
]);

const TEXTUAL = ['text', 'currency', 'date_time'];

/** A text is filled; anything else is given with each message, whatever the template shows as its example. */
export function checkHeader(
  header: HeaderForm | undefined,
  { at, header: given }: GivenParts,
  isNamed: boolean,
  faults: Faults,
): void {
  if (header?.text) {
    const type = given && lowerCase(dig(given.parameters[0], 'type'));
    if (type && !TEXTUAL.includes(type)) {
      return faults.refuse([...given.path, 'parameters', 0, 'type'], 'the header of the template shows a text only');
    }
    return checkText(header.text, given, { what: 'header', field: 'header', within: at, isNamed }, faults);
  }
  if (!header) {
    if (given && given.parameters.length > 0) faults.refuse(given.path, 'the template has no header; leave it out');
    return;
  }
  const needed = SHOWN.get(header.format);
  if (needed === undefined) return;
  if (!given || given.parameters.length === 0) {
    faults.miss(at, 'header', `the header of the template needs ${needed}`);
  } else if (lowerCase(dig(given.parameters[0], 'type')) !== header.format.toLowerCase()) {
    faults.refuse([...given.path, 'parameters', 0, 'type'], `the header of the template needs ${needed}`);
  }
}
