import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { freePort } from '#embedded';
import { migrate } from '#migrations';

import { DEFAULT_PHONE_NUMBER_ID } from '../../apps/simulator/src/defaults.ts';
import { CleanUps } from './clean-ups.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { CpuMeter } from './cpu.ts';
import { Follower } from './follower.ts';
import { LoadDriver } from './load.ts';
import { type Measurement, measurePaced, measureThroughput } from './measure.ts';
import { Observer } from './observer.ts';
import type { BenchOptions } from './options.ts';
import { describeProfile } from './profile.ts';
import { Program } from './program.ts';
import { whatIsMissing } from './proof.ts';
import { settle, storeBacklog, storeReadMessages } from './seed.ts';
import { programOf, type SideName } from './sides.ts';
import { Simulator } from './simulator.ts';
import { describeStatements, forgetStatements } from './statements.ts';

/** Starts everything one side needs, measures it, proves that nothing was lost, and ends everything. */
export async function runSide(side: SideName, options: BenchOptions): Promise<Measurement> {
  const cleanUps = new CleanUps();
  try {
    return await measureSide(side, options, cleanUps);
  } finally {
    await cleanUps.run();
  }
}

async function measureSide(side: SideName, options: BenchOptions, cleanUps: CleanUps): Promise<Measurement> {
  const cluster = await startCluster({ watchStatements: options.profile });
  cleanUps.add(() => cluster.remove());
  const observer = await Observer.connect(cluster.url);
  cleanUps.add(() => observer.close());
  if (side === 'palomar') await prepareTables(cluster, observer, options);

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

  const tenantId = randomUUID();
  const follower = new Follower(observer);
  const load = new LoadDriver({ url, apiKey, tenantId }, options.clients, (id) => follower.add(id));
  cleanUps.add(() => load.close());

  await load.send(1, 1); // the first one waits for the templates
  await load.send(options.warmUp, options.clients);
  await follower.untilAllRead();
  await observer.checkpoint();
  const meter = new CpuMeter(program.pid, observer.backendPid, [process.pid, simulator.pid]);
  const bench = { load, follower, observer, simulator, meter };
  if (options.profile) await forgetStatements(observer);
  const throughput = await measureThroughput(bench, options);
  const statements = options.profile ? await describeStatements(observer) : undefined;
  const paced = side === 'palomar' ? await measurePaced(bench, options) : undefined;

  await program.stop();
  const missing = await whatIsMissing({ observer, simulator, tenantId, recipients: load.recipients });
  const profile = profileTo === undefined ? undefined : await describeProfile(profileTo, throughput.window);
  return { ...throughput, paced, missing, profile, statements, output: program.output };
}

async function prepareTables({ url }: Cluster, observer: Observer, { stored, backlog }: BenchOptions): Promise<void> {
  await migrate(url);
  if (stored > 0) await storeReadMessages(observer, stored, DEFAULT_PHONE_NUMBER_ID);
  if (backlog > 0) await storeBacklog(observer, backlog, DEFAULT_PHONE_NUMBER_ID);
  if (stored + backlog > 0) await settle(observer);
}
