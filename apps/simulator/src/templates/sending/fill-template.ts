import type { JsonObject } from '../../checks.ts';
import { GraphError } from '../../graph-error.ts';
import { componentOf, type Template } from '../template.ts';
import type { TemplateStore } from '../template-store.ts';
import { checkCode } from './authentication-code.ts';
import { fillCards } from './carousel-filling.ts';
import { fillOffer } from './offer-filling.ts';
import { type FilledParts, fillParts } from './parts-filling.ts';
import { givenOnce, parametersOf, sendContext } from './send-context.ts';
import type { GivenComponent, GivenTemplate } from './template-object.ts';

const LONGEST_BODY = 1024;
const LONGEST_BODY_OF_OFFER = 600;

/** A template that can go out, with everything as the customer reads it. */
export interface FilledTemplate {
  template: Template;
  parts: RenderedTemplate;
}

export interface RenderedTemplate extends FilledParts {
  limited_time_offer?: JsonObject;
  cards?: JsonObject[];
}

/** Where and when it is sent. */
export interface Sending {
  /** Decides the code of a bad parameter: v23 split 132018 off 132012. */
  apiVersion: number;
  /** Milliseconds since 1970. */
  now: number;
}

/** @throws GraphError 131008, 131009, 132000, 132001, 132005, 132012, 132015, 132016, 132018 */
export function fillTemplate(content: JsonObject, store: TemplateStore, { apiVersion, now }: Sending): FilledTemplate {
  const { name, language, components: given = [] } = content as unknown as GivenTemplate;
  const template = sendable(store.find(name, language.code), name, language.code);
  return { template, parts: filledParts(template, given, { apiVersion, now }) };
}

function filledParts(template: Template, given: GivenComponent[], { apiVersion, now }: Sending): RenderedTemplate {
  const { components } = template;
  const send = sendContext(template, apiVersion, now);
  const longestBody = send.hasOffer ? LONGEST_BODY_OF_OFFER : LONGEST_BODY;
  const parts = fillParts(components, given, { prefix: '', longestBody }, send);
  if (send.isAuthentication) checkCode(given, send);
  const givenCards = givenOnce(given, 'carousel')?.cards ?? [];
  const cards = fillCards(componentOf(components, 'CAROUSEL')?.cards ?? [], givenCards, send);
  const offer = fillOffer(
    componentOf(components, 'LIMITED_TIME_OFFER'),
    parametersOf(given, 'limited_time_offer'),
    send,
  );
  return { ...parts, ...(offer && { limited_time_offer: offer }), ...(cards.length > 0 && { cards }) };
}

function sendable(template: Template | undefined, name: string, language: string): Template {
  if (template?.status === 'PAUSED') throw new GraphError(132015, `Template ${name} is paused for low quality`);
  if (template?.status === 'DISABLED') throw new GraphError(132016, `Template ${name} is disabled`);
  if (!template || !['APPROVED', 'FLAGGED'].includes(template.status)) {
    throw new GraphError(132001, `template name (${name}) does not exist in ${language}`);
  }
  return template;
}
