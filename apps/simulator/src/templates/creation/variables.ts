import { isObject } from '../../checks.ts';
import type { GraphError } from '../../graph-error.ts';
import { type ParameterFormat, placeholdersOf, type TemplateComponent } from '../template.ts';
import { missingField } from './refusals.ts';

/** The fields that hold the examples of a text. */
interface ExampleFields {
  positional: 'body_text' | 'header_text';
  named: 'body_text_named_params' | 'header_text_named_params';
}

/** `{{1}}`, `{{2}}`, … from 1 without a gap, or names; never both. */
export function checkVariables(text: string, format: ParameterFormat, wrong: (message: string) => GraphError): void {
  const places = placeholdersOf(text);
  if (/\{\{(?!\s*\w+\s*\}\})/.test(text)) throw wrong('Variables are written as {{1}} or {{name}}.');
  if (format === 'NAMED') {
    const bad = places.find((place) => !/^(?=.*[a-z])[a-z0-9_]+$/.test(place));
    if (bad) throw wrong(`The name of variable {{${bad}}} may hold lower-case letters, digits and _ only.`);
    return;
  }
  const numbers = places.map(Number).sort((a, b) => a - b);
  if (numbers.some((number, index) => number !== index + 1)) {
    throw wrong('Variables must be numbered {{1}}, {{2}} and so on, without a gap.');
  }
}

/** An example for each variable: a reviewer has to see what they stand for. */
export function checkExamples(component: TemplateComponent, format: ParameterFormat, fields: ExampleFields): void {
  const places = placeholdersOf(component.text ?? '');
  if (places.length === 0) return;
  const { example = {}, type } = component;
  const isComplete =
    format === 'NAMED'
      ? namesOf(example[fields.named]).join() === [...places].sort().join()
      : textsOf(example[fields.positional]).length === places.length;
  if (!isComplete) {
    throw missingField(type, `example.${format === 'NAMED' ? fields.named : fields.positional} for each variable`);
  }
}

/** Of a body in one more list: the samples of one message. */
function textsOf(examples: unknown): unknown[] {
  if (!Array.isArray(examples)) return [];
  const texts: unknown[] = Array.isArray(examples[0]) ? examples[0] : examples;
  return texts.filter((one) => typeof one === 'string' && one !== '');
}

function namesOf(examples: unknown): string[] {
  if (!Array.isArray(examples)) return [];
  return examples
    .filter((one) => isObject(one) && typeof one.example === 'string' && one.example !== '')
    .map(({ param_name }: { param_name?: unknown }) => String(param_name))
    .sort();
}
