import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import { eventually } from '../support/eventually.ts';
import { filled, templateFor } from './example-filling.ts';
import { type Example, examples, type Json, keyPaths, recordedExamples, union, without } from './examples.ts';
import { aTemplate, aText, graphClient } from './graph-client.ts';
import { Receiver } from './receiver.ts';

/** What newer versions of Meta's API left out of webhooks; samples of before still show it. */
const GONE = ['conversation.id', 'conversation.expiration_timestamp', 'conversation.origin.type', 'parent_user_id'];

describe("the simulator against Meta's examples", () => {
  const receiver = new Receiver();
  let simulator: RunningSimulator;
  let client: ReturnType<typeof graphClient>;

  beforeAll(async () => {
    await receiver.start();
    const statusDelaysMs = { sent: 1, delivered: 1, read: 1 };
    simulator = await startSimulator({ port: 0, webhookUrl: receiver.url, statusDelaysMs });
    client = graphClient(simulator);
  });
  afterAll(async () => {
    await simulator.stop();
    await receiver.stop();
  });

  describe.each(examples(['requests', 'sends'], ['facebook+openapi/messages/request']))(
    '$name',
    ({ body }: Example) => {
      it('is accepted', async () => {
        const mediaId = await client.uploadImage();
        if (body.template !== undefined) addTemplateFor(body.template);
        if (body.status === 'read') simulator.sendInbound({ from: '+34612345678', message: { id: body.message_id } });

        const answer = await client.send(filled(body, mediaId));

        expect(answer).toMatchObject({ status: 200, body: expect.not.objectContaining({ error: expect.anything() }) });
      });
    },
  );

  describe.each(examples(['responses'], ['facebook+openapi/messages/response']))('$name', ({ name, body }: Example) => {
    it('has the shape of the answer', async () => {
      const answer = await client.send(requestFor(name));

      expect(keyPaths(answer.body)).toEqual(keyPaths(body));
    });
  });

  describe.each(examples(['webhooks'], ['facebook+openapi/webhooks']).filter(isInbound))(
    '$name',
    ({ body }: Example) => {
      it('has the shape of an inbound message', async () => {
        const { from, from_user_id: _userId, id: _id, ...message } = messageOf(body);

        const wamid = simulator.sendInbound({ from, message, name: 'Lucía Gómez' });

        const webhook = await eventuallyReceived((value) => value.messages?.[0].id === wamid);
        const userIds = [
          'entry[].changes[].value.contacts[].user_id',
          'entry[].changes[].value.messages[].from_user_id',
        ];
        expect(keyPaths(webhook)).toEqual(union([keyPaths(body), new Set(userIds)]));
      });
    },
  );

  describe.each(['sent', 'delivered', 'read', 'failed'])('a %s status', (status) => {
    const own = examples(['webhooks']).filter(({ body }) => statusOf(body)?.status === status);
    const recorded = recordedExamples('david-lev+pywa/updates/message_status', 'Softlivery+whatsapp-cloud-api-client');

    it('has the keys Meta documents, nothing else, and all of the recorded ones that are still in use', async () => {
      const { body } = await client.send({ ...aTemplate(), biz_opaque_callback_data: 'ours' });
      const [{ id }] = body.messages;
      if (status === 'failed') simulator.sendStatus({ wamid: id }, 'failed', 131026);

      const webhook = await eventuallyReceived((value) => isStatusOf(value, id, status));

      expect(keyPaths(webhook)).toEqual(keyPaths(own[0]?.body));
      const samples = recorded.filter((sample) => statusOf(sample.body)?.status === status);
      const missing = without(union(samples.map((sample) => keyPaths(sample.body))), keyPaths(webhook));
      // A failure no longer names the person, and the price is not repeated on `read`.
      const dropped = { failed: 'contacts[].', read: 'pricing.' }[status] ?? 'conversation.';
      const unexplained = missing.filter(
        (path) => !GONE.some((gone) => path.endsWith(gone)) && !path.includes(dropped),
      );
      expect(unexplained).toEqual([]);
    });
  });

  it('tells of a paused template as Meta does', async () => {
    const [example] = examples(['webhooks']).filter(({ name }) => name.endsWith('template-paused.json'));
    simulator.setTemplate('winter_offer', 'es', { status: 'APPROVED' });

    simulator.setTemplate('winter_offer', 'es', { status: 'PAUSED' });

    const webhook = await eventuallyReceived((value) => value.message_template_name === 'winter_offer');
    expect(keyPaths(webhook)).toEqual(keyPaths(example?.body));
  });

  /** A template that this send fits. */
  function addTemplateFor({ name, language, components = [] }: Json): void {
    simulator.setTemplate(name, language.code, { status: 'APPROVED', ...templateFor(components) });
  }

  function requestFor(name: string): Record<string, unknown> {
    if (name.includes('template')) return aTemplate();
    if (name.includes('user-id')) return { ...aText(), to: undefined, recipient: 'ES.8415072630091477' };
    if (!name.includes('read-receipt')) return aText();
    const message_id = simulator.sendInbound({ from: '+34612345678', text: '¿Hola?' });
    return { messaging_product: 'whatsapp', status: 'read', message_id };
  }

  it.each([
    ['approved', 'template_status_update', { status: 'PENDING' }, { status: 'APPROVED' }],
    [
      'rejected',
      'template_status_update',
      { status: 'PENDING' },
      {
        status: 'REJECTED',
        rejected_reason: 'INVALID_FORMAT',
        rejection_info: { reason: 'Too vague.', recommendation: 'Say more.' },
      },
    ],
    ['worse', 'template_quality_update', {}, { quality_score: 'YELLOW' }],
    ['of another category', 'template_category_update', {}, { category: 'MARKETING' }],
    ['of another text', 'template_components_update', {}, { components: [{ type: 'BODY', text: 'Hola.' }] }],
  ])('tells of a template that is %s with the keys that were recorded', async (how, kind, before, change) => {
    const name = how.replaceAll(' ', '_');
    simulator.setTemplate(name, 'es', before);

    simulator.setTemplate(name, 'es', change);

    const webhook = await eventuallyReceived((value) => value.message_template_name === name);
    const samples = recordedExamples(`david-lev+pywa/updates/${kind}`).filter((one) => isAbout(one, webhook));
    const missing = samples.flatMap(({ body: { object, entry } }) =>
      without(keyPaths({ object, entry }), keyPaths(webhook)),
    );
    expect(missing).toEqual([]);
  });

  async function eventuallyReceived(isWanted: (value: Json) => boolean): Promise<Json> {
    const find = (): Json => receiver.received.find(({ body }) => isWanted(body.entry[0].changes[0].value))?.body;
    await eventually(() => expect(find()).toBeDefined(), { intervalMs: 5 });
    return find();
  }
});

/** A webhook of the same field and, where it has one, of the same event. */
function isAbout({ body }: Example, webhook: Json): boolean {
  const [one, other] = [body, webhook].map((it) => it.entry[0].changes[0]);
  return one.field === other.field && one.value.event === other.value.event;
}

function messageOf(body: Json): Json {
  return body.entry[0].changes[0].value.messages[0];
}

function isInbound({ body }: Example): boolean {
  return body.entry[0].changes[0].value.messages !== undefined;
}

function statusOf(body: Json): Json {
  return body.entry[0].changes[0].value.statuses?.[0];
}

function isStatusOf(value: Json, wamid: string, status: string): boolean {
  return value.statuses?.[0].id === wamid && value.statuses[0].status === status;
}
