import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';

import type { Access, Scope } from '#tenants';

import { type Operation, operationsOf } from '../../apps/api/src/operations/openapi/json-schema.ts';
import { AnswerChecker } from '../../tools/openapi/answer-checker.ts';
import { examplesOf, fillPath, parametersOf, takesFile } from '../../tools/openapi/example-request.ts';
import { aJpeg } from '../factories/files.ts';
import { PASSWORD } from '../factories/people.ts';
import { routeObjectAt } from '../factories/route-objects.ts';
import { eventually } from '../support/eventually.ts';
import { everyCaller, type RouteCaller } from '../support/route-callers.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const document = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8'),
) as OpenAPIObject;
/** What removes or replaces comes last, for others need what is there. */
const IN_ORDER = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'];
const ROUTES = operationsOf(document)
  .map(({ method, path, operation }) => ({
    method: method.toUpperCase(),
    path,
    operation,
    name: `${method.toUpperCase()} ${path}`,
    access: accessOf(operation),
  }))
  .sort((one, other) => IN_ORDER.indexOf(one.method) - IN_ORDER.indexOf(other.method));
type Route = (typeof ROUTES)[number];

function accessOf(operation: Operation): Access {
  if (operation.security?.length === 0) return 'public';
  return (operation['x-required-scope'] as Scope | undefined) ?? 'signed-in';
}

/** What anybody may ask. Another one is open only if it stands here. */
const PUBLIC = [
  'GET /api/v1/auth/methods',
  'GET /api/v1/auth/oidc',
  'GET /api/v1/auth/oidc/callback',
  'GET /api/v1/whatsapp/health',
  'GET /api/v1/whatsapp/webhook',
  'GET /health',
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
  'POST /api/v1/auth/sign-in',
  'POST /api/v1/whatsapp/webhook',
];
/** A right request that is refused all the same, because of how things are: the code of the refusal. */
const AS_THINGS_ARE: Record<string, string[]> = {
  'POST /api/v1/whatsapp/messages': ['conversation-window-closed'],
  // Gone by then; and the tenant has got a number of its own, with a token that Meta does not know.
  'DELETE /api/v1/whatsapp/templates/{name}': ['template-not-found', 'whatsapp-refused'],
  'PATCH /api/v1/whatsapp/templates/{name}/{language}': ['template-not-editable'],
  'POST /api/v1/whatsapp/templates/{name}/{language}/unpause': ['template-not-paused'],
};

interface Answered {
  status: number;
  headers: Headers;
  body: string;
  code?: string;
}

