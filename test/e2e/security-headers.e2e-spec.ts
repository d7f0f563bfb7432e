import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { aPhone } from '../factories/messages.ts';
import { DOORS, startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const MESSAGES = '/api/v1/whatsapp/messages';

describe.each(DOORS)('what browsers are told, $door', ({ hotRoutes }) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ hotRoutes });
  });

  afterAll(() => app.stop());

  it('is to guess no type and to keep nothing, whatever is answered', async () => {
    const message = { tenant_id: TENANT, to: aPhone(), type: 'text', text: 'Hola' };
    const answers = [
      await app.api.post(MESSAGES).send(message).expect(202),
      await app.api.post(MESSAGES).send({}).expect(422),
      await app.api.get(MESSAGES).expect(200),
      await app.anonymous.get(MESSAGES).expect(401),
      await app.anonymous.get('/nowhere').expect(404),
      await app.anonymous.get('/health/live').expect(200),
      await app.anonymous.post('/api/v1/whatsapp/webhook').send('{}').expect(401),
    ];

    for (const { headers } of answers) {
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('etag');
    }
  });

  it('is to load nothing from elsewhere, and to show no page of ours inside of others', async () => {
    const { headers } = await app.anonymous.get('/docs').expect(200);

    const policy = headers['content-security-policy'];
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src|unsafe-eval|https?:/);
    expect(headers['x-frame-options']).toBe('DENY');
    // Whether there is TLS is known to the proxy alone.
    expect(headers).not.toHaveProperty('strict-transport-security');
  });

  it('is nothing that would let pages of elsewhere call us', async () => {
    const asked = { Origin: 'https://elsewhere.example', 'Access-Control-Request-Method': 'POST' };
    const answers = [
      await app.anonymous.options(MESSAGES).set(asked),
      await app.api.get(MESSAGES).set(asked),
      await app.api.post(MESSAGES).set(asked).send({}),
    ];

    const names = answers.flatMap(({ headers }) => Object.keys(headers));
    expect(names.filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});
