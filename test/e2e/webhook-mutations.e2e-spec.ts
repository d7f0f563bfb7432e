import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { queryRows } from '#common';

import { DEFAULT_APP_SECRET } from '../../apps/simulator/src/defaults.ts';
import { mutateAs } from '../../tools/webhook-mutations/mutations.ts';
import { answerTo, bodiesUnder, type MutationReport, runMutations } from '../../tools/webhook-mutations/run.ts';
import { aStatusDelivery } from '../factories/deliveries.ts';
import { aMessage, aWamid, reload } from '../factories/messages.ts';
import { eventually } from '../support/eventually.ts';
import { DOORS, startTestApp, type TestApp } from '../support/test-app.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/cloud-api/webhooks');
const COUNT = 400;

/** A short run of `npm run webhook-mutations`. */
describe.each(DOORS)('spoilt webhooks, $door,', ({ hotRoutes }) => {
  let app: TestApp;
  let report: MutationReport;

  beforeAll(async () => {
    app = await startTestApp({ hotRoutes });
    report = await runMutations({
      url: `${app.url}/api/v1/whatsapp/webhook`,
      appSecret: DEFAULT_APP_SECRET,
      bodies: bodiesUnder(FIXTURES),
      count: COUNT,
      seed: 7,
    });
  }, 120_000);

  afterAll(() => app.stop());

  it('are each answered, and never with 5xx', () => {
    expect(report.faults).toEqual([]);
    expect([...report.answers.values()].reduce((sum, times) => sum + times, 0)).toBe(COUNT);
  });

  it('are taken or refused by what was done to them', () => {
    const answersTo = (name: string) =>
      [...report.answers.keys()].filter((line) => line.startsWith(`${name}: `)).map((line) => line.split(': ')[1]);

    expect(answersTo('field of another kind')).toEqual(['200']);
    expect(answersTo('field removed')).toEqual(['200']);
    expect(answersTo('invalid UTF-8')).toEqual(['400']);
    expect(answersTo('wrong signature')).toEqual(['401']);
  });

  it('are all applied or set aside, and stop nobody', async () => {
    await eventually(
      async () => expect(await queryRows(app.database, 'SELECT last_error FROM webhook_queue')).toEqual([]),
      { timeoutMs: 60_000 },
    );
    const message = await aMessage(app.database, { status: 'SENT', whatsappMessageId: aWamid() });
    const { body, headers } = aStatusDelivery({ wamid: message.whatsappMessageId as string, status: 'read' });

    await fetch(`${app.url}/api/v1/whatsapp/webhook`, { method: 'POST', headers, body: new Uint8Array(body) });

    await eventually(async () => expect((await reload(app.database, message)).status).toBe('READ'));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each([
    ['three megabytes', [200]],
    ['too large', [413]],
    ['endless, in chunks', [413]],
    ['gzip bomb', [400, 413, 415]],
    ['nested without end', [200, 400]],
    ['nested in a value', [200, 400]],
  ])('of the sort "%s" are answered %j', async (name, expected) => {
    const mutation = mutateAs(name, bodiesUnder(FIXTURES)[0], DEFAULT_APP_SECRET);

    const answer = await answerTo(`${app.url}/api/v1/whatsapp/webhook`, mutation);

    expect(expected).toContain(Number(answer));
  });
});
