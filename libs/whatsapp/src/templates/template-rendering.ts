import type { WhatsAppTemplate } from '#messages';

import { dig, fillText, isString, itemsOf, type MessageContent, parameterText, toNumber } from '../payloads/index.ts';
import { fillUrl } from './fill-url.ts';
import { indexOf } from './send-check/button-check.ts';
import { type GivenPart, type GivenParts, partsOf } from './send-check/given-parts.ts';
import { type ButtonForm, formOf, type HeaderForm, type PartsForm } from './template-form.ts';

/** A header as the customer sees it: its text, or what it shows. */
export interface RenderedHeader {
  /** TEXT, IMAGE, DOCUMENT… */
  format: string;
  text?: string;
  /** Meta's object of what is shown: `{ id }` or `{ link }` of a file, a location, a product. */
  shows?: unknown;
}

export interface RenderedButton {
  /** URL, QUICK_REPLY, COPY_CODE… */
  type: string;
  /** The label, where the template names one. */
  text?: string | undefined;
  /** The link that it opens. */
  url?: string;
  phoneNumber?: string;
  /** What comes back from a quick reply. */
  payload?: string | undefined;
  /** The code that it copies. */
  code?: string;
}

/** One card of a carousel. */
export interface RenderedCard {
  header?: RenderedHeader;
  body?: string;
  buttons: RenderedButton[];
}

/** A message of a template as the customer sees it. */
export interface RenderedTemplate extends RenderedCard {
  body: string;
  footer?: string;
  offer?: { text?: string | undefined; endsAt?: Date };
  cards: RenderedCard[];
}

/** What a send makes of a template; what it does not give stays as Meta approved it, placeholders included. */
export function renderTemplate(
  template: Pick<WhatsAppTemplate, 'templateName' | 'parameterFormat' | 'bodyText' | 'components'>,
  content: MessageContent,
): RenderedTemplate {
  const form = formOf(template);
  const given = partsOf(dig(content.template, 'components'), []);
  const cards = itemsOf(dig(given.carousel?.component, 'cards'));
  return {
    ...renderParts(form, given),
    body: renderText(form.body.text, given.body),
    ...(form.footer !== undefined && { footer: form.footer }),
    ...(form.offer && { offer: { text: form.offer.text, ...endOf(given.offer) } }),
    cards: form.cards.map((card, index) => {
      const one = cards.find((each) => toNumber(dig(each, 'card_index')) === index);
      return renderParts(card, partsOf(dig(one, 'components'), []));
    }),
  };
}

function renderParts({ header, body, buttons }: PartsForm, given: GivenParts): RenderedCard {
  return {
    ...(header && { header: renderHeader(header, given.header) }),
    ...(body && { body: renderText(body.text, given.body) }),
    buttons: buttons.map((button, index) => {
      const part = given.buttons.find((each) => indexOf(each, buttons) === index);
      return renderButton(button, part?.parameters[0]);
    }),
  };
}

function renderHeader({ format, text }: HeaderForm, given: GivenPart | undefined): RenderedHeader {
  if (text) return { format, text: renderText(text.text, given) };
  return { format, shows: dig(given?.parameters[0], format.toLowerCase()) };
}

function renderButton({ type, label, url, phoneNumber }: ButtonForm, parameter: unknown): RenderedButton {
  const code = type === 'OTP' ? dig(parameter, 'text') : dig(parameter, 'coupon_code');
  const payload = dig(parameter, 'payload');
  return {
    type,
    text: label,
    ...(url && { url: parameter === undefined ? url.text : fillUrl(url.text, parameterText(parameter)) }),
    ...(phoneNumber !== undefined && { phoneNumber }),
    // A quick reply that is given none answers with its label.
    ...(type === 'QUICK_REPLY' && { payload: isString(payload) ? payload : label }),
    ...(isString(code) && { code }),
  };
}

function renderText(text: string, given: GivenPart | undefined): string {
  return fillText(text, given?.parameters ?? []);
}

function endOf(offer: GivenPart | undefined): { endsAt: Date } | undefined {
  const ms = toNumber(dig(offer?.parameters[0], 'limited_time_offer', 'expiration_time_ms'));
  const endsAt = new Date(ms);
  return Number.isNaN(endsAt.getTime()) ? undefined : { endsAt };
}
