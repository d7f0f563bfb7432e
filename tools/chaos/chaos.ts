/**
 * Proves that an accepted message is never lost and never sent twice: real processes under load, one fault after the
 * other, and a checker that compares what was promised with what is stored and with what Meta got.
 *
 *   npm run chaos -- --cycles 200
 */
import { setTimeout as pause } from 'node:timers/promises';

import { type Arguments, readArguments, USAGE } from './arguments.ts';
import { type CycleReport, runCycle } from './cycle.ts';
import { runPlanted } from './planted-run.ts';
import { Random } from './random.ts';
import { describeCycle, describeViolations, summarize } from './report.ts';
import { LONG_FREEZE, scenarioNamed, shuffledDeck } from './scenarios/index.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { type Violation, violation } from './violation.ts';
import { World } from './world/world.ts';

/** So many cycles have time for the one that takes minutes. */
const LONG_RUN = 50;
/** A scenario whose fault never happens must not go on for ever. */
const VOID_IN_A_ROW = 10;
/** Longer than the short leases and their sweep. */
const LATE_MS = 5_000;

const given = readArgumentsOrExit();
const startedAt = Date.now();
const world = await World.start();
let broken = true;
try {
  const reports = await runCycles(world, given);
  const planted = given.planted === undefined ? [] : await runPlanted(world, given.planted, given.seed);
  const missed = planted.filter(({ caughtBy }) => caughtBy === undefined);
  broken = missed.length > 0 || reports.some(({ violations }) => violations.length > 0);

  if (reports.length > 0) console.log(summarize(reports));
  for (const { bug } of missed) console.log(`not caught: ${bug.name} (${bug.breaks})`);
  if (planted.length > 0) console.log(`planted bugs caught ${planted.length - missed.length}/${planted.length}`);
  console.log(`took ${Math.round((Date.now() - startedAt) / 1_000)} s`);
} finally {
  await world.stop({ keepFolder: broken });
}
process.exitCode = broken ? 1 : 0;

async function runCycles(where: World, { cycles, seed, scenario }: Arguments): Promise<CycleReport[]> {
  const ran: CycleReport[] = [];
  const deal = dealer(cycles, seed, scenario);
  if (cycles > 0) console.log(`${cycles} cycles from seed ${seed}; ledgers in ${where.folder}`);
  for (let proven = 0, voids = 0, chosen = deal(); proven < cycles;) {
    const report = await runCycle(where, { number: where.nextCycle(), seed: seed + ran.length, scenario: chosen });
    ran.push(report);
    console.log(describeCycle(report));
    if (report.violations.length > 0) {
      console.log(describeViolations(report));
      await where.renew(); // what is wrong now must not be found again by the next
    }
    if (report.proof !== undefined) [proven, voids, chosen] = [proven + 1, 0, deal()];
    else if (++voids === VOID_IN_A_ROW) throw new Error(`${chosen.name} proved nothing, ${voids} times in a row.`);
  }
  const last = ran.at(-1);
  if (last) last.violations.push(...(await lateSends(where)));
  return ran;
}

/** What one cycle sends too late is found in the next; after the last there is none. */
async function lateSends({ simulator }: World): Promise<Violation[]> {
  const mark = await simulator.counts();
  await pause(LATE_MS);
  const late = (await simulator.sends(mark)).map(({ to }) => violation('unexpected', undefined, `sent late to ${to}`));
  for (const { detail } of late) console.log(`after the last cycle: ${detail}`);
  return late;
}

/** Gives the scenario of each cycle. */
function dealer(cycles: number, seed: number, only: string | undefined): () => Scenario {
  if (only !== undefined) return () => scenarioNamed(only);
  const random = new Random(seed);
  let deck: Scenario[] = [];
  let dealt = 0;
  return () => {
    dealt += 1;
    if (cycles >= LONG_RUN && dealt === Math.floor(cycles / 2)) return LONG_FREEZE;
    if (deck.length === 0) deck = shuffledDeck(random);
    return deck.shift() as Scenario;
  };
}

function readArgumentsOrExit(): Arguments {
  try {
    return readArguments(process.argv.slice(2));
  } catch (fault) {
    console.error(`${(fault as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}
