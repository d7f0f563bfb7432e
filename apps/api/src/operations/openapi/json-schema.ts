import type { OpenAPIObject } from '@nestjs/swagger';

/** A schema as JSON Schema 2020-12 has it, or as the decorators still write it. */
export type Schema = Record<string, unknown>;

export type PathItem = OpenAPIObject['paths'][string];
export type Operation = NonNullable<PathItem['get']> & Record<`x-${string}`, unknown>;

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;
/** Keywords whose value is a schema, a list of them, or schemas by name. */
const NESTED = ['items', 'additionalProperties', 'not', 'propertyNames', 'contains'];
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const MAPS = ['properties', 'patternProperties', '$defs'];

export function operationsOf(document: OpenAPIObject): { path: string; method: string; operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method] as Operation | undefined;
      return operation ? [{ path, method, operation }] : [];
    }),
  );
}

/** Every place of a document where a schema stands, changed by `change` from the inside out. */
export function changeSchemas(document: OpenAPIObject, change: (schema: Schema) => Schema): void {
  const schemas = (document.components?.schemas ?? {}) as Record<string, Schema>;
  for (const [name, schema] of Object.entries(schemas)) schemas[name] = changeSchema(schema, change);
  for (const { operation } of operationsOf(document)) {
    const holders = [
      ...(operation.parameters ?? []),
      ...contentsOf(operation.requestBody),
      ...Object.values(operation.responses).flatMap(contentsOf),
    ] as { schema?: Schema }[];
    for (const holder of holders) if (holder.schema) holder.schema = changeSchema(holder.schema, change);
  }
}

export function changeSchema(schema: Schema, change: (schema: Schema) => Schema): Schema {
  const inside = (value: unknown): unknown => (isSchema(value) ? changeSchema(value, change) : value);
  const copy = { ...schema };
  for (const key of NESTED) if (key in copy) copy[key] = inside(copy[key]);
  for (const key of LISTS) if (Array.isArray(copy[key])) copy[key] = copy[key].map(inside);
  for (const key of MAPS) {
    if (!isSchema(copy[key])) continue;
    copy[key] = Object.fromEntries(Object.entries(copy[key]).map(([name, value]) => [name, inside(value)]));
  }
  return change(copy);
}

/** The media types of a body or an answer. */
export function contentsOf(holder: unknown): Record<string, unknown>[] {
  const { content = {} } = (holder ?? {}) as { content?: Record<string, Record<string, unknown>> };
  return Object.values(content);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
