import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';

import { operationsOf } from '../../apps/api/src/operations/openapi/json-schema.ts';
import { lint } from '../../tools/openapi/lint.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

const COMMITTED = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8'),
) as OpenAPIObject;

describe('the description of the API', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
  });

  afterAll(() => app.stop());

  it('is served as it is committed; `npm run openapi` writes it', async () => {
    const { body } = await app.anonymous.get('/docs/openapi.json').expect(200);

    expect(body).toEqual(COMMITTED);
  });

  it('names every route that the application has', () => {
    const { router } = app.nest.getHttpAdapter().getInstance() as unknown as Express;
    const routed = router.stack
      .flatMap(({ route }) => (route ? Object.keys(route.methods).map((method) => `${method} ${route.path}`) : []))
      .filter((route) => !/ \/docs\b/.test(route));
    const described = operationsOf(COMMITTED).map(
      ({ method, path }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
    );

    expect(routed.sort()).toEqual(described.sort());
  });

  it('breaks no rule', async () => {
    expect(await lint(COMMITTED)).toEqual([]);
  });
});

interface Express {
  router: { stack: { route?: { path: string; methods: Record<string, boolean> } }[] };
}

describe(lint, () => {
  const SEND = '/api/v1/whatsapp/messages';

  it.each<[string, (document: OpenAPIObject) => void, RegExp]>([
    ['a version that is none', (document) => void (document.openapi = '3.1'), /not OpenAPI 3.1/],
    ['a route without a summary', ({ paths }) => delete paths[SEND]!.post!.summary, /post .*has no summary/],
    ['a route without a tag', ({ paths }) => delete paths[SEND]!.post!.tags, /post .*has no tag/],
    ['two routes of one name', ({ paths }) => void (paths[SEND]!.get!.operationId = 'messages_send'), /two operations/],
    [
      'an answer without a schema',
      ({ paths }) => void (paths[SEND]!.get!.responses['200'] = { description: 'All.' }),
      /get .*says nothing of the body/,
    ],
    [
      'an example with a field that nobody described',
      ({ paths }) => void Object.assign(exampleIn(paths), { colour: 'red' }),
      /has an example where .*colour/,
    ],
    [
      'an example with a value of the wrong kind',
      ({ paths }) => void Object.assign(exampleIn(paths), { attempts: 'three' }),
      /has an example where \/attempts must be number/,
    ],
  ])('refuses %s', async (_what, change, fault) => {
    const document = structuredClone(COMMITTED);
    change(document);

    expect((await lint(document)).join('\n')).toMatch(fault);
  });

  function exampleIn(paths: OpenAPIObject['paths']): object {
    const { content } = paths[SEND]!.post!.responses['202'] as { content: Record<string, { example: object }> };
    return content['application/json']!.example;
  }
});
