import { CpuMeter, difference } from '../cpu.ts';
import { type Percentiles, percentilesOf } from '../percentiles.ts';
import type { SideName } from '../sides.ts';
import type { RunningSide } from '../start-side.ts';
import { storeSentMessages } from './messages.ts';
import { bodiesIn, scheduleOf, type Storm } from './plan.ts';
import { untilApplied, whatIsWrong } from './proof.ts';
import { SenderProcess } from './sender.process.ts';

export interface StormResult {
  /** From when a POST was due until it was answered. */
  acknowledge: Percentiles | undefined;
  /** How late this bench itself began its POSTs: the less, the truer the numbers. */
  late: Percentiles | undefined;
  /** POSTs, and those of them that repeated an earlier one. */
  deliveries: number;
  repetitions: number;
  /** Milliseconds of CPU for each update, repetitions among them. */
  cpuPerUpdate: { app: number; postgres: number };
  /** From the last answer until all was applied; undefined when it never was. */
  appliedAfterMs: number | undefined;
  /** What was refused, lost or doubled, in words. */
  wrong: string[];
}

/** Stores messages, lets the storm break out upon them, and proves what became of them. */
export async function measureStorm(side: SideName, running: RunningSide, storm: Storm): Promise<StormResult> {
  const { observer, program, simulator, url } = running;
  await storeSentMessages(observer, side, storm);
  const sender = await SenderProcess.prepare(url, storm);
  try {
    const meter = new CpuMeter(program.pid, observer.backendPid, [process.pid, simulator.pid]);
    const before = meter.read();
    const { latencies, lateness, answers } = await sender.send();
    const appliedAfterMs = await untilApplied(observer, side);
    const cpu = difference(before, meter.read());
    const schedule = scheduleOf(storm);
    const updates = schedule.length * storm.batch;
    return {
      acknowledge: percentilesOf(latencies),
      late: percentilesOf(lateness),
      deliveries: schedule.length,
      repetitions: schedule.length - bodiesIn(schedule),
      cpuPerUpdate: { app: cpu.app / updates, postgres: cpu.postgres / updates },
      appliedAfterMs,
      wrong: [...refusals(answers), ...(await whatIsWrong(observer, storm))],
    };
  } finally {
    await sender.stop();
  }
}

function refusals(answers: Record<number, number>): string[] {
  return Object.entries(answers)
    .filter(([status]) => status !== '200')
    .map(([status, count]) => `${count} deliveries were ${status === '0' ? 'not answered' : `answered ${status}`}`);
}
