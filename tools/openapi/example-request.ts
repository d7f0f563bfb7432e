import type { OpenAPIObject } from '@nestjs/swagger';

import { contentsOf, type Operation, type Schema } from '../../apps/api/src/operations/openapi/json-schema.ts';

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema?: Schema;
  example?: unknown;
}

export function parametersOf(document: OpenAPIObject, { parameters = [] }: Operation): Parameter[] {
  return parameters.map((parameter) => {
    const name = '$ref' in parameter ? parameter.$ref.split('/').at(-1)! : undefined;
    return (name ? document.components!.parameters![name] : parameter) as Parameter;
  });
}

/** `/messages/{id}` with the values of its parameters; undefined where one is missing. */
export function fillPath(path: string, values: Record<string, string>): string | undefined {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  if (names.some((name) => values[name] === undefined)) return undefined;
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name]!));
}

/** The bodies that the document gives as examples. */
export function examplesOf({ requestBody }: Operation): unknown[] {
  return contentsOf(requestBody).flatMap(({ example, examples = {} }) => {
    const named = Object.values(examples as Record<string, { value: unknown }>).map(({ value }) => value);
    return example === undefined ? named : [example, ...named];
  });
}

/** Whether the body is a form with a file. */
export function takesFile({ requestBody }: Operation): boolean {
  const { content = {} } = (requestBody ?? {}) as { content?: object };
  return 'multipart/form-data' in content;
}
