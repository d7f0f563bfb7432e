import { randomUUID } from 'node:crypto';

import { DEFAULT_PHONE_NUMBER_ID } from '../../apps/simulator/src/defaults.ts';
import { CleanUps } from './clean-ups.ts';
import { CpuMeter } from './cpu.ts';
import { Follower } from './follower.ts';
import { LoadDriver } from './load.ts';
import { type Measurement, measurePaced, measureThroughput } from './measure.ts';
import type { Observer } from './observer.ts';
import type { BenchOptions } from './options.ts';
import { describeProfile } from './profile.ts';
import { whatIsMissing } from './proof.ts';
import { settle, storeBacklog, storeReadMessages } from './seed.ts';
import type { SideName } from './sides.ts';
import { startSide } from './start-side.ts';
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
  const prepare = (observer: Observer): Promise<void> => prepareTables(observer, options);
  const running = await startSide(side, { ...options, prepare }, cleanUps);
  const { observer, simulator, program, url, apiKey, profileTo } = running;

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

async function prepareTables(observer: Observer, { stored, backlog }: BenchOptions): Promise<void> {
  if (stored > 0) await storeReadMessages(observer, stored, DEFAULT_PHONE_NUMBER_ID);
  if (backlog > 0) await storeBacklog(observer, backlog, DEFAULT_PHONE_NUMBER_ID);
  if (stored + backlog > 0) await settle(observer);
}
