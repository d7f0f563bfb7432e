import { type CycleReport, runCycle } from './cycle.ts';
import { plantedSource, urlOf } from './patch.ts';
import { PLANTED_BUGS, type PlantedBug, plantedBugNamed } from './planted-bugs.ts';
import { describeCycle } from './report.ts';
import { scenarioNamed } from './scenarios/index.ts';
import type { World } from './world/world.ts';

/** Some need a moment that chance must hit. */
const TRIES = 8;
/** A broken application would keep a cycle waiting for what never comes. */
const SETTLING_MS = 15_000;

export interface PlantedResult {
  bug: PlantedBug;
  /** Undefined: no try showed a broken promise. */
  caughtBy: CycleReport | undefined;
}

/** Plants one bug after the other, and lets its scenario look for it. The checker that finds nothing elsewhere must find these. */
export async function runPlanted(world: World, name: string, seed: number): Promise<PlantedResult[]> {
  const bugs = name === '' ? PLANTED_BUGS : [plantedBugNamed(name)];
  const results: PlantedResult[] = [];
  for (const bug of bugs) {
    for (const patch of bug.patches) await plantedSource([patch], urlOf(patch)); // a stale one proves nothing
    await world.renew();
    results.push({ bug, caughtBy: await look(world, bug, seed) });
  }
  await world.renew();
  return results;
}

async function look(world: World, bug: PlantedBug, seed: number): Promise<CycleReport | undefined> {
  for (let tried = 0; tried < TRIES; tried++) {
    const scenario = scenarioNamed(bug.caughtBy[tried % bug.caughtBy.length] as string);
    const number = world.nextCycle();
    const settings = { number, seed: seed + tried, scenario, planted: bug.name, settlingMs: SETTLING_MS };
    const report = await runCycle(world, settings);
    console.log(`${bug.name}: ${describeCycle(report)}`);
    // What an admin could still settle is no broken promise yet; and it must be found for what it is.
    const found = report.violations.find(({ kind, remedy }) => kind === bug.caughtAs && !remedy);
    if (!found) continue;
    console.log(`  caught: ${found.kind} ${found.reference ?? ''}: ${found.detail} (${bug.breaks})`);
    return report;
  }
  return undefined;
}
