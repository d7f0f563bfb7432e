import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { findBinaries } from './binaries.ts';
import { createCluster, SUPERUSER } from './cluster.ts';
import { unlessMissing } from './files.ts';
import { freePort } from './free-port.ts';
import { DATABASE, type Hold, takeHold } from './hold.ts';
import { isCluster, placementOf } from './placement.ts';
import { findServer, launchServer, type Server, stopServer } from './server.ts';
import { unavailable } from './unavailable.ts';

const ATTEMPTS = 10;
const BETWEEN_ATTEMPTS_MS = 300;
const LOG_LINES = 5;

export interface EmbeddedPostgresOptions {
  /** Holds the database between runs; beside it `<dataDir>.log`. */
  dataDir: string;
  /** Default: a free one, another at each start. */
  port?: number;
  /** `false` for throw-away data: faster, and lost when the machine stops. */
  durable?: boolean;
  log?: (message: string) => void;
}

export interface EmbeddedPostgres {
  /** `postgresql://palomar@127.0.0.1:PORT/palomar` */
  readonly url: string;
  /** Stops the server, unless another process started with the same `dataDir` still uses it. */
  stop(): Promise<void>;
}

/**
 * A PostgreSQL server of our own, from the programs npm installed. It answers on 127.0.0.1 only and trusts whoever
 * connects there. It outlives a process that is killed, and the next start with the same `dataDir` goes on with it;
 * processes started with one `dataDir` at the same time share one server, and the last to stop it ends it.
 * @throws when it cannot run here, with the reason and the advice to set DATABASE_URL
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, port, durable = true, log = () => undefined } = options;
  const placement = await placementOf(dataDir);
  const { location, account } = placement;
  const bin = await findBinaries(account);
  if (!(await isCluster(location))) await createCluster(placement, bin);

  const logFile = `${resolve(dataDir)}.log`;
  let fault: unknown;
  // More than once: meanwhile others may take the free port, or start or stop the very same server.
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const running = await findServer(location);
    const server =
      running ?? (await launchServer({ ...placement, bin, port: port ?? (await freePort()), durable, logFile }));
    try {
      if (server) {
        const hold = await takeHold(server.port);
        log(`PostgreSQL ${running ? 'was already running' : 'started'} on port ${server.port}, data in ${location}`);
        let stopped: Promise<void> | undefined;
        return { url: urlOf(server), stop: () => (stopped ??= stop(server, hold, location, log)) };
      }
    } catch (error) {
      fault = error;
    }
    await sleep(BETWEEN_ATTEMPTS_MS);
  }
  throw unavailable(`its server does not start; ${logFile} ends with: ${await endOf(logFile)}`, fault);
}

async function stop(server: Server, hold: Hold, location: string, log: (message: string) => void): Promise<void> {
  if (await hold.release()) {
    await stopServer(server, location);
    log('PostgreSQL stopped');
  } else {
    log('PostgreSQL goes on: another process uses it');
  }
}

function urlOf(server: Server): string {
  return `postgresql://${SUPERUSER}@127.0.0.1:${server.port}/${DATABASE}`;
}

async function endOf(logFile: string): Promise<string> {
  const lines = (await unlessMissing(readFile(logFile, 'utf8'))) ?? '';
  return lines.trim().split('\n').slice(-LOG_LINES).join('\n');
}
