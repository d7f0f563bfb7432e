import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import type { Json } from './examples.ts';
import { aTemplate } from './graph-client.ts';
import { Receiver } from './receiver.ts';
import { aNewTemplate, templateClient } from './template-client.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const bodyOf = (text: string, ...values: string[]): Json => ({ type: 'BODY', text, example: { body_text: [values] } });
const anEdit = { components: [{ type: 'BODY', text: 'Tu cita ha cambiado. Llámanos para saber más.' }] };

describe('review and life of templates at the simulator', () => {
  let receiver: Receiver;
  let simulator: RunningSimulator;
  let client: ReturnType<typeof templateClient>;

  beforeEach(async () => {
    receiver = await new Receiver().start();
    simulator = await startSimulator({ port: 0, webhookUrl: receiver.url, templateReviewMs: 1 });
    client = templateClient(simulator);
  });
  afterEach(async () => {
    await simulator.stop();
    await receiver.stop();
  });

  /** The webhooks that came, once nothing more will. */
  async function news(): Promise<Json[]> {
    await simulator.waitForIdle();
    return receiver.changes.map(({ field, value }) => ({ field, ...value }));
  }
  const events = async (): Promise<string[]> => (await news()).flatMap(({ event }) => event ?? []);
  const idOf = (name: string, language = 'es'): string => simulator.setTemplate(name, language, {}).id;
  const statusOf = async (id: string): Promise<string> => (await client.get(`${id}?fields=status`)).body.status;

  describe('a review', () => {
    it('approves what nothing is wrong with', async () => {
      const { body } = await client.create(aNewTemplate());

      expect(await news()).toEqual([
        {
          field: 'message_template_status_update',
          event: 'APPROVED',
          message_template_id: Number(body.id),
          message_template_name: 'appointment',
          message_template_language: 'es',
          message_template_category: 'UTILITY',
          reason: 'NONE',
        },
      ]);
    });

    it('rejects variables that touch, and says what to do', async () => {
      const text = 'Tu cita es el {{1}} {{2}} en la oficina de siempre.';
      const { body } = await client.create(aNewTemplate({ components: [bodyOf(text, 'martes', '4')] }));

      expect(await news()).toMatchObject([
        {
          event: 'REJECTED',
          reason: 'INVALID_FORMAT',
          rejection_info: { reason: expect.any(String), recommendation: expect.any(String) },
        },
      ]);
      const { body: rejected } = await client.get(`${body.id}?fields=status,rejected_reason`);
      expect(rejected).toEqual({ id: body.id, status: 'REJECTED', rejected_reason: 'INVALID_FORMAT' });
    });

    it('rejects a text that asks for secrets', async () => {
      const components = [{ type: 'BODY', text: 'Contesta con tu contraseña para seguir usando la cuenta.' }];
      await client.create(aNewTemplate({ components }));

      const [told] = await news();

      expect(told).toMatchObject({ event: 'REJECTED', reason: 'SCAM' });
      expect(told).not.toHaveProperty('rejection_info');
    });

    it('ends as agreed, for the template that was named and once', async () => {
      await client.control('POST', 'reviews', { name: 'second', verdict: 'REJECTED', reason: 'PROMOTIONAL' });

      for (const name of ['first', 'second', 'third']) await client.create(aNewTemplate({ name }));

      const ends = (await news()).map(({ message_template_name, event, reason }) => [
        message_template_name,
        event,
        reason,
      ]);
      expect(ends).toHaveLength(3);
      expect(ends).toEqual(
        expect.arrayContaining([
          ['first', 'APPROVED', 'NONE'],
          ['second', 'REJECTED', 'PROMOTIONAL'],
          ['third', 'APPROVED', 'NONE'],
        ]),
      );
    });

    it('leaves a template PENDING when it is to, and takes as long as it is to', async () => {
      await client.control('POST', 'reviews', { name: 'left', verdict: 'PENDING' });
      await client.control('POST', 'reviews', { name: 'late', verdict: 'APPROVED', delay_ms: 60_000 });

      const left = await client.create(aNewTemplate({ name: 'left' }));
      expect(await events()).toEqual([]);
      const late = await client.create(aNewTemplate({ name: 'late' }));

      expect(await statusOf(left.body.id)).toBe('PENDING');
      expect(await statusOf(late.body.id)).toBe('PENDING');
      expect(simulator.counts().under_way).toBe(1);
    });

    it('forgets what was agreed at a reset', async () => {
      await client.control('POST', 'reviews', { verdict: 'REJECTED' });
      await client.control('POST', 'reset');

      await client.create(aNewTemplate());

      expect(await events()).toEqual(['APPROVED']);
    });
  });

  describe('an edit', () => {
    it('replaces the components, is told of, and is reviewed', async () => {
      const id = idOf('po_notification');
      await client.control('POST', 'reviews', { verdict: 'REJECTED', reason: 'INCORRECT_CATEGORY' });

      const answer = await client.edit(id, anEdit);

      expect(answer.body).toEqual({ success: true });
      expect(await news()).toMatchObject([
        {
          field: 'message_template_components_update',
          message_template_element: anEdit.components[0]?.text,
          message_template_name: 'po_notification',
        },
        { event: 'REJECTED', reason: 'INCORRECT_CATEGORY' },
      ]);
      expect((await client.get(`${id}?fields=components`)).body.components).toEqual(anEdit.components);
    });

    it('makes a template PENDING, which cannot be sent', async () => {
      await client.control('POST', 'reviews', { verdict: 'PENDING' });
      const id = idOf('po_notification');

      await client.edit(id, anEdit);

      expect(await statusOf(id)).toBe('PENDING');
      expect((await client.send(aTemplate())).body.error.code).toBe(132001);
    });

    it('makes a rejected template right', async () => {
      const id = idOf('quick_survey');

      await client.edit(id, { ...anEdit, category: 'UTILITY' });

      expect(await events()).toEqual(['APPROVED']);
      expect((await client.get(`${id}?fields=category,rejected_reason`)).body).toEqual({
        id,
        category: 'UTILITY',
        rejected_reason: 'NONE',
      });
    });

    it.each(['PENDING', 'DISABLED', 'ARCHIVED', 'IN_APPEAL'])('is refused while a template is %s', async (status) => {
      const { id } = simulator.setTemplate('other', 'es', { status });

      const { body } = await client.edit(id, anEdit);

      expect(body.error).toMatchObject({ code: 100, error_subcode: 2388039 });
    });

    it('of an approved template is possible once a day and ten times in thirty days', async () => {
      const id = idOf('po_notification');
      const edit = async () => {
        const { body } = await client.edit(id, anEdit);
        await simulator.waitForIdle();
        return body.error?.error_subcode ?? 'edited';
      };

      expect([await edit(), await edit()]).toEqual(['edited', 2388039]);
      for (let day = 1; day < 10; day += 1) {
        simulator.putClockAhead(day * DAY);
        expect(await edit()).toBe('edited');
      }
      simulator.putClockAhead(10 * DAY);
      expect(await edit()).toBe(2388039);
      simulator.putClockAhead(30 * DAY);
      expect(await edit()).toBe('edited');
    });

    it('of a paused template is possible at any time', async () => {
      const id = idOf('summer_offer');

      for (const _ of [1, 2]) {
        expect((await client.edit(id, anEdit)).status).toBe(200);
        await simulator.waitForIdle();
        simulator.setTemplate('summer_offer', 'es', { status: 'PAUSED' });
      }
    });

    it.each([
      ['a category for an approved template', { category: 'MARKETING' }, undefined],
      ['a body that is refused at creation', { components: [{ type: 'BODY', text: '{{1}}' }] }, 2388299],
      ['a field that cannot be edited', { parameter_format: 'NAMED' }, undefined],
      ['a time to live out of range', { message_send_ttl_seconds: 1 }, undefined],
    ])('refuses %s', async (_, change, subcode) => {
      const id = idOf('po_notification');

      const { body } = await client.edit(id, change);

      expect(body.error.code).toBe(100);
      expect(body.error.error_subcode).toBe(subcode);
      expect(await events()).toEqual([]);
    });

    it('takes name and language along, as in the example of Meta', async () => {
      const answer = await client.edit(idOf('po_notification'), { ...anEdit, name: 'po_notification', language: 'es' });

      expect(answer.status).toBe(200);
    });
  });

  describe('a removal', () => {
    it('of a template in use leaves it in the list for a while, where it cannot be sent, edited or deleted', async () => {
      await simulator.stop();
      simulator = await startSimulator({ port: 0, templateReviewMs: 60_000 });
      client = templateClient(simulator);
      const id = idOf('po_notification');

      await client.remove('name=po_notification');

      expect(await statusOf(id)).toBe('PENDING_DELETION');
      expect((await client.send(aTemplate())).body.error.code).toBe(132001);
      expect((await client.edit(id, anEdit)).body.error.error_subcode).toBe(2388039);
      for (const query of ['name=po_notification', `hsm_ids=["${id}"]`]) {
        expect((await client.remove(query)).body.error.error_subcode).toBe(2593002);
      }
    });

    it('of a template in use ends with it, and blocks its name for thirty days', async () => {
      const id = idOf('po_notification');
      const make = () => client.create(aNewTemplate({ name: 'po_notification' }));

      await client.remove('name=po_notification');

      expect(await events()).toEqual(['PENDING_DELETION', 'DELETED']);
      expect((await client.get(id)).status).toBe(400);
      expect((await make()).body.error).toMatchObject({ code: 100, error_subcode: 2388023 });
      expect((await client.create(aNewTemplate({ name: 'po_notification', language: 'en' }))).status).toBe(200);
      await client.control('PUT', 'clock', { ahead_ms: 30 * DAY });
      expect((await make()).status).toBe(200);
    });

    it('is over when somebody brings the template back', async () => {
      simulator.deleteTemplate('po_notification', 'es');
      simulator.setTemplate('po_notification', 'es', { status: 'APPROVED' });
      await simulator.waitForIdle();

      expect(await client.list('name=po_notification')).toMatchObject([{ status: 'APPROVED' }]);
    });

    it('of a rejected one is done at once', async () => {
      await client.remove('name=quick_survey');

      expect(await events()).toEqual(['DELETED']);
      expect((await client.create(aNewTemplate({ name: 'quick_survey' }))).status).toBe(200);
    });

    it('by name and id spares the other languages', async () => {
      const { id } = simulator.setTemplate('po_notification', 'en', {});

      await client.remove(`name=po_notification&hsm_id=${id}`);
      await simulator.waitForIdle();

      expect((await client.list('name=po_notification')).map(({ language }) => language)).toEqual(['es']);
    });

    it('by ids takes exactly these', async () => {
      const ids = [idOf('po_notification'), idOf('invoice_ready')];

      const answer = await client.remove(`hsm_ids=[${ids.join(',')}]`);
      await simulator.waitForIdle();

      expect(answer.body).toEqual({ success: true });
      const names = (await client.list()).map(({ name }) => name);
      expect(names).toEqual(['hello_world', 'order_update', 'summer_offer', 'quick_survey']);
    });

    it.each([
      ['no name', '', undefined],
      ['an unknown name', 'name=nothing', 2593002],
      ['an id of another name', 'name=hello_world&hsm_id=1', 2593002],
      ['an unknown id', 'hsm_ids=["1"]', 2593002],
      ['no ids', 'hsm_ids=[]', undefined],
      ['ids that are no list', 'hsm_ids=17', undefined],
      ['more than 100 ids', `hsm_ids=[${'"1",'.repeat(100)}"1"]`, undefined],
    ])('refuses %s', async (_, query, subcode) => {
      const { body } = await client.remove(query);

      expect(body.error.code).toBe(100);
      expect(body.error.error_subcode).toBe(subcode);
    });

    it('leaves a disabled template where it is', async () => {
      simulator.setTemplate('po_notification', 'es', { status: 'DISABLED' });

      const { body } = await client.remove('name=po_notification');

      expect(body.error.code).toBe(100);
      expect(await events()).toEqual(['DISABLED']);
    });

    it('can be done by somebody else', async () => {
      expect((await client.control('DELETE', 'templates/po_notification/es')).status).toBe(200);
      expect((await client.control('DELETE', 'templates/po_notification/fr')).status).toBe(404);

      expect(await events()).toEqual(['PENDING_DELETION', 'DELETED']);
    });
  });

  describe('a change from outside', () => {
    const change = (fields: Json) => client.control('PUT', 'templates/po_notification/es', fields);

    it('pauses for longer each time, and says when it is over', async () => {
      for (const status of ['PAUSED', 'APPROVED', 'PAUSED', 'APPROVED', 'PAUSED']) {
        await change({ status });
        await simulator.waitForIdle();
      }

      const told = (await news()).map(({ event, other_info }) => [event, other_info?.title]);
      expect(told).toEqual([
        ['PAUSED', 'FIRST_PAUSE'],
        ['APPROVED', 'UNPAUSE'],
        ['PAUSED', 'SECOND_PAUSE'],
        ['APPROVED', 'UNPAUSE'],
        ['PAUSED', 'RATE_LIMITING_PAUSE'],
      ]);
    });

    it('says of a disabled template since when, and of one that is let go again that it is', async () => {
      await change({ status: 'DISABLED' });
      await simulator.waitForIdle();
      await change({ status: 'APPROVED' });

      expect(await news()).toMatchObject([
        { event: 'DISABLED', disable_info: { disable_date: expect.any(Number) }, other_info: { title: 'DISABLED' } },
        { event: 'REINSTATED' },
      ]);
    });

    it('archives and takes out of the archive', async () => {
      await change({ status: 'ARCHIVED' });
      await simulator.waitForIdle();
      expect((await client.list('status=ARCHIVED')).map(({ name }) => name)).toEqual(['po_notification']);
      await change({ status: 'APPROVED' });

      expect(await events()).toEqual(['ARCHIVED', 'UNARCHIVED']);
    });

    it('rejects with the reason that is given', async () => {
      const rejection_info = { reason: 'Too vague.', recommendation: 'Say more.' };
      await change({ status: 'REJECTED', rejected_reason: 'INVALID_FORMAT', rejection_info });

      expect(await news()).toMatchObject([{ event: 'REJECTED', reason: 'INVALID_FORMAT', rejection_info }]);
      const [listed] = await client.list('name=po_notification');
      expect(listed).not.toHaveProperty('rejection_info');
    });

    it('tells of the quality', async () => {
      await change({ quality_score: 'YELLOW' });

      expect(await news()).toMatchObject([
        {
          field: 'message_template_quality_update',
          previous_quality_score: 'UNKNOWN',
          new_quality_score: 'YELLOW',
          message_template_name: 'po_notification',
        },
      ]);
      const { body } = await client.get(`${idOf('po_notification')}?fields=quality_score`);
      expect(body.quality_score).toEqual({ score: 'YELLOW', date: expect.any(Number) });
    });

    it('tells of the category, a day ahead and when it is done', async () => {
      await change({ correct_category: 'MARKETING' });
      await simulator.waitForIdle();
      await change({ category: 'MARKETING' });

      expect(await news()).toMatchObject([
        {
          field: 'template_category_update',
          correct_category: 'MARKETING',
          new_category: 'UTILITY',
          category_update_timestamp: expect.any(Number),
        },
        { field: 'template_category_update', previous_category: 'UTILITY', new_category: 'MARKETING' },
      ]);
      const { body } = await client.get(
        `${idOf('po_notification')}?fields=category,previous_category,correct_category`,
      );
      expect(body).toMatchObject({ category: 'MARKETING', previous_category: 'UTILITY' });
      expect(body).not.toHaveProperty('correct_category');
    });

    it('tells of the components with every part', async () => {
      const buttons = [
        { type: 'URL', text: 'Track', url: 'https://shop.example/' },
        { type: 'PHONE_NUMBER', text: 'Call', phone_number: '+34600000000' },
      ];
      const components = [
        { type: 'HEADER', format: 'TEXT', text: 'Order' },
        { type: 'BODY', text: 'It is ready.' },
        { type: 'FOOTER', text: 'Bye' },
        { type: 'BUTTONS', buttons },
      ];
      await change({ components });

      expect(await news()).toMatchObject([
        {
          field: 'message_template_components_update',
          message_template_title: 'Order',
          message_template_element: 'It is ready.',
          message_template_footer: 'Bye',
          message_template_buttons: [
            { message_template_button_type: 'URL', message_template_button_url: 'https://shop.example/' },
            { message_template_button_text: 'Call', message_template_button_phone_number: '+34600000000' },
          ],
        },
      ]);
    });

    it('tells of each when several change, and of nothing when nothing does', async () => {
      await change({ quality_score: 'RED', status: 'PAUSED' });
      await simulator.waitForIdle();
      await change({ quality_score: 'RED', status: 'PAUSED', category: 'UTILITY' });

      expect((await news()).map(({ field }) => field)).toEqual([
        'message_template_quality_update',
        'message_template_status_update',
      ]);
    });

    it.each([{ status: 'LOST' }, { components: [] }, { quality_score: 17 }, { rejection_info: {} }, { category: '' }])(
      'is refused as %j',
      async (fields) => {
        expect((await change(fields)).status).toBe(400);
      },
    );
  });

  describe('unpause', () => {
    it('lets a paused template be sent again', async () => {
      const id = idOf('summer_offer');

      const answer = await client.call('POST', `${id}/unpause`);

      expect(answer.body).toEqual({ success: true });
      expect(await news()).toMatchObject([{ event: 'APPROVED', other_info: { title: 'UNPAUSE' } }]);
    });

    it('is refused for one that is not paused', async () => {
      const { body } = await client.call('POST', `${idOf('po_notification')}/unpause`);

      expect(body.error.code).toBe(100);
    });
  });
});
