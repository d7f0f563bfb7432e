import { availableParallelism } from 'node:os';

import { type CpuMeter, type CpuTimes, difference } from './cpu.ts';
import type { Follower } from './follower.ts';
import type { LoadDriver } from './load.ts';
import type { Observer } from './observer.ts';
import type { BenchOptions } from './options.ts';
import { type Percentiles, percentilesOf } from './percentiles.ts';
import { monotonicMicroseconds, type Window } from './profile.ts';
import { STORED_TENANT } from './seed.ts';
import type { Simulator } from './simulator.ts';

export interface Bench {
  load: LoadDriver;
  follower: Follower;
  observer: Observer;
  simulator: Simulator;
  meter: CpuMeter;
}

/** How long callers and WhatsApp waited for their answers; undefined when nothing was answered. */
export interface Latencies {
  accept: Percentiles | undefined;
  acknowledge: Percentiles | undefined;
}

export interface Throughput extends Latencies {
  /** From the first request to the last READ. */
  messagesPerSecond: number;
  /** Milliseconds of CPU for each message that was sent meanwhile. */
  cpuPerMessage: Pick<CpuTimes, 'app' | 'postgres' | 'tools'>;
  /** When that was. */
  window: Window;
  /** Share of the machine's two or more processors that went to strangers meanwhile: the less, the truer the numbers. */
  disturbance: number;
}

export interface Measurement extends Throughput {
  /** At a fixed rate. */
  paced: Latencies | undefined;
  /** What was lost or doubled, in words. */
  missing: string[];
  /** Where the program's time went, when that was asked for. */
  profile: string | undefined;
  /** Where PostgreSQL's went. */
  statements: string | undefined;
  /** What the program said. */
  output: string;
}

/** As fast as it goes. */
export async function measureThroughput(bench: Bench, { messages, clients }: BenchOptions): Promise<Throughput> {
  const { load, follower, simulator } = bench;
  const before = await readMeters(bench);
  const startedAt = new Date();
  const from = monotonicMicroseconds();
  const waits = await load.send(messages, clients);
  await follower.untilAllRead();
  const to = monotonicMicroseconds();
  const after = await readMeters(bench);

  const ms = (to - from) / 1000;
  const sent = after.sent - before.sent;
  const cpu = difference(before.cpu, after.cpu);
  return {
    messagesPerSecond: (messages / ms) * 1000,
    ...(await latenciesOf(waits, simulator, startedAt)),
    cpuPerMessage: { app: cpu.app / sent, postgres: cpu.postgres / sent, tools: cpu.tools / sent },
    window: { from, to },
    disturbance: (cpu.machine - cpu.app - cpu.postgres - cpu.tools) / (ms * availableParallelism()),
  };
}

/** At a pace that leaves the machine time to spare. */
export async function measurePaced(bench: Bench, { rate, seconds }: BenchOptions): Promise<Latencies> {
  const { load, follower, simulator } = bench;
  const startedAt = new Date();
  const waits = await load.sendAtRate(rate, seconds);
  await follower.untilAllRead();
  return latenciesOf(waits, simulator, startedAt);
}

async function latenciesOf(waits: number[], simulator: Simulator, since: Date): Promise<Latencies> {
  const attempts = await simulator.webhookAttempts(since);
  return { accept: percentilesOf(waits), acknowledge: percentilesOf(attempts.flatMap(({ ms }) => ms ?? [])) };
}

/** Both at one moment: counting takes a while, and counts what was there when it began. */
async function readMeters({ observer, meter }: Bench): Promise<{ sent: number; cpu: CpuTimes }> {
  const counting = observer.sentExcept([STORED_TENANT]);
  const cpu = meter.read();
  return { sent: await counting, cpu };
}
