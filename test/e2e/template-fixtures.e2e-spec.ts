import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import type { ListedTemplate } from '../../libs/messages/src/whatsapp-template.repository.ts';
import { toListedTemplate } from '../../libs/whatsapp/src/templates/template.mapper.ts';
import { type Example, type Json, recordedExamples } from '../contract/examples.ts';
import { exampleSend } from '../factories/example-send.ts';
import { TEMPLATES } from '../factories/malformed-template-sends.ts';
import { eventually } from '../support/eventually.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

const FOLDERS = [
  'david-lev+pywa/templates/authentication',
  'david-lev+pywa/templates/buttons',
  'david-lev+pywa/templates/carousel',
  'david-lev+pywa/templates/limited_time_offer',
  'facebook+openapi/message-template/get-response',
  'facebook+openapi/message-templates/get-response',
  'facebook+openapi/message-templates/post-request',
  'Bindambc+whatsapp-business-java-api',
  'Bindambc+whatsapp-business-java-api/expected/template',
];

/** Ours, and those that others wrote down; two of one name are told apart by a number. */
const templates: Json[] = [...TEMPLATES.map(asExample), ...recordedExamples(...FOLDERS)]
  .flatMap(templatesIn)
  .map(([file, template], index) => ({
    ...template,
    title: `${template.name} of ${file}`,
    name: `t${index}_${template.name}`,
  }));

describe('templates as others wrote them', () => {
  let app: TestApp;
  let simulator: RunningSimulator;
  let listed: Json[];
  const atMeta = new Map<string, Json>();

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
    for (const { name, language, title: _title, id: _id, ...rest } of templates) {
      atMeta.set(name, simulator.setTemplate(name, language, { ...rest, status: 'APPROVED' }));
    }
    app = await startTestApp({ simulator });
    await eventually(async () => {
      listed = (await app.api.get('/api/v1/whatsapp/templates?limit=200').expect(200)).body.data;
      expect(listed.length).toBeGreaterThanOrEqual(templates.length);
    });
  });

  afterAll(async () => {
    await app.stop();
    await simulator.stop();
  });

  describe.each(templates)('$title', (template: Json) => {
    const read = (): ListedTemplate => toListedTemplate(atMeta.get(template.name));

    it('is read with its parameters', () => {
      const { parameterCount, bodyText } = read();

      expect(parameterCount).toBe(new Set(bodyText.match(/\{\{\s*\w+\s*\}\}/g)).size);
    });

    it('comes through the registry unchanged', () => {
      const stored = listed.find(({ template_name }) => template_name === template.name);

      expect(stored).toMatchObject({ language: template.language, components: atMeta.get(template.name).components });
    });

    it('takes its own examples, and shows them', async () => {
      const { name, ...filling } = exampleSend(template);

      const answer = await app.api.post(`/api/v1/whatsapp/templates/${name}/preview`).send(filling);

      expect(answer).toMatchObject({ status: 200 });
      expect(JSON.stringify(answer.body)).not.toContain('{{');
    });
  });
});

function asExample(body: Json): Example {
  return { name: 'ours', body };
}

/** One file may be a list of templates, one template, or none. */
function templatesIn({ name, body }: Example): [string, Json][] {
  const all: Json[] = body.data ?? [body];
  return all.filter(({ components }) => components !== undefined).map((template) => [name, template]);
}
