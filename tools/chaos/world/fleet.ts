import { join } from 'node:path';

import { freePort } from '#embedded';

import { type AppOptions, ChaosApp } from './app.ts';

/** Values of environment variables that a scenario wants otherwise than most. */
export type Settings = Readonly<Record<string, string>>;

/** Times short enough that a cycle lives through leases and grace, and no limit in the way. */
const USUAL: Settings = {
  DISPATCHER_LEASE_MS: '3000',
  WHATSAPP_SEND_TIMEOUT_MS: '1000',
  DISPATCHER_SWEEP_MS: '300',
  UNCONFIRMED_GRACE_MS: '2000',
  DISPATCHER_PROBE_MS: '1000',
  WHATSAPP_MESSAGES_PER_SECOND: '10000',
  WHATSAPP_API_VERSION: 'v26.0',
  LOG_LEVEL: 'warn',
};

/** The replicas: those that survived are used again, those that died or have other settings are started anew. */
export class Fleet {
  private apps: ChaosApp[] = [];
  private settings: Settings = {};
  private planted: string | undefined;

  private constructor(
    readonly ports: readonly number[],
    private readonly folder: string,
    private readonly fixed: () => Settings,
  ) {}

  static async create(size: number, folder: string, fixed: () => Settings): Promise<Fleet> {
    return new Fleet(await Promise.all(Array.from({ length: size }, () => freePort())), folder, fixed);
  }

  get size(): number {
    return this.ports.length;
  }

  app(index: number): ChaosApp {
    return this.apps[index] as ChaosApp;
  }

  /** All run, with these settings and this bug. */
  async ensure(settings: Settings, planted?: string): Promise<void> {
    const isOther = planted !== this.planted || JSON.stringify(settings) !== JSON.stringify(this.settings);
    if (isOther) await this.stop();
    this.settings = settings;
    this.planted = planted;
    await Promise.all(this.ports.map((_, index) => this.revive(index)));
  }

  /** Those that do not run. */
  missing(): number[] {
    return [...this.ports.keys()].filter((index) => !this.apps[index]?.isAlive);
  }

  /** Starts one again if it has ended. */
  async revive(index: number): Promise<void> {
    if (!this.apps[index]?.isAlive) this.apps[index] = ChaosApp.start(this.optionsOf(index));
    await this.app(index).listening();
  }

  async stop(): Promise<void> {
    const alive = this.apps.filter(({ isAlive }) => isAlive);
    for (const app of alive) app.signal('SIGKILL');
    await Promise.all(alive.map(({ ended }) => ended));
    this.apps = [];
  }

  private optionsOf(index: number): AppOptions {
    return {
      port: this.ports[index] as number,
      env: { ...USUAL, ...this.fixed(), ...this.settings },
      logFile: join(this.folder, `app-${index}.log`),
      planted: this.planted,
    };
  }
}
