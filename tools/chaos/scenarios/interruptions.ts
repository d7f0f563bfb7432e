import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

import type { InjectionPoint } from '../injection.ts';
import type { ChaosApp } from '../world/app.ts';
import { NothingHappened, type Stage } from './scenario.ts';

const LATEST_PASSAGE_MS = 6_000;

/** A process ends without a warning, and another takes its place. @returns the proof */
export async function kill({ world: { fleet }, announce }: Stage, index: number): Promise<string> {
  const app = fleet.app(index);
  announce('SIGKILL', app.pid);
  app.signal('SIGKILL');
  const { signal } = await app.ended;
  await fleet.revive(index);
  return `process ${index} ended by ${signal}`;
}

/** A process stands still for a while and goes on as if nothing had been. @returns the proof */
export async function freeze({ world: { fleet }, announce }: Stage, index: number, ms: number): Promise<string> {
  const app = fleet.app(index);
  announce('SIGSTOP', app.pid);
  app.signal('SIGSTOP');
  return thaw(app, ms);
}

export interface Passage {
  point: InjectionPoint;
  /** With this number, from 1. */
  passage: number;
}

/** The same as `kill`, in the very moment of a passage. */
export async function killAt(passage: Passage, stage: Stage, index: number): Promise<string> {
  const { fleet } = stage.world;
  const app = await untilPassed(passage, 'SIGKILL', stage, index);
  const { signal } = await app.ended;
  await fleet.revive(index);
  return `process ${index} ended by ${signal} at passage ${passage.passage} of ${passage.point}`;
}

/** The same as `freeze`, in the very moment of a passage. */
export async function freezeAt(passage: Passage, stage: Stage, index: number, ms: number): Promise<string> {
  return `${await thaw(await untilPassed(passage, 'SIGSTOP', stage, index), ms)} at ${passage.point}`;
}

/** @throws NothingHappened when the process does not come that way, because others did the work */
async function untilPassed(
  { point, passage }: Passage,
  signal: 'SIGKILL' | 'SIGSTOP',
  { world: { fleet }, ledgers: { injector } }: Stage,
  index: number,
): Promise<ChaosApp> {
  const app = fleet.app(index);
  const before = injector.read().length;
  const hasPassed = (): boolean => injector.read().length > before;
  await app.arm({ point, passage, signal, ledger: injector.path });
  for (const deadline = Date.now() + LATEST_PASSAGE_MS; !hasPassed(); await pause(10)) {
    if (Date.now() < deadline) continue;
    await app.arm(null);
    if (!hasPassed()) throw new NothingHappened(`process ${index} did not pass ${point} ${passage} times`);
  }
  return app;
}

async function thaw(app: ChaosApp, ms: number): Promise<string> {
  await pause(ms);
  const stopped = await isStopped(app.pid);
  app.signal('SIGCONT');
  if (!stopped) throw new NothingHappened('the process did not stand still');
  return `a process stood still for ${ms} ms`;
}

async function isStopped(pid: number): Promise<boolean> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'state=', '-p', String(pid)]);
  return stdout.trim().startsWith('T');
}
