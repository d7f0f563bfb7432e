import type { OpenAPIObject } from '@nestjs/swagger';

import type { Operation, Schema } from '../../apps/api/src/operations/openapi/json-schema.ts';
import { SchemaChecker } from './schema-checker.ts';

export interface Answer {
  status: number;
  headers: Headers;
  body: string;
}

interface DescribedHeader {
  $ref?: string;
  required?: boolean;
}

interface Described {
  headers?: Record<string, DescribedHeader>;
  content?: Record<string, { schema?: Schema }>;
}

/** Checks whether an answer is one that the description promises. */
export class AnswerChecker {
  private readonly schemas: SchemaChecker;

  constructor(private readonly document: OpenAPIObject) {
    this.schemas = new SchemaChecker(document);
  }

  /** What is wrong with it, a clause each. */
  faultsOf(operation: Operation, answer: Answer, method = 'GET'): string[] {
    const described = this.describedAs(operation, answer.status);
    if (!described) return [`${answer.status} is not described: ${answer.body.slice(0, 300)}`];
    const missing = Object.entries(described.headers ?? {})
      .filter(([name, header]) => this.isRequired(header) && !answer.headers.has(name))
      .map(([name]) => name);
    return [
      ...missing.map((name) => `${answer.status} without ${name}`),
      ...(method === 'HEAD' ? [] : this.faultsOfBody(described, answer)),
    ];
  }

  private isRequired({ $ref, required }: DescribedHeader): boolean | undefined {
    if (!$ref) return required;
    return (this.document.components?.headers?.[$ref.split('/').at(-1)!] as DescribedHeader).required;
  }

  private describedAs({ responses }: Operation, status: number): Described | undefined {
    const answer = (responses as Record<string, object>)[status] as { $ref?: string } | undefined;
    if (!answer?.$ref) return answer as Described | undefined;
    return this.document.components?.responses?.[answer.$ref.split('/').at(-1)!] as Described;
  }

  private faultsOfBody({ content = {} }: Described, { status, headers, body }: Answer): string[] {
    const types = Object.keys(content);
    if (types.length === 0) return body === '' ? [] : [`${status} with a body that is not described`];
    const type = headers.get('content-type')?.split(';')[0]?.trim() ?? '';
    const schema = content[type]?.schema;
    // A file is of its own type.
    if (!content[type]) return types.includes('application/octet-stream') ? [] : [`${status} as ${type}`];
    if (!/json$/.test(type) || !schema) return [];
    return this.schemas.faultsOf(schema, parse(body)).map((fault) => `${status} where ${fault}`);
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
