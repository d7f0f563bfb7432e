import { median } from './medians.ts';
import type { BenchOptions } from './options.ts';
import { totalCpu } from './report.ts';
import { runSide } from './run.ts';

/** What one message cost. */
interface Cost {
  /** Milliseconds. */
  cpu: number;
  /** As a multiple of what simulator and driver took for it: a slower machine slows both. */
  ofTools: number;
}

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
  const costs = new Map(states.map(({ title }) => [title, [] as Cost[]]));
  const missing: string[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const { title, stored, backlog } of states) {
      const measurement = await runSide('palomar', { ...options, stored, backlog });
      const cost = { cpu: totalCpu(measurement), ofTools: totalCpu(measurement) / measurement.cpuPerMessage.tools };
      costs.get(title)?.push(cost);
      missing.push(...measurement.missing.map((line) => `${title}: ${line}`));
      console.log(
        `round ${round}, ${title}: ${cost.cpu.toFixed(3)} ms of CPU per message, ${cost.ofTools.toFixed(2)} times the bench's own, ` +
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

function table(costs: Map<string, Cost[]>): string {
  const medians = [...costs].map(([title, values]) => ({
    title,
    cpu: median(values.map(({ cpu }) => cpu)),
    ofTools: median(values.map(({ ofTools }) => ofTools)),
  }));
  const empty = medians[0];
  const deviation = (value: number, from = NaN): string => `${((value / from - 1) * 100).toFixed(1).padStart(10)} %`;
  const lines = medians.map(
    ({ title, cpu, ofTools }) =>
      `${title.padEnd(22)}${cpu.toFixed(3).padStart(10)} ms${deviation(cpu, empty?.cpu)}` +
      `${ofTools.toFixed(2).padStart(10)} ${deviation(ofTools, empty?.ofTools)}`,
  );
  const head =
    "CPU per message, and as a multiple of the bench's own: medians, each with its deviation from the empty table";
  return [head, ...lines].join('\n');
}
