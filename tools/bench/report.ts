import type { Measurement } from './measure.ts';
import { median } from './medians.ts';
import type { Percentiles } from './percentiles.ts';
import type { SideName } from './sides.ts';

export type Measured = Partial<Record<SideName, Measurement>>;

/** One row per number, one column per side. */
export function report(measured: Measured): string {
  const sides = Object.entries(measured) as [SideName, Measurement][];
  const lines = ROWS.map(([title, cell]) => [title, ...sides.map(([, one]) => cell(one))]);
  return [['', ...sides.map(([side]) => side)], ...lines].map(toLine).join('\n');
}

/** How the sides compare; empty when only one was measured. */
export function comparison(rounds: readonly Measured[]): string {
  const ratios = rounds.flatMap(({ reference, palomar }) =>
    reference && palomar ? lifeCyclesPerCpuSecond(palomar) / lifeCyclesPerCpuSecond(reference) : [],
  );
  if (ratios.length === 0) return '';
  const each = ratios.length > 1 ? ` (rounds: ${ratios.map((ratio) => ratio.toFixed(3)).join(', ')})` : '';
  return `RATIO Palomar / reference, life cycles per CPU-second: ${median(ratios).toFixed(3)}${each}`;
}

/** How many messages' whole lives, accepted to READ, one second of CPU pays for: application and PostgreSQL together. */
export function lifeCyclesPerCpuSecond(measurement: Measurement): number {
  return 1000 / totalCpu(measurement);
}

export function totalCpu({ cpuPerMessage }: Measurement): number {
  return cpuPerMessage.app + cpuPerMessage.postgres;
}

const ROWS: readonly (readonly [string, (measurement: Measurement) => string])[] = [
  ['messages/s', ({ messagesPerSecond }) => messagesPerSecond.toFixed(0)],
  ['accept p50 / p99, ms', ({ accept }) => both(accept)],
  ['webhook answer p50 / p99, ms', ({ acknowledge }) => both(acknowledge)],
  ['CPU of the app per message, ms', ({ cpuPerMessage }) => cpuPerMessage.app.toFixed(3)],
  ['CPU of PostgreSQL per message, ms', ({ cpuPerMessage }) => cpuPerMessage.postgres.toFixed(3)],
  ['CPU per message, ms', (measurement) => totalCpu(measurement).toFixed(3)],
  // Simulator and driver, the same work in every run: what it costs tells how fast the machine was.
  ['CPU of bench itself per message, ms', ({ cpuPerMessage }) => cpuPerMessage.tools.toFixed(3)],
  ['life cycles per CPU-second', (measurement) => lifeCyclesPerCpuSecond(measurement).toFixed(0)],
  ['taken by strangers meanwhile', ({ disturbance }) => `${(disturbance * 100).toFixed(0)} %`],
  ['paced: accept p50 / p99, ms', ({ paced }) => both(paced?.accept)],
  ['paced: webhook answer p50 / p99, ms', ({ paced }) => both(paced?.acknowledge)],
];

function both(percentiles: Percentiles | undefined): string {
  return percentiles ? `${percentiles.p50.toFixed(1)} / ${percentiles.p99.toFixed(1)}` : '–';
}

function toLine([title = '', ...cells]: string[]): string {
  return title.padEnd(38) + cells.map((cell) => cell.padStart(18)).join('');
}
