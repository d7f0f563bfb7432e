import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { type Sender, SenderDirectory } from '#tenants';
import { TemplateCatalogueService } from '#whatsapp';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import { eventually } from '../support/eventually.ts';
import { GraphProxy } from '../support/graph-proxy.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const TEMPLATES = '/api/v1/whatsapp/templates';
const MESSAGES = '/api/v1/whatsapp/messages';
const SECOND_MS = 1_000;

interface ListedTemplate {
  template_name: string;
  status: string;
  category: string;
  is_active: boolean;
  [column: string]: unknown;
}

const refusal = (code: number, message: string) => ({ status: 400, body: { error: { code, message } } });

describe('the registry of templates', () => {
  let simulator: RunningSimulator;
  let graph: GraphProxy;
  let app: TestApp;
  let total: number;

  beforeEach(async () => {
    simulator = await startSimulator({ port: 0, statusDelaysMs: { sent: 5, delivered: 10, read: 10 } });
    const before = await countAtMeta(simulator);
    total = 250;
    for (let n = before; n < total; n++) simulator.setTemplate(`notice_${n}`, 'es', { status: 'APPROVED' });
    graph = await GraphProxy.start(simulator.url);
    app = await startTestApp({ simulator, env: { WHATSAPP_GRAPH_URL: graph.url } });
    await eventually(async () => expect(await registry()).toHaveLength(total));
  });

  afterEach(async () => {
    await app.stop();
    await graph.stop();
    await simulator.stop();
  });

  const registry = async (cursor = ''): Promise<ListedTemplate[]> => {
    const { body } = await app.api.get(`${TEMPLATES}?limit=200${cursor && `&cursor=${cursor}`}`).expect(200);
    const { data, paging } = body as { data: ListedTemplate[]; paging: { next_cursor: string | null } };
    return paging.next_cursor === null ? data : [...data, ...(await registry(paging.next_cursor))];
  };
  const find = async (name: string) => (await registry()).find(({ template_name }) => template_name === name);
  const active = async () => (await registry()).filter(({ is_active }) => is_active).length;
  const send = (name: string) =>
    app.api
      .post(MESSAGES)
      .send({ tenant_id: TENANT, to: '+34691551003', type: 'template', template: { name, language: 'es' } });
  const sync = () => app.nest.get(TemplateCatalogueService).sync(app.nest.get(SenderDirectory).all()[0] as Sender);
  const soon = (assertion: () => Promise<void>) => eventually(assertion, { timeoutMs: 5 * SECOND_MS });
  const status = (name: string, event: string, more: object = {}) =>
    simulator.sendAccountNews({
      field: 'message_template_status_update',
      value: { ...about(name), event, reason: null, ...more },
    });
  const about = (name: string) => ({ message_template_name: name, message_template_language: 'es' });
  const deleteAtMeta = (name: string) =>
    fetch(`${simulator.url}/v26.0/102290129340398/message_templates?name=${name}`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer simulator-access-token' },
    });

  it('follows what webhooks tell, without asking Meta for the list', async () => {
    await send('notice_200').expect(202);
    await send('notice_201').expect(202);
    const asked = graph.pages.length;

    // Meta tells PENDING_DELETION, then DELETED; for a send the first is the end of it.
    await deleteAtMeta('notice_200');
    simulator.setTemplate('notice_201', 'es', { status: 'PAUSED' });
    simulator.setTemplate('notice_202', 'es', { category: 'MARKETING', previous_category: 'UTILITY' });
    simulator.sendAccountNews({
      field: 'template_category_update',
      value: { ...about('notice_202'), previous_category: 'UTILITY', new_category: 'MARKETING' },
    });

    await soon(async () => {
      expect(await find('notice_200')).toMatchObject({ status: expect.stringMatching(/DELET/), is_active: false });
      expect(await find('notice_201')).toMatchObject({ status: 'PAUSED', is_active: true });
      expect(await find('notice_202')).toMatchObject({ category: 'MARKETING', previous_category: 'UTILITY' });
    });
    expect(graph.pages).toHaveLength(asked);
    await soon(async () => expect((await send('notice_200')).body).toMatchObject({ code: 'template-not-found' }));
    // It goes as soon as Meta lets the template go on.
    const { body: waiting } = await send('notice_201').expect(202);
    await soon(async () => {
      const { body } = await app.api.get(`/api/v1/whatsapp/messages/${waiting.id}`);
      expect(body.pending_reason).toBe('held');
    });
    await send('notice_202').expect(202);

    await sync();
    expect(await find('notice_200')).toMatchObject({ status: expect.stringMatching(/DELET/), is_active: false });
    expect(await find('notice_201')).toMatchObject({ status: 'PAUSED', is_active: true });
    expect(await find('notice_202')).toMatchObject({ category: 'MARKETING', previous_category: 'UTILITY' });
    expect(await active()).toBe(total - 1);
  });

  it('knows why one was rejected, since when one is disabled, and which category one is to get', async () => {
    status('notice_203', 'REJECTED', {
      reason: 'INVALID_FORMAT',
      rejection_info: { reason: 'A variable stands at the end.', recommendation: 'Write text after it.' },
    });
    status('notice_204', 'DISABLED', { disable_info: { disable_date: 'November 1, 2026' } });
    status('notice_205', 'IN_APPEAL');
    status('notice_206', 'ARCHIVED');
    simulator.sendAccountNews({
      field: 'template_category_update',
      value: {
        ...about('notice_207'),
        // Only a change that is done names the one before.
        previous_category: undefined,
        correct_category: 'MARKETING',
        new_category: 'UTILITY',
        category_update_timestamp: 1_800_000_000,
      },
    });
    simulator.sendAccountNews({
      field: 'message_template_quality_update',
      value: { ...about('notice_208'), previous_quality_score: 'GREEN', new_quality_score: 'RED' },
    });

    await soon(async () => {
      expect(await find('notice_203')).toMatchObject({
        status: 'REJECTED',
        rejected_reason: 'INVALID_FORMAT',
        status_details: 'A variable stands at the end.; Write text after it.',
      });
      expect(await find('notice_204')).toMatchObject({ status: 'DISABLED', disabled_from: '2026-11-01T00:00:00.000Z' });
      expect(await find('notice_205')).toMatchObject({ status: 'IN_APPEAL' });
      expect(await find('notice_206')).toMatchObject({ status: 'ARCHIVED', is_active: true });
      expect(await find('notice_207')).toMatchObject({
        category: 'UTILITY',
        correct_category: 'MARKETING',
        category_changes_at: '2027-01-15T08:00:00.000Z',
      });
      expect(await find('notice_208')).toMatchObject({ quality_score: 'RED' });
    });
  });

  it('fetches a template it was told of and does not have, and takes a deleted one back with its count', async () => {
    await app.database.query(`UPDATE whatsapp_templates SET sent_count = 7 WHERE template_name = 'notice_209'`);
    await deleteAtMeta('notice_209');
    status('notice_209', 'DELETED');
    await soon(async () => expect(await find('notice_209')).toMatchObject({ is_active: false }));
    await soon(async () => expect(await countAtMeta(simulator)).toBe(total - 1));

    simulator.setTemplate('notice_209', 'es', { status: 'PENDING' });
    simulator.setTemplate('notice_209', 'es', { status: 'APPROVED' });
    simulator.setTemplate('brand_new', 'es', { status: 'PENDING' });
    simulator.setTemplate('brand_new', 'es', { status: 'APPROVED' });

    await eventually(async () => {
      expect(await find('brand_new')).toMatchObject({ status: 'APPROVED', is_active: true });
      expect(await find('notice_209')).toMatchObject({ status: 'APPROVED', is_active: true, sent_count: 7 });
    });
    await soon(async () => void (await send('notice_209').expect(202)));
  });

  it('begins the list again when the cursor expires in the middle', async () => {
    const before = graph.pages.length;
    let expired = false;
    graph.fault = (index) => {
      if (index !== 1 || expired) return undefined;
      expired = true;
      return refusal(131059, '(#131059) The cursor has expired');
    };
    await deleteAtMeta('notice_210');

    await sync();

    expect(graph.pages.slice(before)).toEqual(['first', '2', 'first', '2', '3']);
    expect(await active()).toBe(total - 1);
    expect(await find('notice_210')).toMatchObject({ is_active: false });
  });

  it.each([
    ['is refused', refusal(4, '(#4) Application request limit reached')],
    ['is no list', { status: 200, body: {} }],
    ['is an outage', { status: 500, body: { oh: 'no' } }],
  ])('loses nothing when the second page %s', async (_, fault) => {
    graph.fault = (index) => (index === 1 ? fault : undefined);

    await expect(sync()).rejects.toThrow();

    expect(await active()).toBe(total);
    graph.fault = () => undefined;
    await sync();
    expect(await active()).toBe(total);
  });
});

async function countAtMeta({ url }: RunningSimulator): Promise<number> {
  const answer = await fetch(`${url}/v26.0/102290129340398/message_templates?limit=1000&fields=id`, {
    headers: { authorization: 'Bearer simulator-access-token' },
  });
  return ((await answer.json()) as { data: unknown[] }).data.length;
}
