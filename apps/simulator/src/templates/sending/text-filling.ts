import { GraphError } from '../../graph-error.ts';
import { placeholdersOf, replacePlaceholders } from '../template.ts';
import type { SendContext } from './send-context.ts';
import type { Parameter } from './template-object.ts';

export interface TextPart {
  /** `header`, `body`; of a card with its place. */
  part: string;
  pattern: string;
  /** Longest text after filling. */
  limit: number;
  parameters: Parameter[];
}

const TEXTUAL = ['text', 'currency', 'date_time'];

/** @throws GraphError 132000 by count, 132005 by length, 132012 or 132018 by value */
export function fillText({ part, pattern, limit, parameters }: TextPart, send: SendContext): string {
  const places = placeholdersOf(pattern);
  if (places.length !== parameters.length) {
    const counts = `number of localizable_params (${parameters.length}) does not match the expected number of params (${places.length})`;
    throw new GraphError(132000, `${part}: ${counts}`);
  }
  const values = send.isNamed ? byName(parameters, places, part, send) : byPlace(parameters, places, part, send);
  const filled = replacePlaceholders(pattern, (place) => values.get(place) ?? '');
  if (filled.length > limit) throw new GraphError(132005, `${part}: text is longer than ${limit} characters`);
  return filled;
}

function byName(given: Parameter[], places: string[], part: string, send: SendContext): Map<string, string> {
  const values = new Map<string, string>();
  for (const one of given) {
    const name = one.parameter_name;
    if (name === undefined) throw send.badParameter(`${part}: parameter name is missing or empty`);
    if (!places.includes(name)) throw send.badParameter(`${part}: the template has no parameter ${name}`);
    if (values.has(name)) throw send.badParameter(`${part}: parameter ${name} is given twice`);
    values.set(name, textOf(one, part, send));
  }
  return values;
}

function byPlace(given: Parameter[], places: string[], part: string, send: SendContext): Map<string, string> {
  // {{2}} may come before {{1}} in the text: the parameters come by number.
  const inOrder = [...places].sort((a, b) => Number(a) - Number(b));
  return new Map(
    given.map((one, index) => {
      if (one.parameter_name !== undefined) throw send.badParameter(`${part}: the template has no named parameters`);
      return [inOrder[index] ?? '', textOf(one, part, send)];
    }),
  );
}

function textOf(parameter: Parameter, part: string, send: SendContext): string {
  if (!TEXTUAL.includes(parameter.type)) {
    throw new GraphError(132012, `${part}: a ${parameter.type} parameter cannot fill a text`);
  }
  const value = parameter[parameter.type];
  const shown = typeof value === 'string' ? value : String((value as { fallback_value: string }).fallback_value);
  refuseUnreadable(shown, part, send);
  return shown;
}

/** @throws GraphError 132012 or 132018 for a value that no template takes */
export function refuseUnreadable(value: string, part: string, send: SendContext): void {
  if (value.trim() === '') throw send.badParameter(`${part}: a parameter must not be empty`);
  if (/[\n\r\t]| {5}/.test(value)) {
    throw send.badParameter(
      `${part}: a parameter cannot have new-line/tab characters or more than 4 consecutive spaces`,
    );
  }
}
