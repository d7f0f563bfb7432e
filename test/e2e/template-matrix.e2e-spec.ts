import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startSimulator } from '../../apps/simulator/src/simulator.ts';
import { expandTemplate } from '../../libs/whatsapp/src/payloads/index.ts';
import { graphClient } from '../contract/graph-client.ts';
import { MALFORMED_SENDS, TEMPLATES } from '../factories/malformed-template-sends.ts';
import { eventually } from '../support/eventually.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const MESSAGES = '/api/v1/whatsapp/messages';
const TO = '+34612345678';

describe('template sends that Meta would refuse', () => {
  let app: TestApp;

  beforeAll(async () => {
    const simulator = await startSimulator({ port: 0 });
    for (const { name, language, ...rest } of TEMPLATES) simulator.setTemplate(name, language, rest);
    app = await startTestApp({ simulator });
    await eventually(async () => {
      const { body } = await app.api.get('/api/v1/whatsapp/templates').expect(200);
      expect(body.data.length).toBeGreaterThan(TEMPLATES.length);
    });
  });

  afterAll(async () => {
    await app.stop();
    await app.simulator.stop();
  });

  it.each(MALFORMED_SENDS)('with %s are refused before they leave', async (_, template, code, field) => {
    const before = app.simulator.counts().requests;

    const answer = await app.api.post(MESSAGES).send({ tenant_id: TENANT, to: TO, type: 'template', template });

    expect(answer).toMatchObject({ status: 422, body: { code } });
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field);
    expect(app.simulator.counts().requests).toBe(before);
  });

  it.each(MALFORMED_SENDS)('with %s are refused at the other end as well', async (_, template) => {
    const message = { messaging_product: 'whatsapp', to: TO, type: 'template', template: expandTemplate(template) };

    const answer = await graphClient(app.simulator).send(message);

    expect([400, 404]).toContain(answer.status);
    expect(answer.body.error.code).toEqual(expect.any(Number));
  });

  it('are of many kinds', () => {
    expect(MALFORMED_SENDS.length).toBeGreaterThanOrEqual(60);
  });
});
