import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import { filled, templateFor } from './example-filling.ts';
import { examples, type Json } from './examples.ts';
import { templateClient } from './template-client.ts';

const NONSENSE = [null, 17, '{{', [null], {}];

/** The value with each of its places, one at a time, holding each kind of nonsense. */
function* spoiled(value: Json): Generator<Json> {
  yield* NONSENSE;
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    for (const one of spoiled(value[key])) {
      const copy = structuredClone(value);
      copy[key] = one;
      yield copy;
    }
  }
}

describe('nonsense in templates', () => {
  let simulator: RunningSimulator;
  let client: ReturnType<typeof templateClient>;

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0, templateReviewMs: 1 });
    simulator.setLimits({ templateCreationsPerHour: 1_000_000 });
    client = templateClient(simulator);
  });
  afterAll(() => simulator.stop());

  it.each(examples(['creations']))(
    'in the creation $name is an answer of its own, never a failure',
    async ({ body }) => {
      const statuses = new Set<number>();

      for (const components of spoiled(body.components)) {
        const { status } = await client.create({ ...body, components, name: `nonsense_${statuses.size}` });
        statuses.add(status);
      }

      expect([...statuses].filter((status) => status !== 200 && status !== 400)).toEqual([]);
    },
  );

  it.each(examples(['requests']).filter(({ body }) => body.template))(
    'in the send $name is refused or right, never a failure',
    async ({ body }) => {
      const { name, language, components } = body.template;
      simulator.setTemplate(name, language.code, templateFor(components));
      const complete = filled(components, await client.uploadImage());
      const statuses = new Set<number>();

      for (const given of spoiled(complete)) {
        const template = { ...body.template, components: given };
        statuses.add((await client.send({ ...body, template })).status);
      }

      expect([...statuses].filter((status) => status !== 200 && status !== 400)).toEqual([]);
    },
  );
});
