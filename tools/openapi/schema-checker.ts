import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import { changeSchema, changeSchemas, type Schema } from '../../apps/api/src/operations/openapi/json-schema.ts';

/** Checks values against schemas of a document: strictly, so that a field nobody described is a fault. */
export class SchemaChecker {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, allowUnionTypes: true });
  private readonly compiled = new Map<Schema, ValidateFunction>();

  constructor(document: OpenAPIObject) {
    (addFormats as unknown as (ajv: Ajv2020) => void)(this.ajv);
    // Also of a host without a domain, such as admin@localhost.
    this.ajv.addFormat('email', /^[^\s@]+@[^\s@]+$/);
    const closed = structuredClone(document);
    changeSchemas(closed, close);
    this.ajv.addSchema({ $id: 'document', components: closed.components });
  }

  /** What is wrong with a value, a clause each. */
  faultsOf(schema: Schema, value: unknown): string[] {
    let check = this.compiled.get(schema);
    if (!check) {
      check = this.ajv.compile(changeSchema(schema, inDocument));
      this.compiled.set(schema, check);
    }
    if (check(value)) return [];
    return (check.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath || 'the whole'} ${message} ${JSON.stringify(params)}`,
    );
  }
}

function inDocument(schema: Schema): Schema {
  const { $ref } = schema;
  return close(typeof $ref === 'string' ? { ...schema, $ref: `document${$ref}` } : schema);
}

function close(schema: Schema): Schema {
  const isOpen = !schema.properties || schema.additionalProperties !== undefined || schema.allOf !== undefined;
  return isOpen ? schema : { ...schema, additionalProperties: false };
}
