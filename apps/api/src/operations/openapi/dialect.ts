import type { Schema } from './json-schema.ts';

/** The words of OpenAPI 3.0, in which the decorators are written, as 3.1 has them: those of JSON Schema 2020-12. */
export function toJsonSchema({ nullable, example, ...schema }: Schema): Schema {
  const whole = example === undefined ? schema : { ...schema, examples: [example] };
  return nullable === true ? orNull(ofBytes(whole)) : ofBytes(whole);
}

function ofBytes(schema: Schema): Schema {
  if (schema.format !== 'binary') return schema;
  const { type: _type, format: _format, ...rest } = schema;
  return { ...rest, contentMediaType: 'application/octet-stream' };
}

function orNull(schema: Schema): Schema {
  const { type, enum: values, allOf, oneOf, $ref, ...rest } = schema;
  if (typeof type === 'string') {
    return { ...rest, type: [type, 'null'], ...(Array.isArray(values) && { enum: [...(values as unknown[]), null] }) };
  }
  if (Array.isArray(oneOf)) return { ...rest, oneOf: [...(oneOf as Schema[]), { type: 'null' }] };
  const one = $ref ? { $ref } : Array.isArray(allOf) && allOf.length === 1 ? (allOf[0] as Schema) : { allOf };
  return { ...rest, anyOf: [one, { type: 'null' }] };
}
