/** What one message costs from acceptance to READ, beside a bare program that does only what durability demands. */
import { execFileSync } from 'node:child_process';

import { runFlat } from './flat.ts';
import type { BenchOptions } from './options.ts';
import { readOptions, USAGE } from './options.ts';
import { ROOT } from './program.ts';
import { comparison, type Measured, report } from './report.ts';
import { runSide } from './run.ts';

const options = readOptionsOrExplain();
if (options.build) execFileSync('npm', ['run', '-s', 'build'], { cwd: ROOT, stdio: 'inherit' });
const lost = options.flat ? await runFlat(options) : await runRounds(options);
console.log(lost.length === 0 ? 'lost 0' : `LOST\n${lost.join('\n')}`);
process.exitCode = lost.length === 0 ? 0 : 1;

/** @returns what was lost, in words */
async function runRounds({ rounds, sides, messages }: BenchOptions): Promise<string[]> {
  const all: Measured[] = [];
  const lost: string[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const measured: Measured = {};
    for (const side of sides) measured[side] = await runSide(side, options);
    console.log(`\nRound ${round} of ${rounds}: ${messages} messages\n${report(measured)}\n`);
    for (const [side, { missing, output, profile, statements }] of Object.entries(measured)) {
      if (profile) console.log(`${side}, its functions' own time by the clock:\n${profile}\n`);
      if (statements) console.log(`${side}, its statements in the measured phase:\n${statements}\n`);
      if (output) console.log(`${side} said:\n${output}\n`);
      lost.push(...missing.map((line) => `${side}: ${line}`));
    }
    all.push(measured);
  }
  if (sides.length > 1) console.log(comparison(all));
  return lost;
}

function readOptionsOrExplain(): BenchOptions {
  try {
    if (process.platform !== 'linux') throw new Error('CPU times come from /proc, so the bench needs Linux.');
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}
