import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { SERVER_ENVIRONMENT } from './binaries.ts';
import { unlessMissing } from './files.ts';
import type { Placement } from './placement.ts';
import { unavailable } from './unavailable.ts';

const POLL_MS = 20;
/** Long, because after a crash the server replays its log before it answers. */
const READY_MS = 120_000;
const FAST_SHUTDOWN_MS = 15_000;
const IMMEDIATE_SHUTDOWN_MS = 5_000;
/**
 * Put into the lock file of a dead server whose pid another program has now, or that nobody waited for: PostgreSQL would
 * refuse to start beside such a pid. The file stays, for its other lines let it find processes the server left behind.
 */
const NO_PID = 2 ** 31 - 1;

/** A living server of ours, as its lock file tells. */
export interface Server {
  pid: number;
  port: number;
  /** False while it starts or stops. */
  ready: boolean;
}

export interface LaunchOptions extends Placement {
  bin: string;
  port: number;
  durable: boolean;
  logFile: string;
}

/** The server that answers for the data in `location`, whoever started it; waits while it starts or stops. */
export function findServer(location: string): Promise<Server | undefined> {
  return untilReady(location, (server) => server === undefined);
}

/**
 * Starts a server and waits until one answers: this one, or that of another process which was faster.
 * @returns undefined when it ended at once; the log file has its reason
 */
export async function launchServer(options: LaunchOptions): Promise<Server | undefined> {
  const { location, account, bin, port, durable, logFile } = options;
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories='];
  if (!durable) settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off');
  const log = await open(logFile, 'a');
  try {
    const server = spawn(
      join(bin, 'postgres'),
      ['-D', location, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
      // Detached: Ctrl-C reaches the terminal's whole process group, and the application has yet to drain.
      { ...account, cwd: '/', env: SERVER_ENVIRONMENT, detached: true, stdio: ['ignore', log.fd, log.fd] },
    );
    await once(server, 'spawn');
    server.unref();
    return await untilReady(location, () => server.exitCode !== null || server.signalCode !== null);
  } finally {
    await log.close();
  }
}

/** Ends connections and the server, in order; when that takes too long, at once, to be recovered at the next start. */
export async function stopServer({ pid }: Server, location: string): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGINT', FAST_SHUTDOWN_MS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS],
  ] as const) {
    if (!(await isOurs(pid, location))) return;
    process.kill(pid, signal);
    for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(POLL_MS)) {
      if (!(await isOurs(pid, location))) return;
    }
  }
  throw new Error(`The embedded PostgreSQL (pid ${pid}) does not stop.`);
}

async function untilReady(location: string, isHopeless: (server: Server | undefined) => boolean) {
  for (const deadline = Date.now() + READY_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    const server = await readServer(location);
    if (server?.ready) return server;
    if (isHopeless(server)) return undefined;
  }
  throw unavailable(`its server in ${location} does not get ready`);
}

async function readServer(location: string): Promise<Server | undefined> {
  const lockFile = join(location, 'postmaster.pid');
  const lines = (await unlessMissing(readFile(lockFile, 'utf8')))?.split('\n');
  if (!lines) return undefined;

  const [pid, port, status] = [Number(lines[0]), Number(lines[3]), lines[7]?.trim()];
  if (await isOurs(pid, location)) return { pid, port, ready: status === 'ready' };
  if (pid > 0 && (await commandOf(pid)) !== undefined)
    await writeFile(lockFile, [NO_PID, ...lines.slice(1)].join('\n'));
  return undefined;
}

async function isOurs(pid: number, location: string): Promise<boolean> {
  return (await commandOf(pid))?.includes(` -D ${location} `) ?? false;
}

/** The command line of a living process; empty for one that ended and was not yet waited for. */
async function commandOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    return (await unlessMissing(readFile(`/proc/${pid}/cmdline`, 'utf8')))?.replaceAll('\0', ' ');
  }
  try {
    return (await promisify(execFile)('ps', ['-p', String(pid), '-o', 'args='])).stdout;
  } catch {
    return undefined; // `ps` fails for a pid it does not know
  }
}
