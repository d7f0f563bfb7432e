import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** CPU time in milliseconds, user and system. */
export interface CpuTimes {
  app: number;
  postgres: number;
  /** Of the simulator and of this process, which makes the load. */
  tools: number;
  /** All that the machine's processors worked, or wanted to and its host did not let them. */
  machine: number;
}

/** Reads CPU time from /proc, so Linux only. */
export class CpuMeter {
  readonly #msPerTick = 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  readonly #postmaster: number;

  /** `ownBackend` serves our own queries: it leads to the postmaster, and what it takes is not counted. */
  constructor(
    private readonly appPid: number,
    private readonly ownBackend: number,
    private readonly toolPids: readonly number[],
  ) {
    this.#postmaster = statOf(ownBackend).parent;
  }

  read(): CpuTimes {
    const tools = [...this.toolPids, this.ownBackend].map((pid) => statOf(pid).ownTicks);
    return {
      app: this.#ms(statOf(this.appPid).ownTicks),
      postgres: this.#ms(this.#postgresTicks()),
      tools: this.#ms(sumOf(tools)),
      machine: this.#ms(busyTicks()),
    };
  }

  /** The whole cluster: the postmaster, children it has waited for, and those that live. */
  #postgresTicks(): number {
    const { ownTicks, waitedForTicks } = statOf(this.#postmaster);
    const children = childrenOf(this.#postmaster).filter(({ pid }) => pid !== this.ownBackend);
    return ownTicks + waitedForTicks + sumOf(children.map((child) => child.ownTicks));
  }

  #ms(ticks: number): number {
    return ticks * this.#msPerTick;
  }
}

export function difference(before: CpuTimes, after: CpuTimes): CpuTimes {
  return {
    app: after.app - before.app,
    postgres: after.postgres - before.postgres,
    tools: after.tools - before.tools,
    machine: after.machine - before.machine,
  };
}

interface ProcessStat {
  pid: number;
  parent: number;
  ownTicks: number;
  waitedForTicks: number;
}

function statOf(pid: number): ProcessStat {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is a name in brackets, in which anything may stand; the numbers follow the last bracket.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  return { pid, parent: field(4), ownTicks: field(14) + field(15), waitedForTicks: field(16) + field(17) };
}

/** All processors together: user, nice, system, irq, softirq, steal. */
function busyTicks(): number {
  const [, user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
    .split(/\s+/, 9)
    .map(Number);
  return sumOf([user, nice, system, irq, softirq, steal].map((ticks) => ticks ?? 0));
}

function sumOf(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function childrenOf(parent: number): ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statIfAlive(Number(name)))
    .filter((stat) => stat.parent === parent);
}

function statIfAlive(pid: number): ProcessStat[] {
  try {
    return [statOf(pid)];
  } catch {
    return []; // it ended since the folder was listed
  }
}