describe('who may call what', () => {
  let app: TestApp;
  let callers: RouteCaller[];
  const checker = new AnswerChecker(document);

  beforeAll(async () => {
    // So many wrong keys come from one address.
    app = await startTestApp({ env: { UNAUTHENTICATED_REQUESTS_PER_MINUTE: '0' } });
    callers = await everyCaller(app);
    await eventually(async () => {
      const { body } = await app.api.get('/api/v1/whatsapp/templates').expect(200);
      expect(body.data).not.toEqual([]);
    });
  });

  afterAll(() => app.stop());

  it('is open for the written routes alone', () => {
    expect(
      ROUTES.filter(({ access }) => access === 'public')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(PUBLIC);
  });

  it.each(ROUTES)('$name', async (route) => {
    const object = routeObjectAt(route.path);
    const seen = object && (await object.make(app, TENANT));
    const faults: string[] = [];
    // Whoever may do nothing comes first: what others do may be the end of the object.
    const inOrder = [...callers].sort((one, other) => Number(isAllowed(route, one)) - Number(isAllowed(route, other)));
    for (const caller of inOrder) {
      const fresh = object && isAllowed(route, caller) ? await object.make(app, TENANT) : seen;
      const path = fillPath(route.path, fresh ?? {});
      if (!path)
        throw new Error(`Nobody knows what stands in ${route.path}: add it to test/factories/route-objects.ts.`);
      const answer = await call(route, path, caller);
      const wrong = judge(route, caller, object?.owner, answer);
      if (wrong) faults.push(`${caller.name}: ${wrong}, was ${answer.status} ${answer.body.slice(0, 300)}`);
      faults.push(...checker.faultsOf(route.operation, answer).map((fault) => `${caller.name}: ${fault}`));
    }

    expect(faults).toEqual([]);
  });

  it.each(ROUTES.filter(({ operation, access }) => access !== 'public' && namesTenant(operation)))(
    '$name does nothing for a tenant that is not the caller’s',
    async (route) => {
      const object = routeObjectAt(route.path);
      const path = fillPath(route.path, (await object?.make(app, TENANT)) ?? {})!;
      for (const foreign of callers.filter(({ of }) => of === 'foreign')) {
        const answer = await call(route, path, foreign, TENANT);

        expect([403, 404]).toContain(answer.status);
        expect(['tenant-foreign', 'platform-key-required', 'not-found', 'template-not-found']).toContain(answer.code);
      }
    },
  );

  async function call(
    { method, operation }: Route,
    path: string,
    caller: RouteCaller,
    tenant?: string,
  ): Promise<Answered> {
    const named = tenant ?? (caller.of === 'platform' ? TENANT : undefined);
    const url = new URL(path, app.url);
    const takes = (parameter: string) => parametersOf(document, operation).some(({ name }) => name === parameter);
    if (named && takes('tenant_id')) url.searchParams.set('tenant_id', named);
    // Meta does not know the token of an example.
    if (takes('verify')) url.searchParams.set('verify', 'false');
    const body = bodyFor(operation, named);
    const answer = await fetch(url, {
      method,
      headers: { ...(await caller.headers()), ...(typeof body === 'string' && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body }),
    });
    const text = await answer.text();
    const { status, headers } = answer;
    const isProblem = headers.get('content-type')?.startsWith('application/problem+json');
    return { status, headers, body: text, ...(isProblem && { code: (JSON.parse(text) as { code: string }).code }) };
  }
});

/** Says what would have been right; undefined: it is. */
function judge(route: Route, caller: RouteCaller, owner: string | undefined, answer: Answered): string | undefined {
  const { status, code = '', body } = answer;
  if (caller.of === 'foreign' && body.includes(TENANT)) return `must see nothing of ${TENANT}`;
  if (route.access === 'public') return undefined;
  if (caller.of === null) return status === 401 ? undefined : 'must be 401';
  if (route.access === 'signed-in' && !caller.isPerson)
    return code === 'session-missing' ? undefined : 'must be 401 session-missing';
  if (!isAllowed(route, caller)) return code === 'scope-missing' ? undefined : 'must be 403 scope-missing';
  if (caller.of !== 'platform' && code === 'platform-key-required') return undefined;
  if (owner === 'person') return status === 404 ? undefined : 'must be 404';
  if (owner === 'tenant' && caller.of === 'foreign') {
    // What a tenant names itself, each may have.
    const isNamed = route.method === 'PUT' && status < 300;
    return status === 404 || isNamed ? undefined : 'must be 404';
  }
  if (owner === 'platform' && caller.of !== 'platform' && isChange(route)) return 'must be 403 platform-key-required';
  if (status < 300 || AS_THINGS_ARE[route.name]?.includes(code)) return undefined;
  return 'must be taken: give the operation an example that is right';
}

function isAllowed({ access }: Route, { scopes, isPerson = false }: RouteCaller): boolean {
  if (access === 'signed-in') return isPerson;
  return access !== 'public' && scopes.includes(access);
}

function isChange({ method }: Route): boolean {
  return method !== 'GET';
}

function namesTenant(operation: Operation): boolean {
  return (
    parametersOf(document, operation).some(({ name }) => name === 'tenant_id') ||
    JSON.stringify(operation.requestBody ?? {}).includes('tenant_id') ||
    Object.hasOwn(bodySchema(operation).properties, 'tenant_id')
  );
}

function bodySchema({ requestBody }: Operation): { properties: object; required: string[] } {
  const [name] = /(?<=schemas\/)\w+/.exec(JSON.stringify(requestBody ?? {})) ?? [];
  const schema = name ? document.components?.schemas?.[name] : undefined;
  return { properties: {}, required: [], ...schema };
}

/** The first example, for the tenant where it names one. */
function bodyFor(operation: Operation, tenant: string | undefined): string | FormData | undefined {
  if (takesFile(operation)) {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(aJpeg())], { type: 'image/jpeg' }), 'pallet.jpg');
    return form;
  }
  const [example] = examplesOf(operation) as Record<string, unknown>[];
  if (!example) return undefined;
  return JSON.stringify(withTenant(example, tenant, operation), (_, value: unknown) => unique(value));
}

function withTenant(example: Record<string, unknown>, tenant: string | undefined, operation: Operation): object {
  const { data } = example as { data?: object };
  const { properties, required } = bodySchema(operation);
  const isNamed = Object.hasOwn(properties, 'tenant_id');
  const owner = tenant ?? (required.includes('tenant_id') ? TENANT : undefined);
  if (data) return { ...example, data: { ...data, ...(tenant && { tenant_id: tenant }) } };
  const { tenant_id: _mine, ...rest } = example;
  return isNamed ? { ...rest, ...(owner && { tenant_id: owner }) } : example;
}

const ONCE = ['Acme', 'order_sent', 'ana@example.com'];
const EXAMPLE_OF_PASSWORD = 'eight words nobody guesses';
let made = 0;

/** Names that may be taken once, and the password that people really have. */
function unique(value: unknown): unknown {
  if (value === EXAMPLE_OF_PASSWORD) return PASSWORD;
  return ONCE.includes(value as string) ? `n${made++}_${(value as string).toLowerCase()}` : value;
}
