import type { JsonObject } from './checks.ts';
import { GraphError } from './graph-error.ts';
import { placeholdersOf, type Template, type TemplateButton } from './template.ts';
import type { TemplateStore } from './template-store.ts';

/** What `templateObject` let through. */
interface Parameter extends JsonObject {
  type: string;
  parameter_name?: string;
}
interface Component {
  type: string;
  sub_type?: string;
  index?: string | number;
  parameters?: Parameter[];
  cards?: unknown[];
}

/** A template that can go out, with its body as the customer reads it. */
export interface FilledTemplate {
  template: Template;
  text: string;
}

/**
 * @param apiVersion decides the code of a bad parameter: v23 split 132018 off 132012
 * @throws GraphError 132000, 132001, 132005, 132012, 132015, 132016, 132018
 */
export function fillTemplate(content: JsonObject, store: TemplateStore, apiVersion: number): FilledTemplate {
  const {
    name,
    language,
    components = [],
  } = content as unknown as {
    name: string;
    language: { code: string };
    components?: Component[];
  };
  const template = sendable(store.find(name, language.code), name, language.code);
  const badParameter = (details: string): GraphError => new GraphError(apiVersion >= 23 ? 132018 : 132012, details);
  const given = (type: string): Component[] => components.filter((one) => one.type.toLowerCase() === type);
  const parametersOf = (type: string): Parameter[] => given(type).flatMap((one) => one.parameters ?? []);

  const fill = (part: string, pattern: string, parameters: Parameter[], limit: number): string => {
    const filled = fillText({ part, pattern, parameters, template, badParameter });
    if (filled.length > limit) throw new GraphError(132005, `${part}: text is longer than ${limit} characters`);
    return filled;
  };

  const header = template.components.find((one) => one.type === 'HEADER');
  if (header?.format && header.format !== 'TEXT') checkMediaHeader(header.format, parametersOf('header'));
  else fill('header', header?.text ?? '', parametersOf('header'), 60);

  const buttons = template.components.find((one) => one.type === 'BUTTONS')?.buttons ?? [];
  checkButtons(buttons, given('button'), badParameter);

  const cards = template.components.find((one) => one.type === 'CAROUSEL')?.cards ?? [];
  const givenCards = given('carousel').flatMap((one) => one.cards ?? []);
  if (cards.length !== givenCards.length) {
    throw new GraphError(132012, `carousel: ${givenCards.length} cards given, the template has ${cards.length}`);
  }
  const body = template.components.find((one) => one.type === 'BODY');
  return { template, text: fill('body', body?.text ?? '', parametersOf('body'), 1024) };
}

function sendable(template: Template | undefined, name: string, language: string): Template {
  if (template?.status === 'PAUSED') throw new GraphError(132015, `Template ${name} is paused for low quality`);
  if (template?.status === 'DISABLED') throw new GraphError(132016, `Template ${name} is disabled`);
  if (!template || !['APPROVED', 'FLAGGED'].includes(template.status)) {
    throw new GraphError(132001, `template name (${name}) does not exist in ${language}`);
  }
  return template;
}

interface TextPart {
  part: string;
  pattern: string;
  parameters: Parameter[];
  template: Template;
  badParameter: (details: string) => GraphError;
}

function fillText({ part, pattern, parameters, template, badParameter }: TextPart): string {
  const places = placeholdersOf(pattern);
  if (places.length !== parameters.length) {
    const counts = `number of localizable_params (${parameters.length}) does not match the expected number of params (${places.length})`;
    throw new GraphError(132000, `${part}: ${counts}`);
  }
  const isNamed = template.parameter_format === 'NAMED';
  const values = new Map<string, string>();
  for (const [index, one] of parameters.entries()) {
    if (isNamed && one.parameter_name === undefined) throw badParameter(`${part}: parameter name is missing or empty`);
    if (!isNamed && one.parameter_name !== undefined)
      throw badParameter(`${part}: the template has no named parameters`);
    values.set(one.parameter_name ?? String(places[index]), textOf(one, part, badParameter));
  }
  return pattern.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, place: string) => {
    const value = values.get(place);
    if (value === undefined) throw badParameter(`${part}: parameter ${place} is missing`);
    return value;
  });
}

function textOf(parameter: Parameter, part: string, badParameter: (details: string) => GraphError): string {
  if (!['text', 'currency', 'date_time'].includes(parameter.type)) {
    throw new GraphError(132012, `${part}: a ${parameter.type} parameter cannot fill a text`);
  }
  const value = parameter[parameter.type];
  const shown = typeof value === 'string' ? value : String((value as { fallback_value: string }).fallback_value);
  if (shown.trim() === '') throw badParameter(`${part}: a parameter must not be empty`);
  if (/[\n\r\t]| {5}/.test(shown)) {
    throw badParameter(`${part}: a parameter cannot have new-line/tab characters or more than 4 consecutive spaces`);
  }
  return shown;
}

function checkMediaHeader(format: string, parameters: Parameter[]): void {
  const type = parameters[0]?.type;
  if (parameters.length !== 1 || type?.toUpperCase() !== format) {
    throw new GraphError(132012, `header: expected one parameter of type ${format}, received ${type ?? 'none'}`);
  }
}

function checkButtons(
  buttons: TemplateButton[],
  given: Component[],
  badParameter: (details: string) => GraphError,
): void {
  for (const one of given) {
    const button = buttons[Number(one.index ?? 0)];
    const expected = button?.type === 'OTP' ? 'URL' : button?.type;
    if (!expected || one.sub_type?.toUpperCase() !== expected) {
      throw badParameter(`buttons: no ${one.sub_type} button at index ${one.index ?? 0}`);
    }
  }
  for (const [index, button] of buttons.entries()) {
    const isVariable = button.type === 'COPY_CODE' || button.type === 'OTP' || button.url?.includes('{{') === true;
    const parameters = given.find((one) => Number(one.index ?? 0) === index)?.parameters ?? [];
    if (isVariable && parameters.length !== 1) {
      throw new GraphError(131008, `buttons: button at index ${index} of type ${button.type} requires a parameter`);
    }
  }
}
