import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';

import { type CycleReport, runCycle } from '../../tools/chaos/cycle.ts';
import { scenarioNamed } from '../../tools/chaos/scenarios/index.ts';
import { borrowedBroker } from '../../tools/chaos/world/broker.ts';
import { World } from '../../tools/chaos/world/world.ts';

jest.setTimeout(90_000);

/** A cycle whose fault did not happen proves nothing. */
const TRIES = 3;

/** A few fixed cycles of `npm run chaos`, through the same code. */
describe('an accepted message', () => {
  let world: World;

  beforeAll(async () => {
    const broker = process.env.PALOMAR_TEST_RABBITMQ_URL;
    if (!broker) throw new Error(process.env.PALOMAR_TEST_RABBITMQ_MISSING ?? 'Run the tests with "npm test".');
    world = await World.start({ broker: borrowedBroker(broker) });
  });

  afterAll(() => world?.stop());

  it.each([
    ['kill-at-claimed', 5, /ended by SIGKILL at passage \d+ of claimed/],
    ['kill-at-answer-read', 5, /ended by SIGKILL at passage \d+ of answer-read/],
    ['accept-then-timeout', 5, /^[1-9]\d* requests met accept-then-timeout/],
    ['terminate', 5, /ended in order/],
  ])('is neither lost nor sent twice: %s', async (name, seed, proof) => {
    const report = await proven(name, seed);

    expect(report.violations).toEqual([]);
    expect(report.proof).toMatch(proof);
  });

  async function proven(name: string, seed: number, tries = TRIES): Promise<CycleReport> {
    const report = await runCycle(world, { number: world.nextCycle(), seed, scenario: scenarioNamed(name) });
    return report.proof !== undefined || tries === 1 ? report : proven(name, seed + 1, tries - 1);
  }
});
