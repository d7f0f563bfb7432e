import type { WhatsAppTemplate } from '#messages';

import type { TemplateButton, TemplateComponent } from '../cloud-api/index.ts';
import { placeholders } from './placeholders.ts';

/** A text that is filled, with the variables in the order their values are given. */
export interface TextForm {
  text: string;
  places: readonly string[];
  /** How often one value comes at most. */
  repeats: number;
  /** Characters that it may have once it is filled. */
  longest: number;
}

export type HeaderForm = { format: 'TEXT'; text: TextForm } | { format: string; text?: undefined };

export interface ButtonForm {
  /** Meta's word in the template: URL, QUICK_REPLY, COPY_CODE… */
  type: string;
  /** Its word in a send; undefined for one that takes nothing. */
  subType: string | undefined;
  /** Whether every send has to give it something. */
  isNeeded: boolean;
  label: string | undefined;
  /** URL buttons. */
  url: TextForm | undefined;
  phoneNumber: string | undefined;
}

/** What can be filled in a template, and in each card of its carousel. */
export interface PartsForm {
  body: TextForm | undefined;
  header: HeaderForm | undefined;
  buttons: ButtonForm[];
}

/** What Meta approved, read once for all the sends of a template. */
export interface TemplateForm extends PartsForm {
  name: string;
  isNamed: boolean;
  body: TextForm;
  footer: string | undefined;
  cards: PartsForm[];
  offer: { text: string | undefined; expires: boolean } | undefined;
  /** It carries a one-time code, which the body shows and the button copies. */
  isOneTimeCode: boolean;
}

type FormSource = Pick<WhatsAppTemplate, 'templateName' | 'parameterFormat' | 'bodyText' | 'components'>;

const LONGEST_BODY = 1024;
const LONGEST_BODY_OF_OFFER = 600;
const LONGEST_CARD_BODY = 160;
const LONGEST_HEADER = 60;
const LONGEST_URL = 2000;

/** What a button is called in a send; null: it takes nothing there. Meta may know others, and those are left to Meta. */
const SUB_TYPES = new Map<string, string | null>([
  ['URL', 'url'],
  ['OTP', 'url'],
  ['QUICK_REPLY', 'quick_reply'],
  ['COPY_CODE', 'copy_code'],
  ['FLOW', 'flow'],
  ['CATALOG', 'catalog'],
  ['MPM', 'mpm'],
  ['VOICE_CALL', 'voice_call'],
  ['ORDER_DETAILS', 'order_details'],
  ['PHONE_NUMBER', null],
  ['SPM', null],
]);
/** A flow is named in each send, even where nothing is given to it. */
const ALWAYS_GIVEN = ['OTP', 'COPY_CODE', 'FLOW', 'MPM', 'ORDER_DETAILS'];

/** Meta lists an authentication template's button as a link to its own page for codes. */
const CODE_URL = /^https:\/\/(www\.)?whatsapp\.com\/otp\//;

/** Meta's own words, where its list leaves them out. */
const CODE_BODY = '*{{1}}* is your verification code.';
const CODE_ADVICE = ' For your security, do not share this code.';

const forms = new WeakMap<object, TemplateForm>();

/** What a send of this template has to give. */
export function formOf(template: FormSource): TemplateForm {
  const known = forms.get(template);
  if (known) return known;
  const form = readForm(template);
  forms.set(template, form);
  return form;
}

function readForm({ templateName, parameterFormat, bodyText, components }: FormSource): TemplateForm {
  const all = components as TemplateComponent[];
  const { header, buttons } = readParts(all, LONGEST_BODY);
  const offer = partOf(all, 'LIMITED_TIME_OFFER')?.limited_time_offer as OfferDefinition | undefined;
  const isOneTimeCode = buttons.some(({ type, url }) => type === 'OTP' || (url && CODE_URL.test(url.text)));
  const text = bodyText === '' && isOneTimeCode ? codeBody(all) : bodyText;
  return {
    name: templateName,
    isNamed: parameterFormat === 'NAMED',
    header,
    body: textForm(text, offer ? LONGEST_BODY_OF_OFFER : LONGEST_BODY),
    footer: footerOf(all),
    buttons,
    cards: (partOf(all, 'CAROUSEL')?.cards ?? []).map((card) => readParts(card.components, LONGEST_CARD_BODY)),
    offer: offer && { text: offer.text, expires: offer.has_expiration === true },
    isOneTimeCode,
  };
}

interface OfferDefinition {
  text?: string;
  has_expiration?: boolean;
}

function readParts(components: TemplateComponent[], longestBody: number): PartsForm {
  const body = partOf(components, 'BODY');
  return {
    body: body && textForm(body.text ?? '', longestBody),
    header: headerForm(partOf(components, 'HEADER')),
    buttons: (partOf(components, 'BUTTONS')?.buttons ?? []).map(buttonForm),
  };
}

function headerForm(header: TemplateComponent | undefined): HeaderForm | undefined {
  if (!header) return undefined;
  const format = wordOf(header.format ?? 'TEXT');
  return format === 'TEXT' ? { format: 'TEXT', text: textForm(header.text ?? '', LONGEST_HEADER) } : { format };
}

function buttonForm(button: TemplateButton): ButtonForm {
  const type = wordOf(button.type);
  const url = button.url === undefined ? undefined : textForm(button.url, LONGEST_URL);
  const subType = SUB_TYPES.get(type);
  return {
    type,
    subType: subType === null ? undefined : (subType ?? type.toLowerCase()),
    isNeeded: ALWAYS_GIVEN.includes(type) || (url !== undefined && url.places.length > 0),
    label: button.text,
    url,
    phoneNumber: button.phone_number,
  };
}

function textForm(text: string, longest: number): TextForm {
  const places = placeholders(text);
  const repeats = Math.max(1, ...places.map((name) => occurrences(text, name)));
  return { text, places, repeats, longest };
}

function occurrences(text: string, name: string): number {
  return Array.from(text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)).filter(([, one]) => one === name).length;
}

function footerOf(components: TemplateComponent[]): string | undefined {
  const footer = partOf(components, 'FOOTER');
  const minutes = footer?.code_expiration_minutes as number | undefined;
  return footer?.text ?? (minutes === undefined ? undefined : `This code expires in ${minutes} minutes.`);
}

function codeBody(components: TemplateComponent[]): string {
  return CODE_BODY + (partOf(components, 'BODY')?.add_security_recommendation === true ? CODE_ADVICE : '');
}

function partOf(components: TemplateComponent[], type: string): TemplateComponent | undefined {
  return components.find((one) => wordOf(one.type) === type);
}

function wordOf(word: unknown): string {
  return String(word).toUpperCase();
}
