import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually } from '../support/eventually.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

const ROOT = join(import.meta.dirname, '../..');
const NAME = 'po_notification_new';
const TEXT = 'Hola {{1}}, has recibido una nueva orden de compra {{2}} por un total de {{3}}.';

describe('npm run templates:setup', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ env: { PO_NOTIFICATION_TEMPLATE: NAME } });
  });
  afterAll(() => app.stop());

  async function setUp(env: Record<string, string> = {}): Promise<{ stdout: string; stderr: string; code: number }> {
    const program = join(ROOT, 'apps/api/src/commands/templates-setup.ts');
    const run = promisify(execFile)(process.execPath, ['--import', './test/support/typescript.mjs', program], {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: app.databaseUrl,
        WHATSAPP_GRAPH_URL: app.simulator.url,
        WHATSAPP_API_VERSION: 'v26.0',
        PO_NOTIFICATION_TEMPLATE: NAME,
        ...env,
      },
    });
    return run.then(
      ({ stdout, stderr }) => ({ stdout, stderr, code: 0 }),
      (failed: { stdout: string; stderr: string; code: number }) => failed,
    );
  }
  const atMeta = async (name = NAME) => {
    const { url, options } = app.simulator;
    const answer = await fetch(`${url}/v26.0/${options.businessAccountId}/message_templates?name=${name}`, {
      headers: { authorization: `Bearer ${options.accessToken}` },
    });
    return ((await answer.json()) as { data: { name: string }[] }).data.filter((one) => one.name === name);
  };

  it('submits the template once, says what to wait for, and what it became', async () => {
    app.simulator.agreeOnReview({ name: NAME, verdict: 'APPROVED', delay_ms: 3_000 });

    const first = await setUp();
    const listed = await app.api.get(`/api/v1/whatsapp/templates/${NAME}`).expect(200);

    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^Submitted: po_notification_new in es.*It is PENDING.*24 hours.*by itself/s);
    expect(listed.body.data).toMatchObject([
      { language: 'es', category: 'UTILITY', body_text: TEXT, parameter_count: 3 },
    ]);
    await eventually(async () => {
      const { body } = await app.api.get(`/api/v1/whatsapp/templates/${NAME}`);
      expect(body.data).toMatchObject([{ status: 'APPROVED' }]);
    });

    const again = await setUp();

    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Already there: .*can be sent/s) });
    expect(await atMeta()).toHaveLength(1);
  });

  it('says what to do when Meta rejects it, and does not submit it again', async () => {
    const name = 'po_notification_rejected';
    app.simulator.agreeOnReview({ name, verdict: 'REJECTED', reason: 'INVALID_FORMAT', delay_ms: 0 });
    await setUp({ PO_NOTIFICATION_TEMPLATE: name });
    await eventually(async () => expect(await atMeta(name)).toMatchObject([{ status: 'REJECTED' }]));

    const { code, stdout } = await setUp({ PO_NOTIFICATION_TEMPLATE: name });

    expect([code, stdout]).toEqual([2, expect.stringMatching(/INVALID_FORMAT.*PATCH.*PO_NOTIFICATION_TEMPLATE/s)]);
    expect(await atMeta(name)).toHaveLength(1);
  });

  it.each([
    [
      'is there in a sibling language',
      { PO_NOTIFICATION_TEMPLATE: 'po_notification', PO_NOTIFICATION_LANGUAGE: 'es_MX' },
      /PO_NOTIFICATION_LANGUAGE=es /,
    ],
    [
      'is wanted in a language without a text',
      { PO_NOTIFICATION_LANGUAGE: 'fi' },
      /in fi.*POST \/api\/v1\/whatsapp\/templates/s,
    ],
    [
      'takes other parameters',
      { PO_NOTIFICATION_TEMPLATE: 'hello_world', PO_NOTIFICATION_LANGUAGE: 'en_US' },
      /has 0 variables/,
    ],
  ])('submits nothing when the template %s, and says what to do', async (_when, env, words) => {
    const { code, stdout } = await setUp(env);

    expect([code, stdout]).toEqual([2, expect.stringMatching(words)]);
  });

  it('ends with a fault in one line when Meta is away or the token is dead', async () => {
    const away = await setUp({ WHATSAPP_GRAPH_URL: 'http://127.0.0.1:9' });
    app.simulator.addFault({ kind: 'error', code: 190, on: 'all' });
    const dead = await setUp();
    app.simulator.clearFaults();

    expect(away).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/whatsapp-unreachable\)\n$/) });
    expect(dead).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/token.*whatsapp-refused\)\n$/) });
  });

  it('is there for the administrators’ page as well', async () => {
    const { body } = await app.api.post('/api/v1/whatsapp/templates/setup').expect(200);

    expect(body).toMatchObject({ is_new: false, state: 'ready', template: { template_name: NAME } });
    expect(body.advice[0]).toBe('It is APPROVED.');
  });
});
