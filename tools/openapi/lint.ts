import type { OpenAPIObject } from '@nestjs/swagger';
import { Validator } from '@seriousme/openapi-schema-validator';

import {
  contentsOf,
  type Operation,
  operationsOf,
  type Schema,
} from '../../apps/api/src/operations/openapi/json-schema.ts';
import { SchemaChecker } from './schema-checker.ts';

type Rule = (operation: Operation, document: OpenAPIObject, checker: SchemaChecker) => string[];

/** What is wrong with the document, a sentence each: as OpenAPI 3.1, and by our own rules. */
export async function lint(document: OpenAPIObject): Promise<string[]> {
  const { valid, errors } = await new Validator().validate(structuredClone(document) as never);
  if (!valid) return [`not OpenAPI 3.1: ${JSON.stringify(errors)}`];
  const checker = new SchemaChecker(document);
  const faults = operationsOf(document).flatMap(({ path, method, operation }) =>
    RULES.flatMap((rule) => rule(operation, document, checker)).map((fault) => `${method} ${path}: ${fault}`),
  );
  return [...faults, ...repeatedIds(document)];
}

const isDescribed: Rule = ({ summary, tags = [] }) => [
  ...(summary ? [] : ['has no summary; add @ApiOperation({ summary })']),
  ...(tags.length > 0 ? [] : ['has no tag; add @ApiTags to its controller']),
];

/** A JSON answer without a schema promises nothing. */
const answersAreDescribed: Rule = ({ responses }) =>
  Object.entries(responses as Record<string, object>).flatMap(([status, answer]) => {
    if (!/^2/.test(status) || status === '204') return [];
    const contents = contentsOf(answer);
    if (contents.length === 0)
      return [`says nothing of the body of its ${status}; give the response a type or a schema`];
    return contents.some(({ schema }) => !schema) ? [`has no schema for its ${status}`] : [];
  });

const bodiesAreDescribed: Rule = ({ requestBody }) =>
  contentsOf(requestBody).flatMap(({ schema }) => (schema ? [] : ['has a body without a schema; add @ApiBody']));

const examplesAreTrue: Rule = ({ requestBody, responses }, document, checker) =>
  [
    ...contentsOf(requestBody),
    ...Object.values(responses as Record<string, object>).flatMap((answer) => contentsOf(resolve(document, answer))),
  ]
    .filter(({ schema }) => schema)
    .flatMap(({ schema, example, examples = {} }) => {
      const all = [
        ...(example === undefined ? [] : [example]),
        ...Object.values(examples as Record<string, { value: unknown }>).map(({ value }) => value),
      ];
      if (all.length === 0) return ['has a body without an example'];
      return all.flatMap((one) =>
        checker.faultsOf(schema as Schema, one).map((fault) => `has an example where ${fault}`),
      );
    });

const RULES = [isDescribed, answersAreDescribed, bodiesAreDescribed, examplesAreTrue];

function repeatedIds(document: OpenAPIObject): string[] {
  const ids = operationsOf(document).map(({ operation }) => operation.operationId);
  return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `two operations are called ${id}`);
}

function resolve(document: OpenAPIObject, answer: object): object {
  const { $ref } = answer as { $ref?: string };
  return $ref ? document.components!.responses![$ref.split('/').at(-1)!]! : answer;
}
