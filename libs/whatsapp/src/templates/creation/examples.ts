import { type Check, list, object, optional, record, type Rule, text } from '../../payloads/check.ts';
import { dig, isObject, isString, itemsOf, type JsonObject } from '../../payloads/json.ts';
import { variablesOf } from './variables.ts';

/** The two parts of a template whose text has variables. */
type Part = 'body' | 'header';
type Examples = { values: unknown[] } | { named: [name: string, example: unknown][] };

const values = list(text(), { min: 0, of: 'examples' });

const metaValues: Check = (value, place) => {
  if (isString(value)) return text()(value, place);
  if (itemsOf(value).some(Array.isArray)) list(values, { max: 1, of: 'sets of examples' })(value, place);
  else values(value, place);
};

const metaNamed = list(object({ param_name: text(), example: text() }), { min: 0, of: 'examples' });

const shorthand: Check = (value, place) => (isObject(value) ? record(text()) : values)(value, place);

/** Fields of a component that show what its variables may stand for: Meta's `example`, or our `examples`, an array or an object by name. */
export const exampleFields = (part: Part): Record<string, Check> => ({
  example: optional(
    object({
      [`${part}_text`]: optional(metaValues),
      [`${part}_text_named_params`]: optional(metaNamed),
    }),
  ),
  examples: optional(shorthand),
});

/** One example for every variable of the component's `text`. */
export const exampleForEach =
  (part: Part): Rule<JsonObject> =>
  (component, place) => {
    if (!isString(component.text)) return;
    if (component.example !== undefined && component.examples !== undefined) {
      return place.at('examples').refuse('cannot be given together with example');
    }
    const { names, format } = variablesOf(component.text);
    const given = readExamples(component, part);
    const at = component.examples === undefined ? place.at('example') : place.at('examples');
    if (format === 'none') {
      if (countOf(given) > 0) at.refuse('the text has no variables; leave it out');
    } else if (format === 'named') {
      const known = given && 'named' in given ? given.named.map(([name]) => name) : [];
      const missing = names.filter((name) => !known.includes(name));
      const unknown = known.filter((name) => !names.includes(name));
      if (missing.length > 0) at.refuse(`needs an example for each named variable; missing: ${missing.join(', ')}`);
      if (unknown.length > 0) at.refuse(`has examples for what is not in the text: ${unknown.join(', ')}`);
    } else if (format === 'positional') {
      const count = given && 'values' in given ? given.values.length : 0;
      if (count !== names.length) {
        at.refuse(`needs one example for each variable, in their order: ${names.length}, this has ${count}`);
      }
    }
  };

/** The component with its examples as Meta wants them. */
export function expandExamples(component: JsonObject, part: Part): JsonObject {
  const { example: _example, examples: _examples, ...rest } = component;
  const given = readExamples(component, part);
  if (countOf(given) === 0) return rest;
  return { ...rest, example: toMeta(given!, part) };
}

function readExamples({ example, examples }: JsonObject, part: Part): Examples | undefined {
  if (Array.isArray(examples)) return { values: examples };
  if (isObject(examples)) return { named: Object.entries(examples) };
  const named = dig(example, `${part}_text_named_params`);
  if (itemsOf(named).length > 0) {
    return { named: itemsOf(named).map((each) => [String(dig(each, 'param_name')), dig(each, 'example')]) };
  }
  const given = dig(example, `${part}_text`);
  if (isString(given)) return { values: [given] };
  const [first] = itemsOf(given);
  return given === undefined ? undefined : { values: Array.isArray(first) ? first : itemsOf(given) };
}

function countOf(given: Examples | undefined): number {
  if (!given) return 0;
  return 'named' in given ? given.named.length : given.values.length;
}

function toMeta(given: Examples, part: Part): JsonObject {
  if ('named' in given) {
    return { [`${part}_text_named_params`]: given.named.map(([param_name, example]) => ({ param_name, example })) };
  }
  return { [`${part}_text`]: part === 'body' ? [given.values] : given.values };
}
