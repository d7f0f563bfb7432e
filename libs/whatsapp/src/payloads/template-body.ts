import { dig, isObject, isString, itemsOf, lowerCase } from './json.ts';
import type { MessageContent } from './read-content.ts';

/** The values of a template's body as people read them, in the format that the template must have for them. */
export type BodyParameters =
  | { format: 'none'; values: [] }
  | { format: 'positional'; values: string[] }
  | { format: 'named'; values: Record<string, string> };

/** What a template message fills its body with; `none` for a message of another type. */
export function bodyParameters(content: MessageContent): BodyParameters {
  const body = itemsOf(dig(content.template, 'components')).find((each) => lowerCase(dig(each, 'type')) === 'body');
  return toBodyParameters(itemsOf(dig(body, 'parameters')));
}

/** The body text of a template with `{{1}}` or `{{name}}` filled in; a placeholder without a value stays as it is. */
export function renderBody(bodyText: string, content: MessageContent): string {
  return fill(bodyText, bodyParameters(content));
}

/** Any text of a template, filled with Meta's parameters. */
export function fillText(text: string, parameters: unknown[]): string {
  return fill(text, toBodyParameters(parameters));
}

/** The name of the variable that a parameter fills, where it says one. */
export function parameterName(parameter: unknown): string | undefined {
  const name = isObject(parameter) ? parameter.parameter_name : undefined;
  return isString(name) ? name : undefined;
}

/** A parameter as people read it in a text; empty for one that is no text. */
export function parameterText(parameter: unknown): string {
  if (!isObject(parameter)) return '';
  const type = lowerCase(parameter.type);
  const value = type === 'text' ? parameter.text : dig(parameter[type], 'fallback_value');
  return isString(value) ? value : '';
}

function toBodyParameters(parameters: unknown[]): BodyParameters {
  if (parameters.length === 0) return { format: 'none', values: [] };
  if (dig(parameters[0], 'parameter_name') === undefined)
    return { format: 'positional', values: parameters.map(parameterText) };
  const named = parameters.map((each) => [parameterName(each) ?? '', parameterText(each)] as const);
  return { format: 'named', values: Object.fromEntries(named) };
}

function fill(text: string, { format, values }: BodyParameters): string {
  return text.replace(/\{\{\s*(\w+)\s*\}\}/g, (placeholder, name: string) => {
    if (format === 'positional') return values[Number(name) - 1] ?? placeholder;
    return format === 'named' && Object.hasOwn(values, name) ? (values[name] ?? placeholder) : placeholder;
  });
}
