import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ROOT } from './program.ts';

const SHOWN = 25;

/** As V8 writes it; times are microseconds. */
interface CpuProfile {
  startTime: number;
  nodes: { id: number; callFrame: { functionName: string; url: string } }[];
  samples: number[];
  timeDeltas: number[];
}

/** Microseconds of the machine's monotonic clock, which profiles are written by. */
export interface Window {
  from: number;
  to: number;
}

export function monotonicMicroseconds(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** Where the time of a process went that wrote its profile to `folder`: the functions with most time of their own. */
export async function describeProfile(folder: string, window: Window): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile'));
  const times = new Map<string, number>();
  for (const file of files) {
    addTimes(times, JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile, window);
  }
  times.delete(IDLE);
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  const top = [...times].toSorted(([, a], [, b]) => b - a).slice(0, SHOWN);
  return top.map(([name, time]) => `${((time / total) * 100).toFixed(1).padStart(6)} %  ${name}`).join('\n');
}

const IDLE = '(idle)';

function addTimes(times: Map<string, number>, profile: CpuProfile, { from, to }: Window): void {
  const { nodes, samples, timeDeltas } = profile;
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  let at = profile.startTime;
  for (const [index, sample] of samples.entries()) {
    const delta = timeDeltas[index] ?? 0;
    at += delta;
    if (at < from || at > to) continue;
    const name = names.get(sample) ?? '?';
    times.set(name, (times.get(name) ?? 0) + delta);
  }
}

function nameOf({ functionName, url }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName || '(anonymous)';
  if (url === '') return name;
  return `${name}  ${url.startsWith('file:') ? relative(ROOT, fileURLToPath(url)) : url}`;
}
