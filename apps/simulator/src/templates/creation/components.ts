import { componentOf, type ParameterFormat, type TemplateComponent } from '../template.ts';
import type { UploadStore } from '../upload-store.ts';
import { checkAuthentication, withFixedTexts } from './authentication-rules.ts';
import { checkBody } from './body-rules.ts';
import { checkButtons } from './button-rules.ts';
import { checkCarousel } from './carousel-rules.ts';
import { checkFooter } from './footer-rules.ts';
import { checkHeader } from './header-rules.ts';
import { checkOffer } from './offer-rules.ts';
import { refused } from './refusals.ts';

const TYPES = ['HEADER', 'BODY', 'FOOTER', 'BUTTONS', 'CAROUSEL', 'LIMITED_TIME_OFFER', 'CALL_PERMISSION_REQUEST'];
const LONGEST_BODY = 1024;
const LONGEST_BODY_OF_OFFER = 600;
const LONGEST_CODE = 20;
const LONGEST_CODE_OF_OFFER = 15;

export interface Draft {
  category: string;
  format: ParameterFormat;
  /** Of the shape that `componentShape` lets through. */
  components: TemplateComponent[];
}

/**
 * Reads the components of a template as Meta's desk does before a reviewer sees them.
 * @returns them as they are listed
 * @throws GraphError 100, with Meta's subcode where the fault has one
 */
export function readComponents(
  { category, format, components: given }: Draft,
  uploads: UploadStore,
): TemplateComponent[] {
  const components = given.map(inUpperCase);
  checkTypes(components);
  if (category === 'AUTHENTICATION') {
    checkAuthentication(components);
    return withFixedTexts(components);
  }
  const [header, body, footer, buttons, carousel, offer] = TYPES.map((type) => componentOf(components, type));
  if (header) checkHeader(header, format, uploads);
  checkBody(body, { format, longest: offer ? LONGEST_BODY_OF_OFFER : LONGEST_BODY });
  if (footer) checkFooter(footer);
  if (buttons) checkButtons(buttons.buttons, undefined, offer ? LONGEST_CODE_OF_OFFER : LONGEST_CODE);
  if (carousel) checkCarousel(carousel, format, uploads);
  if (offer) checkOffer(offer, components, category);
  return components;
}

function checkTypes(components: TemplateComponent[]): void {
  const types = components.map(({ type }) => type);
  const stranger = types.find((type) => !TYPES.includes(type));
  if (stranger !== undefined) throw refused('Invalid component', `${stranger} is not a type of components.`);
  const twice = types.find((type, index) => types.indexOf(type) !== index);
  if (twice !== undefined) throw refused('Invalid component', `A template has one component of type ${twice}.`);
}

/** Meta takes types and formats in either case. */
function inUpperCase({ type, format, buttons, cards, ...rest }: TemplateComponent): TemplateComponent {
  return {
    ...rest,
    type: type.toUpperCase(),
    ...(format !== undefined && { format: format.toUpperCase() }),
    ...(buttons && { buttons: buttons.map((button) => ({ ...button, type: button.type.toUpperCase() })) }),
    ...(cards && { cards: cards.map((card) => ({ ...card, components: card.components.map(inUpperCase) })) }),
  };
}
