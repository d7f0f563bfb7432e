import type { OpenAPIObject } from '@nestjs/swagger';

import { changeSchema, contentsOf, operationsOf, type Schema } from './json-schema.ts';

/** Says of what a request may hold that nothing else is taken: an unknown field is an error, never ignored in silence. */
export function closeRequests(document: OpenAPIObject): void {
  const schemas = (document.components?.schemas ?? {}) as Record<string, Schema>;
  const seen = new Set<string>();
  const close = (schema: Schema): Schema => {
    const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1)! : undefined;
    if (name !== undefined && !seen.has(name)) {
      seen.add(name);
      schemas[name] = changeSchema(schemas[name]!, close);
    }
    return schema.properties && schema.additionalProperties === undefined
      ? { ...schema, additionalProperties: false }
      : schema;
  };
  for (const { operation } of operationsOf(document)) {
    for (const body of contentsOf(operation.requestBody)) {
      if (body.schema) body.schema = changeSchema(body.schema as Schema, close);
    }
  }
}
