import { median } from './medians.ts';
import type { BenchOptions } from './options.ts';
import { totalCpu } from './report.ts';
import { runSide } from './run.ts';

interface TableState {
  title: string;
  stored: number;
  backlog: number;
}

/**
 * Whether a message costs the same however full Palomar's table is: empty, with many stored messages, with many that
 * wait. The states are measured in turns, so that what disturbs the machine for a while disturbs them all.
 * @returns what was lost, in words
 */
export async function runFlat(options: BenchOptions): Promise<string[]> {
  const states = statesFor(options);
  const costs = new Map(states.map(({ title }) => [title, [] as number[]]));
  const missing: string[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const { title, stored, backlog } of states) {
      const measurement = await runSide('palomar', { ...options, stored, backlog });
      costs.get(title)?.push(totalCpu(measurement));
      missing.push(...measurement.missing.map((line) => `${title}: ${line}`));
      console.log(
        `round ${round}, ${title}: ${totalCpu(measurement).toFixed(3)} ms of CPU per message, ` +
          `${(measurement.disturbance * 100).toFixed(0)} % of the machine taken by strangers`,
      );
    }
  }
  console.log(`\n${table(costs)}`);
  return missing;
}

function statesFor({ stored, backlog }: BenchOptions): TableState[] {
  const [many, waiting] = [stored || 1_000_000, backlog || 200_000];
  return [
    { title: 'empty', stored: 0, backlog: 0 },
    { title: `${many.toLocaleString('en')} stored`, stored: many, backlog: 0 },
    { title: `${waiting.toLocaleString('en')} waiting`, stored: 0, backlog: waiting },
  ];
}

function table(costs: Map<string, number[]>): string {
  const medians = [...costs].map(([title, values]) => ({ title, cost: median(values) }));
  const empty = medians[0]?.cost ?? NaN;
  const lines = medians.map(({ title, cost }) => {
    const deviation = (cost / empty - 1) * 100;
    return `${title.padEnd(22)}${cost.toFixed(3).padStart(10)} ms${deviation.toFixed(1).padStart(10)} %`;
  });
  return ['CPU per message, median, and the deviation from the empty table', ...lines].join('\n');
}
