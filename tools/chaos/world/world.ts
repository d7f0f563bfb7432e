import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Balancer } from './balancer.ts';
import { type ChaosBroker, ownBroker } from './broker.ts';
import { ChaosDatabase } from './database.ts';
import { Fleet, type Settings } from './fleet.ts';
import { ChaosSimulator } from './simulator.ts';

export const ADMIN_KEY = 'chaos-admin-key-0123456789';

export interface WorldOptions {
  replicas?: number;
  /** Default: a node of its own, which can be killed. */
  broker?: ChaosBroker;
}

/** Everything real that a cycle disturbs: replicas, PostgreSQL, RabbitMQ and Meta's stand-in, each a process of its own. */
export class World {
  private people = 0;
  private cycles = 0;

  private constructor(
    readonly folder: string,
    readonly database: ChaosDatabase,
    readonly broker: ChaosBroker,
    readonly fleet: Fleet,
    readonly balancer: Balancer,
    readonly simulator: ChaosSimulator,
  ) {}

  static async start({ replicas = 2, broker }: WorldOptions = {}): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), 'palomar-chaos-'));
    const [database, rabbit] = await Promise.all([ChaosDatabase.start(), broker ?? ownBroker()]);
    const fleet = await Fleet.create(replicas, folder, (): Settings => ({
      DATABASE_URL: database.url,
      RABBITMQ_URL: rabbit.url,
      PO_EVENTS_EXCHANGE: rabbit.exchange,
      PO_EVENTS_QUEUE: rabbit.queue,
      WHATSAPP_GRAPH_URL: simulator.url,
      ADMIN_API_KEY: ADMIN_KEY,
    }));
    const balancer = await Balancer.start(fleet.ports);
    const simulator = await ChaosSimulator.start(`${balancer.url}/api/v1/whatsapp/webhook`);
    return new World(folder, database, rabbit, fleet, balancer, simulator);
  }

  /** Where callers and Meta reach the application. */
  get url(): string {
    return this.balancer.url;
  }

  /** Part of every reference, so that what is late is not taken for another cycle's. */
  nextCycle(): number {
    return ++this.cycles;
  }

  /** A Spanish mobile that nobody wrote to before. A last digit of 3 or 7 keeps it away from the endings that the simulator treats as special. */
  nextPerson(lastDigit: number): string {
    return `+346${String(10_000_000 + this.people++ * 10 + lastDigit)}`;
  }

  /** Nothing that happened before goes on: an empty database, an empty simulator, new processes. */
  async renew(): Promise<void> {
    await this.fleet.stop();
    await this.database.renew();
    await this.simulator.reset();
  }

  /** @param keepFolder for whoever reads the ledgers afterwards */
  async stop({ keepFolder = false } = {}): Promise<void> {
    await this.fleet.stop();
    await this.simulator.stop();
    await this.balancer.stop();
    await Promise.all([this.database.stop(), this.broker.end()]);
    if (!keepFolder) await rm(this.folder, { recursive: true, force: true });
  }
}
