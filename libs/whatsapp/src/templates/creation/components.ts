import {
  anything,
  boolean,
  type Check,
  list,
  object,
  optional,
  type Place,
  type Rule,
  text,
  variant,
} from '../../payloads/check.ts';
import { dig, lowerCase } from '../../payloads/json.ts';
import { authenticationComponents } from './authentication.ts';
import { buttons } from './buttons.ts';
import { carousel } from './carousel.ts';
import { oneOfEach, required, typeOf } from './parts.ts';
import { body, footer, header, LONGEST_BODY, LONGEST_BODY_WITH_OFFER } from './texts.ts';

const offer = object({
  type: anything,
  limited_time_offer: object({ text: text({ max: 16 }), has_expiration: optional(boolean) }),
});

const frame = { footer, carousel, limited_time_offer: offer, call_permission_request: object({ type: anything }) };

const written = list(
  variant('type', {
    ...frame,
    header: header('text', 'image', 'video', 'document', 'location', 'gif', 'product'),
    body: body(LONGEST_BODY),
    buttons: buttons(),
  }),
  { of: 'components' },
  oneOfEach,
  required('body', 'the text of the message'),
  alone(
    'carousel',
    ['header', 'footer', 'buttons'],
    'stands in no template with a carousel, whose cards have their own',
  ),
);

/** With a limited-time offer everything is a little shorter. */
const writtenWithOffer = list(
  variant('type', {
    ...frame,
    header: header('image', 'video'),
    body: body(LONGEST_BODY_WITH_OFFER),
    buttons: buttons({ longestCode: 15 }),
  }),
  { of: 'components' },
  oneOfEach,
  required('body', 'the text of the message'),
  alone('limited_time_offer', ['footer', 'carousel'], 'stands in no template with a limited-time offer'),
);

/** What only a template of the category MARKETING may have. */
const MARKETING_PARTS = new Set(['carousel', 'limited_time_offer']);
const MARKETING_HEADERS = new Set(['gif', 'product']);

const forMarketing: Rule<unknown[]> = (components, place) => {
  components.forEach((component, index) => {
    const [type, format] = [typeOf(component), lowerCase(dig(component, 'format'))];
    const what = MARKETING_PARTS.has(type) ? type : type === 'header' && MARKETING_HEADERS.has(format) ? format : '';
    if (what === '') return;
    place
      .at(index)
      .refuse(`${what.toUpperCase()} is for the category MARKETING only; change the category, or remove it`);
  });
};

/** The components of a template of this category, in Meta's form with our shorthands. */
export function componentsOf(category: string): Check {
  if (category === 'AUTHENTICATION') return authenticationComponents;
  return (value, place) => {
    const hasOffer = Array.isArray(value) && value.some((component) => typeOf(component) === 'limited_time_offer');
    (hasOffer ? writtenWithOffer : written)(value, place);
    if (Array.isArray(value) && category === 'UTILITY') forMarketing(value, place);
  };
}

function alone(type: string, others: string[], why: string): Rule<unknown[]> {
  return (components: unknown[], place: Place) => {
    if (!components.some((component) => typeOf(component) === type)) return;
    components.forEach((component, index) => {
      if (others.includes(typeOf(component))) place.at(index).refuse(why);
    });
  };
}
