import type { INestApplicationContext } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

import type { Access } from '#tenants';

import { operationIdOf, readAccess } from './access.ts';
import { closeRequests } from './closed-requests.ts';
import { sharedComponents } from './components.ts';
import { toJsonSchema } from './dialect.ts';
import { addExamples } from './examples.ts';
import { changeSchemas, operationsOf } from './json-schema.ts';
import { describeOperation } from './operations.ts';

const DESCRIPTION = `Self-hosted WhatsApp Business messaging.

Errors are \`application/problem+json\` (RFC 9457), also those that no route answers: 404 \`route-not-found\`, 405
\`method-not-allowed\` with \`Allow\`, 431 \`headers-too-large\`. Lists are newest first; \`paging.next_cursor\` of one page
is \`cursor\` of the next. Tenants' keys see their tenant alone; a platform key names the tenant in \`tenant_id\`.

Programs send an API key. People sign in (\`/api/v1/auth\`) and have a cookie in its place, with the scopes of their role; what
they change takes the header \`X-CSRF-Token\` as well, and comes from a page of the same origin (\`Sec-Fetch-Site\` or
\`Origin\`). Keys with a limit are told in \`RateLimit\` what remains of it.

Not described here: \`/docs\`, which shows this document.`;

/** The description of every route: what the decorators say, and what follows from it for all routes alike. */
export function createOpenApiDocument(app: INestApplicationContext): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle('Palomar')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addServer('/')
    .build();
  const document = SwaggerModule.createDocument(app as never, description, { operationIdFactory: operationIdOf });
  return finish(document, readAccess(app));
}

function finish(document: OpenAPIObject, access: Map<string, Access>): OpenAPIObject {
  changeSchemas(document, toJsonSchema);
  document.components = merge(document.components ?? {}, sharedComponents());
  for (const { method, operation } of operationsOf(document)) {
    // A handler under several paths is numbered: `health_ready[1]`.
    const [handler = '', more] = operation.operationId!.split(/[[\]]/);
    operation.operationId = more ? `${handler}_${more}` : handler;
    describeOperation(method, operation, access.get(handler)!);
  }
  closeRequests(document);
  addExamples(document);
  return document;
}

function merge(components: object, shared: Record<string, object>): object {
  const given = components as Record<string, object>;
  const names = new Set([...Object.keys(given), ...Object.keys(shared)]);
  return Object.fromEntries([...names].map((name) => [name, { ...given[name], ...shared[name] }]));
}
