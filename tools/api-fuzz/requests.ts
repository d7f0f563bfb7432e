import type { OpenAPIObject } from '@nestjs/swagger';

import { type Operation, operationsOf } from '../../apps/api/src/operations/openapi/json-schema.ts';
import type { Random } from '../chaos/random.ts';
import { type Parameter, parametersOf } from '../openapi/example-request.ts';
import { bodyOf } from './bodies.ts';
import type { KnownIds } from './known-ids.ts';
import { ODD_HEADERS, ODD_TYPES, oddText, sampleOf, uuid } from './values.ts';

export interface FuzzRequest {
  /** What it is, for the report. */
  name: string;
  method: string;
  /** With the query, as it goes over the wire. */
  path: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
  /** Undefined: no operation takes this method. */
  operation: Operation | undefined;
}

const ODD_METHODS = ['HEAD', 'OPTIONS', 'TRACE', 'PUT', 'PATCH', 'DELETE', 'POST', 'PROPFIND'];

/** Makes requests out of the description: right, wrong and hostile ones. The same chance gives the same request. */
export class RequestMaker {
  private readonly operations;

  constructor(
    private readonly document: OpenAPIObject,
    private readonly known: KnownIds,
    private readonly key: string,
    private readonly tenantId: string,
  ) {
    this.operations = operationsOf(document);
  }

  make(random: Random): FuzzRequest {
    const { path, method: own, operation } = random.pick(this.operations);
    const isOdd = random.chance(0.04);
    const method = isOdd ? random.pick(ODD_METHODS) : own.toUpperCase();
    const parameters = parametersOf(this.document, operation);
    const body = isOdd ? undefined : bodyOf(operation, random, (example) => this.forTenant(example));
    return {
      name: `${method} ${path}${body ? `, ${body.name}` : ''}`,
      method,
      path: this.fill(path, random) + this.query(parameters, random),
      headers: { ...this.headers(parameters, random), ...(body && typeHeader(body.type, random)) },
      body: body?.bytes,
      operation: method === 'HEAD' && own === 'get' ? operation : this.operationAt(path, method),
    };
  }

  private operationAt(path: string, method: string): Operation | undefined {
    return this.operations.find((one) => one.path === path && one.method === method.toLowerCase())?.operation;
  }

  private fill(path: string, random: Random): string {
    return path.replace(/\{\w+\}/g, (_, at: number) => {
      if (random.chance(0.6)) return this.known.pick(path.slice(0, at - 1), random) ?? uuid(random);
      return random.chance(0.5) ? uuid(random) : oddText(random) || 'none';
    });
  }

  private query(parameters: Parameter[], random: Random): string {
    const asked = parameters.filter((parameter) => parameter.in === 'query' && random.chance(0.4));
    const parts = asked.flatMap(({ name, schema = {} }) => {
      if (name === 'tenant_id' && random.chance(0.8)) return [`tenant_id=${this.tenantId}`];
      const right = () => encodeURIComponent(sampleOf(schema, random));
      if (random.chance(0.7)) return [`${name}=${right()}`];
      return random.pick([
        [`${name}=${oddText(random)}`],
        [`${name}=${right()}`, `${name}=${right()}`],
        [`${name}[]=${right()}`],
        [`${name}[a][b]=${oddText(random)}`],
        [`${name}`],
      ]);
    });
    if (random.chance(0.05)) parts.push(random.pick(['nobody=knows', '__proto__[a]=1', '&&&', 'a=b;c=d', '%FF=%FF']));
    return parts.length > 0 ? `?${parts.join('&')}` : '';
  }

  private headers(parameters: Parameter[], random: Random): Record<string, string> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.key}` };
    if (random.chance(0.04)) headers.authorization = random.pick(ODD_HEADERS);
    for (const { name } of parameters.filter((parameter) => parameter.in === 'header')) {
      if (random.chance(0.3))
        headers[name.toLowerCase()] = random.pick([...ODD_HEADERS, 'wait=0', `key-${uuid(random)}`]);
    }
    for (const name of ['x-request-id', 'accept', 'x-api-key', 'content-encoding', 'if-none-match', 'range']) {
      if (random.chance(0.02)) headers[name] = random.pick(ODD_HEADERS);
    }
    return headers;
  }

  /** An example speaks of nobody: as it stands it is for the tenant that is asked for. */
  private forTenant(example: object): object {
    const { data } = example as { data?: object };
    return data
      ? { ...example, data: { ...data, tenant_id: this.tenantId } }
      : { ...example, tenant_id: this.tenantId };
  }
}

function typeHeader(type: string, random: Random): Record<string, string> {
  return { 'content-type': random.chance(0.05) ? random.pick(ODD_TYPES) : type };
}
