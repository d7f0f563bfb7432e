import type { OpenAPIObject } from '@nestjs/swagger';

import { contentsOf, operationsOf, type Schema } from './json-schema.ts';

const OF_FORMAT: Record<string, string> = {
  uuid: '0192f0c1-2b3c-7d4e-8f50-6172839405a6',
  'date-time': '2026-11-26T09:00:00.000Z',
  email: 'ana@example.com',
  password: 'eight words nobody guesses',
};

/** Gives every JSON body an example, made of those of its fields, where nobody wrote one. */
export function addExamples(document: OpenAPIObject): void {
  for (const { operation } of operationsOf(document)) {
    for (const body of contentsOf(operation.requestBody)) addExample(document, body, isAsked);
    for (const answer of Object.values(operation.responses).flatMap(contentsOf)) addExample(document, answer, always);
  }
}

/** Of a field: whether an example shows it. */
type Shown = (name: string, field: Schema, schema: Schema) => boolean;

const always: Shown = () => true;
/** A request says what it must, and what somebody gave an example for. */
const isAsked: Shown = (name, field, { required = [] }) =>
  (required as string[]).includes(name) || field.examples !== undefined;

function addExample(document: OpenAPIObject, body: Record<string, unknown>, shown: Shown): void {
  if (!body.schema || body.example !== undefined || body.examples !== undefined) return;
  body.example = exampleOf(document, body.schema as Schema, shown);
}

function exampleOf(document: OpenAPIObject, schema: Schema, shown: Shown): unknown {
  const inside = (one: unknown) => exampleOf(document, one as Schema, shown);
  const { $ref, examples, anyOf, oneOf, allOf, const: only, enum: values, format, minimum } = schema;
  if (typeof $ref === 'string') return inside(document.components?.schemas?.[$ref.split('/').at(-1)!]);
  if (Array.isArray(examples)) return examples[0];
  if (schema.default !== undefined) return schema.default;
  if (only !== undefined) return only;
  if (Array.isArray(values)) return values[0];
  const [choice] = (anyOf ?? oneOf ?? allOf ?? []) as unknown[];
  if (choice) return inside(choice);

  const [type, orNull] = [schema.type].flat();
  if (orNull === 'null') return null;
  if (type === 'array') return [inside(schema.items)];
  if (type === 'object') return objectOf(schema, inside, shown);
  if (type === 'integer' || type === 'number') return minimum ?? 1;
  if (type === 'boolean') return true;
  return type === 'string' ? (OF_FORMAT[format as string] ?? 'text') : null;
}

function objectOf(schema: Schema, inside: (one: unknown) => unknown, shown: Shown): object {
  const fields = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
  return Object.fromEntries(
    fields.filter(([name, field]) => shown(name, field, schema)).map(([name, field]) => [name, inside(field)]),
  );
}
