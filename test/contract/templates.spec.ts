import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import { aTemplate, graphClient } from './graph-client.ts';
import { Receiver } from './receiver.ts';

const newTemplate = {
  name: 'appointment',
  language: 'es',
  category: 'UTILITY',
  components: [{ type: 'BODY', text: 'Tu cita es el {{1}}.', example: { body_text: [['martes']] } }],
};

describe('templates of the simulator', () => {
  let receiver: Receiver;
  let simulator: RunningSimulator;
  let client: ReturnType<typeof graphClient>;
  let path: string;

  beforeEach(async () => {
    receiver = await new Receiver().start();
    simulator = await startSimulator({ port: 0, webhookUrl: receiver.url, templateReviewMs: 1 });
    client = graphClient(simulator);
    path = `${simulator.options.businessAccountId}/message_templates`;
  });
  afterEach(async () => {
    await simulator.stop();
    await receiver.stop();
  });

  it('gives every template once to a reader who follows next, and no next on the last page', async () => {
    const names: string[] = [];
    const pages = [];

    for (let url: string | undefined = `${path}?limit=2&fields=name`; url !== undefined;) {
      const { body } = await client.get(url);
      names.push(...body.data.map(({ name }: { name: string }) => name));
      pages.push(body.paging);
      const next: string | undefined = body.paging.next;
      url = next?.replace(`${simulator.url}/v23.0/`, '');
    }

    const all = (await client.get(`${path}?fields=name`)).body;
    expect(names).toEqual(all.data.map(({ name }: { name: string }) => name));
    expect(pages).toHaveLength(Math.ceil(names.length / 2));
    expect(pages[0]).toMatchObject({ next: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v23\.0\//) });
    expect(pages[0]).not.toHaveProperty('previous');
    expect(all.paging).not.toHaveProperty('next');
  });

  it('pages backwards', async () => {
    const [first, second] = [await client.get(`${path}?limit=2`), await client.get(`${path}?limit=4`)];

    const back = await client.get(`${path}?limit=2&before=${second.body.paging.cursors.after}`);

    expect(back.body.data).toEqual(second.body.data.slice(1, 3));
    expect(first.body.data).toEqual(second.body.data.slice(0, 2));
  });

  it('refuses a cursor whose template is gone', async () => {
    const created = await client.call('POST', path, { body: newTemplate });
    const { body } = await client.get(`${path}?limit=100`);
    await client.call('DELETE', `${path}?name=appointment&hsm_id=${created.body.id}`);
    await simulator.waitForIdle();

    const after = `${path}?after=${body.paging.cursors.after}`;

    expect((await client.get(after, { version: 'v24.0' })).body.error.code).toBe(131059);
    expect((await client.get(after, { version: 'v23.0' })).body.error.code).toBe(100);
  });

  it.each([
    ['name=hello_world', ['hello_world']],
    ['status=PAUSED', ['summer_offer']],
    ['language=en_US', ['hello_world']],
    ['category=MARKETING', ['summer_offer', 'quick_survey']],
    ['name=none', []],
    ['name_or_content=FACTURA', ['invoice_ready']],
    ['content=facturas.example', ['invoice_ready']],
    ['status=["PAUSED","REJECTED"]', ['summer_offer', 'quick_survey']],
    ['quality_score=GREEN', []],
  ])('filters by %s', async (filter, names) => {
    const { body } = await client.get(`${path}?${filter}`);

    expect(body.data.map(({ name }: { name: string }) => name)).toEqual(names);
  });

  it('shows the fields asked for, of one template too', async () => {
    const { body } = await client.get(`${path}?name=po_notification&fields=parameter_format,quality_score`);
    const [listed] = body.data;

    const one = await client.get(`${listed.id}?fields=name,status`);

    expect(listed).toEqual({
      id: expect.any(String),
      parameter_format: 'POSITIONAL',
      quality_score: expect.anything(),
    });
    expect(one.body).toEqual({ id: listed.id, name: 'po_notification', status: 'APPROVED' });
    expect((await client.get(`${listed.id}?fields=colour`)).body.error.code).toBe(100);
  });

  it('knows every field Meta documents, and leaves out those a template does not have', async () => {
    const fields = 'sub_category,previous_category,correct_category,message_send_ttl_seconds,source,health_status';

    const { body } = await client.get(`${path}?name=summer_offer&fields=${fields},rejected_reason`);

    expect(body.data).toEqual([
      {
        id: expect.any(String),
        rejected_reason: 'NONE',
        health_status: {
          can_send_message: 'BLOCKED',
          entities: [expect.objectContaining({ entity_type: 'MESSAGE_TEMPLATE', errors: [expect.anything()] })],
        },
      },
    ]);
  });

  it('holds 250 templates on a page at most', async () => {
    const templates = Array.from({ length: 250 }, (_, index) => ({
      name: `many_${index}`,
      language: 'es',
      quality_score: index === 0 ? 'GREEN' : { score: 'RED' },
    }));
    const added = await client.control('POST', 'templates', { templates });

    const { body } = await client.get(`${path}?limit=1000`);

    expect(added).toMatchObject({ status: 201, body: { added: 250 } });
    expect(body.data).toHaveLength(250);
    expect(body.paging).toHaveProperty('next');
    expect(receiver.changes).toEqual([]);
    const green = await client.get(`${path}?quality_score=GREEN&fields=name,quality_score`);
    expect(green.body.data).toEqual([
      { id: expect.any(String), name: 'many_0', quality_score: { score: 'GREEN', date: expect.any(Number) } },
    ]);
  });

  it.each([
    { templates: [] },
    { templates: [{ name: 'x' }] },
    { templates: [{ name: 'x', language: 'es', status: 'LOST' }] },
  ])('adds nothing for %j', async (body) => {
    expect((await client.control('POST', 'templates', body)).status).toBe(400);
  });

  it('reviews a new template, tells of it, and lets it be sent', async () => {
    const created = await client.call('POST', path, { body: newTemplate });

    await simulator.waitForIdle();

    const template = { name: 'appointment', language: { code: 'es' } };
    const components = [{ type: 'body', parameters: [{ type: 'text', text: 'lunes' }] }];
    const sent = await client.send({ ...aTemplate(), template: { ...template, components } });
    expect(created.body).toEqual({ id: expect.any(String), status: 'PENDING', category: 'UTILITY' });
    expect(receiver.changes).toEqual([
      {
        field: 'message_template_status_update',
        value: expect.objectContaining({ event: 'APPROVED', message_template_id: Number(created.body.id) }),
      },
    ]);
    expect(sent.status).toBe(200);
  });

  it('deletes every language of a name', async () => {
    simulator.setTemplate('po_notification', 'en', {});

    const deleted = await client.call('DELETE', `${path}?name=po_notification`);

    expect(deleted.body).toEqual({ success: true });
    await simulator.waitForIdle();
    expect((await client.get(`${path}?name=po_notification`)).body).toEqual({ data: [] });
    expect((await client.call('DELETE', `${path}?name=po_notification`)).body.error.error_subcode).toBe(2593002);
  });

  it('stops a template when told to, and tells of it', async () => {
    await client.control('PUT', 'templates/po_notification/es', { status: 'DISABLED' });

    const answer = await client.send(aTemplate());

    await simulator.waitForIdle();
    expect(answer.body.error.code).toBe(132016);
    expect(receiver.changes).toEqual([
      expect.objectContaining({ value: expect.objectContaining({ event: 'DISABLED' }) }),
    ]);
    expect((await client.control('PUT', 'templates/po_notification/es', { status: 'LOST' })).status).toBe(400);
  });
});
