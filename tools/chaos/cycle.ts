import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { NOTHING_SPECIAL } from './evidence.ts';
import { type FaultLine, Ledgers } from './ledgers.ts';
import { Load } from './load/load.ts';
import { planLoad, USUAL_SIZE } from './load/plan.ts';
import { Random } from './random.ts';
import { NothingHappened, type Scenario, type Stage } from './scenarios/scenario.ts';
import { type Judgement, settle } from './settle.ts';
import { type Violation, violation } from './violation.ts';
import type { World } from './world/world.ts';

const SETTLING_MS = 40_000;

export interface CycleOptions {
  /** Counts up over the run; part of the references. */
  number: number;
  seed: number;
  scenario: Scenario;
  planted?: string | undefined;
  /** Default: what the scenario needs. */
  settlingMs?: number;
}

export interface CycleReport extends Judgement, CycleOptions {
  detail: string;
  /** What proves that the fault happened, or undefined: then the cycle is void. */
  proof: string | undefined;
  /** Why it is void. */
  voidReason: string | undefined;
  ledgers: Ledgers;
  tookMs: number;
}

/** One disturbance under load, from calm to calm, and what came of every message. */
export async function runCycle(world: World, options: CycleOptions): Promise<CycleReport> {
  const { number, seed, scenario, planted } = options;
  const startedAt = Date.now();
  const random = new Random(seed);
  const { detail, size, allowed, patience, prepare, disturb } = scenario.draw(random);
  const lanes = planLoad(random, {
    size: size ?? USUAL_SIZE,
    cycle: number,
    nextPerson: (digit) => world.nextPerson(digit),
  });

  await world.simulator.calm();
  await world.fleet.ensure(scenario.settings ?? {}, planted);
  const ledgers = new Ledgers(join(world.folder, `cycle-${number}`));
  const mark = await world.simulator.counts();
  const announce = (fault: string, pid?: number): void => {
    ledgers.injector.write({ at: Date.now(), fault, ...(pid !== undefined && { pid }) } satisfies FaultLine);
  };
  const stage: Omit<Stage, 'load'> = { world, ledgers, mark, announce };
  await prepare?.(stage);

  const tenantId = randomUUID();
  const load = new Load(lanes, world, tenantId, ledgers);
  const { proof, voidReason, broken } = await disturb({ ...stage, load }).then(
    (shown): Outcome => ({ proof: shown, voidReason: undefined, broken: [] }),
    (cause: unknown) => outcomeOf(cause),
  );
  await load.done;
  await world.simulator.calm();

  const scope = { tenantId, mark, ledgers, allowed: { ...NOTHING_SPECIAL, ...allowed } };
  const wanted = { settlingMs: options.settlingMs ?? patience?.settlingMs ?? SETTLING_MS };
  const judgement = await settle(world, scope, { ...patience, ...wanted });
  const violations = [...broken, ...world.fleet.missing().map(endedByItself), ...judgement.violations];
  return { ...options, ...judgement, violations, detail, proof, voidReason, ledgers, tookMs: Date.now() - startedAt };
}

interface Outcome {
  proof: string | undefined;
  voidReason: string | undefined;
  broken: Violation[];
}

/** What a disturbance ran into: nothing at all, or an application that did not do what it must (start, or stop in order). */
function outcomeOf(cause: unknown): Outcome {
  const { message } = cause as Error;
  const broken = cause instanceof NothingHappened ? [] : [violation('unexpected', undefined, message)];
  return { proof: undefined, voidReason: message, broken };
}

function endedByItself(index: number): Violation {
  return violation('unexpected', undefined, `process ${index} ended by itself`);
}
