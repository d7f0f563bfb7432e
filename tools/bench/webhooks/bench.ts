/** How Palomar takes a storm of statuses that does not wait for it, beside the bare reference under the same storm. */
import { execFileSync } from 'node:child_process';

import { CleanUps } from '../clean-ups.ts';
import type { Percentiles } from '../percentiles.ts';
import { ROOT } from '../program.ts';
import type { SideName } from '../sides.ts';
import { type RunningSide, startSide } from '../start-side.ts';
import { findRate } from './find-rate.ts';
import { measureStorm, type StormResult } from './measure.ts';
import { P99_MS, readStormOptions, type StormOptions, USAGE } from './options.ts';

/** Nothing is sent for others while statuses come in. */
const NOTHING_SENT = { batch: 1, pace: 80, profile: false };
/** What was never run is slow at first. */
const WARM_UP = { number: 0, rate: 200, seconds: 3, duplicates: 0.1 };

const options = readOptionsOrExplain();
if (options.build) execFileSync('npm', ['run', '-s', 'build'], { cwd: ROOT, stdio: 'inherit' });
const wrong = options.findRate ? await findRates(options) : await runStorms(options);
console.log(wrong.length === 0 ? 'lost 0' : `WRONG\n${wrong.join('\n')}`);
process.exitCode = wrong.length === 0 ? 0 : 1;

/** @returns what was wrong, in words */
async function runStorms({ sides, ...storm }: StormOptions): Promise<string[]> {
  const wrong: string[] = [];
  console.log(
    `${storm.rate} updates/s in batches of ${storm.batch} for ${storm.seconds} s, ${storm.duplicates * 100} % repeated\n`,
  );
  for (const side of sides) {
    const result = await running(side, (one) => measureStorm(side, one, { ...storm, number: 1 }));
    console.log(`${side}\n${report(result)}\n`);
    wrong.push(...result.wrong.map((line) => `${side}: ${line}`));
  }
  return wrong;
}

/** A rate that a side cannot hold may refuse deliveries, but none that was acknowledged may be lost. */
async function findRates({ sides, rate: first, ...storm }: StormOptions): Promise<string[]> {
  const found: Partial<Record<SideName, number>> = {};
  for (const side of sides) {
    let number = 0;
    found[side] = await running(side, (one) =>
      findRate(first, async (rate) => {
        const attempt = async (): Promise<boolean> => {
          const result = await measureStorm(side, one, { ...storm, rate, number: ++number });
          const holds = isHeld(result, storm.seconds);
          console.log(`${side} ${String(rate).padStart(6)}/s  ${lineOf(result)}  ${holds ? 'held' : 'not held'}`);
          return holds;
        };
        // Once more, because a machine may hiccup.
        return (await attempt()) || attempt();
      }),
    );
  }
  for (const [side, rate] of Object.entries(found))
    console.log(`${side}: ${rate} single updates/s within ${P99_MS} ms`);
  const { reference, palomar } = found;
  if (reference && palomar !== undefined) console.log(`RATIO Palomar / reference: ${(palomar / reference).toFixed(3)}`);
  return Object.entries(found).flatMap(([side, rate]) => (rate > 0 ? [] : [`${side}: held no rate`]));
}

/** A rate whose updates pile up is not held, however fast the answers are. */
function isHeld({ acknowledge, appliedAfterMs, wrong }: StormResult, seconds: number): boolean {
  const isApplied = appliedAfterMs !== undefined && appliedAfterMs <= seconds * 1_000;
  return wrong.length === 0 && isApplied && acknowledge !== undefined && acknowledge.p99 <= P99_MS;
}

async function running<T>(side: SideName, work: (one: RunningSide) => Promise<T>): Promise<T> {
  const cleanUps = new CleanUps();
  try {
    const one = await startSide(side, NOTHING_SENT, cleanUps);
    await measureStorm(side, one, { ...WARM_UP, batch: options.batch });
    const result = await work(one);
    if (one.program.output) console.log(`${side} said:\n${one.program.output}\n`);
    return result;
  } finally {
    await cleanUps.run();
  }
}

function report(result: StormResult): string {
  const { deliveries, repetitions, cpuPerUpdate, appliedAfterMs } = result;
  return [
    ['deliveries, of them repeated', `${deliveries}, ${repetitions}`],
    ['answer p50 / p99, ms', both(result.acknowledge)],
    ['begun late by the bench p50 / p99, ms', both(result.late)],
    ['CPU of the app per update, ms', cpuPerUpdate.app.toFixed(3)],
    ['CPU of PostgreSQL per update, ms', cpuPerUpdate.postgres.toFixed(3)],
    ['all applied after the last answer, ms', appliedAfterMs?.toFixed(0) ?? 'never'],
  ]
    .map(([title = '', cell = '']) => title.padEnd(40) + cell.padStart(18))
    .join('\n');
}

function lineOf({ acknowledge, late, appliedAfterMs, wrong }: StormResult): string {
  const applied = `applied after ${appliedAfterMs?.toFixed(0) ?? '∞'} ms`;
  return [`answer ${both(acknowledge)} ms`, `begun late ${both(late)} ms`, applied, ...wrong].join(', ');
}

function both(percentiles: Percentiles | undefined): string {
  return percentiles ? `${percentiles.p50.toFixed(1)} / ${percentiles.p99.toFixed(1)}` : '–';
}

function readOptionsOrExplain(): StormOptions {
  try {
    if (process.platform !== 'linux') throw new Error('CPU times come from /proc, so the bench needs Linux.');
    return readStormOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}
