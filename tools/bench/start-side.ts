import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { freePort } from '#embedded';
import { migrate } from '#migrations';

import type { CleanUps } from './clean-ups.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { Observer } from './observer.ts';
import { Program } from './program.ts';
import { programOf, type SideName } from './sides.ts';
import { Simulator } from './simulator.ts';

export interface StartOptions {
  /** Statuses per webhook POST of the simulator, at most. */
  batch: number;
  /** Messages per second that Palomar may send at most. */
  pace: number;
  profile: boolean;
  /** Fills Palomar's tables before it starts. */
  prepare?: (observer: Observer) => Promise<void>;
}

/** One side, running: its database, its program and a simulator. */
export interface RunningSide {
  cluster: Cluster;
  observer: Observer;
  simulator: Simulator;
  program: Program;
  url: string;
  apiKey: string;
  /** Where the program's CPU profile comes to lie. */
  profileTo: string | undefined;
}

export async function startSide(side: SideName, options: StartOptions, cleanUps: CleanUps): Promise<RunningSide> {
  const cluster = await startCluster({ watchStatements: options.profile });
  cleanUps.add(() => cluster.remove());
  const observer = await Observer.connect(cluster.url);
  cleanUps.add(() => observer.close());
  if (side === 'palomar') {
    await migrate(cluster.url);
    await options.prepare?.(observer);
  }

  const simulator = await Simulator.start();
  cleanUps.add(() => simulator.stop());
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await simulator.sendWebhooksTo(`${url}/api/v1/whatsapp/webhook`, options.batch);

  const apiKey = randomBytes(32).toString('base64');
  const profileTo = options.profile ? join(cluster.folder, 'profile') : undefined;
  const around = { databaseUrl: cluster.url, graphUrl: simulator.url, port, profileTo, pace: options.pace };
  const program = await Program.start(programOf(side, around, apiKey));
  cleanUps.add(() => program.stop());
  return { cluster, observer, simulator, program, url, apiKey, profileTo };
}
