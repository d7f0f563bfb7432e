import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';

import { type FuzzReport, runFuzz } from '../../tools/api-fuzz/run.ts';
import { someone } from '../support/route-callers.ts';
import { ADMIN_KEY, DOORS, startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const REQUESTS = 400;

/** A short run of `npm run api-fuzz`. */
describe.each(DOORS)('requests of every quality, $door,', ({ hotRoutes }) => {
  let app: TestApp;
  let report: FuzzReport;

  beforeAll(async () => {
    app = await startTestApp({ hotRoutes });
    const person = await someone(app, 'admin');
    report = await runFuzz({
      url: app.url,
      key: ADMIN_KEY,
      tenantId: TENANT,
      signIn: async () => person.headers(),
      document: JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8')) as OpenAPIObject,
      requests: REQUESTS,
      seed: 7,
    });
  }, 120_000);

  afterAll(() => app.stop());

  it('are each answered as it is described, and never with a fault of ours', () => {
    expect(report.faults).toEqual([]);
    expect([...report.statuses.values()].reduce((sum, times) => sum + times, 0)).toBe(REQUESTS);
  });

  it('are taken and refused, for many reasons', () => {
    expect([...report.statuses.keys()]).toEqual(expect.arrayContaining([200, 202, 400, 401, 404, 405, 422]));
  });

  it('leave it healthy', async () => {
    await app.anonymous.get('/health/ready').expect(200);
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });
});
