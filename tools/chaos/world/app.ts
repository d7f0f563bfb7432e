import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import type { Armed, InjectorAnswer } from '../injection.ts';
import { TYPESCRIPT } from './typescript.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PLANTING = join(ROOT, 'tools/chaos/planting.ts');
const INJECTOR = join(ROOT, 'tools/chaos/injector.ts');
const MAIN = join(ROOT, 'apps/api/src/main.ts');
const START_MS = 60_000;

export interface AppOptions {
  port: number;
  env: Record<string, string>;
  logFile: string;
  /** Name of a planted bug. */
  planted?: string | undefined;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The application as a process of its own, from source, with the injector loaded beside it. */
export class ChaosApp {
  readonly ended: Promise<Exit>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly options: AppOptions,
  ) {
    this.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  }

  static start(options: AppOptions): ChaosApp {
    const { env, port, logFile, planted } = options;
    const { PATH = '', HOME = '' } = process.env;
    // The bug is planted before the injector loads the same sources.
    const planting = planted === undefined ? [] : ['--import', PLANTING];
    const log = openSync(logFile, 'a');
    const child = spawn(process.execPath, [...TYPESCRIPT, ...planting, '--import', INJECTOR, MAIN], {
      cwd: ROOT,
      stdio: ['ignore', log, log, 'ipc'],
      env: { PATH, HOME, HOST: '127.0.0.1', PORT: String(port), CHAOS_PLANTED: planted ?? '', ...env },
    });
    return new ChaosApp(child, options);
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async listening(): Promise<void> {
    for (const deadline = Date.now() + START_MS; this.isAlive && Date.now() < deadline; await pause(50)) {
      const answer = await fetch(`http://127.0.0.1:${this.options.port}/health/live`).catch(() => undefined);
      if (answer?.ok) return;
    }
    throw new Error(`The application does not start; see ${this.options.logFile}`);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** From the next passage on the injector counts; null disarms it. Resolves when it says so. */
  async arm(armed: Armed | null): Promise<void> {
    const answered = once(this.child, 'message') as Promise<[InjectorAnswer]>;
    this.child.send({ arm: armed });
    await Promise.race([answered, this.ended]);
  }
}
