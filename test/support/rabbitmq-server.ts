import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import amqp from 'amqplib';

import { freePort } from '#embedded';

import { afterwards } from './afterwards.ts';

const run = promisify(execFile);

const USUAL_URL = 'amqp://guest:guest@127.0.0.1:5672';
const IMAGE = 'rabbitmq:4-management';
const CONNECT_MS = 5_000;
const START_MS = 90_000;
const MISSING =
  'RabbitMQ is missing and some tests need it: install it (Debian and Ubuntu: apt-get install rabbitmq-server; ' +
  'macOS: brew install rabbitmq), or start Docker, or set RABBITMQ_URL to a broker.';

type End = () => Promise<void>;

interface Broker {
  url: string;
  end: End;
}

/** In this order; each is undefined where it is not possible at all. */
const WAYS_TO_START: Record<string, () => Promise<Broker | undefined>> = {
  'the installed rabbitmq-server': startInstalled,
  Docker: startInDocker,
  'apt-get': installAndStart,
};

/**
 * A broker for this test run: the one of RABBITMQ_URL, else the one that runs on this machine, else one of our own.
 * Without any, PALOMAR_TEST_RABBITMQ_MISSING tells the tests that need one what to say.
 */
export async function findTestRabbitMq(usualUrl = USUAL_URL): Promise<End> {
  const found = await find(usualUrl);
  if (typeof found === 'string') {
    process.stderr.write(`${found}\n`);
    process.env.PALOMAR_TEST_RABBITMQ_MISSING = found;
    return async () => {};
  }
  process.env.PALOMAR_TEST_RABBITMQ_URL = found.url;
  return found.end;
}

async function find(usualUrl: string): Promise<Broker | string> {
  const given = process.env.RABBITMQ_URL;
  if (given) {
    const fault = await faultOf(given);
    return fault === undefined ? running(given) : `RABBITMQ_URL is set, but no broker answers there: ${fault}`;
  }
  if ((await faultOf(usualUrl)) === undefined) return running(usualUrl);

  for (const [way, start] of Object.entries(WAYS_TO_START)) {
    try {
      const broker = await start();
      if (broker) return broker;
    } catch (error) {
      process.stderr.write(`RabbitMQ could not be started by ${way}: ${(error as Error).message}\n`);
    }
  }
  return MISSING;
}

function running(url: string): Broker {
  return { url, end: async () => {} };
}

/** A node of our own. */
export interface OwnBroker extends Broker {
  /** Ends it without a warning, and all that it started; what it had on disk stays. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, at the same URL and with what it had on disk. */
  restart(): Promise<void>;
}

/**
 * Starts a node apart from any other: own name, ports, folders and port mapper, so that nothing of it is left behind.
 * @returns undefined where RabbitMQ is not installed
 */
export async function startInstalled(): Promise<OwnBroker | undefined> {
  const program = installedPrograms().find((path) => existsSync(path));
  if (!program) return undefined;

  const folder = await mkdtemp(join(tmpdir(), 'palomar-rabbitmq-'));
  const [port, distributionPort, portMapperPort] = await Promise.all([freePort(), freePort(), freePort()]);
  await writeFile(join(folder, 'rabbitmq.conf'), '');
  await writeFile(join(folder, 'enabled_plugins'), '[].');
  const url = `amqp://guest:guest@127.0.0.1:${port}`;
  const launch = () => launchNode({ program, folder, url, port, distributionPort, portMapperPort });

  let node = await launch();
  return {
    url,
    end: () => node.end(),
    kill: () => node.kill(),
    restart: async () => {
      node = await launch();
    },
  };
}

interface NodeOptions {
  program: string;
  folder: string;
  url: string;
  port: number;
  distributionPort: number;
  portMapperPort: number;
}

async function launchNode(options: NodeOptions): Promise<{ kill: () => Promise<void>; end: End }> {
  const { program, folder, url } = options;
  const log = await open(join(folder, 'output.log'), 'w+');
  const server = spawn('sh', ['-c', 'epmd -port "$ERL_EPMD_PORT" & exec "$0"', program], {
    cwd: folder,
    detached: true, // its group is what is killed in the end
    stdio: ['ignore', log.fd, log.fd],
    env: environmentOf(options),
  });
  const group = String(server.pid);
  const end = afterwards('kill -s KILL -- "-$1"; until_gone "-$1"; rm -rf "$2"', group, folder);
  server.unref();

  try {
    await untilAnswers(url, () => server.exitCode !== null);
  } catch (error) {
    const output = await readFile(join(folder, 'output.log'), 'utf8');
    await end();
    throw new Error(`${(error as Error).message}\n${output}`, { cause: error });
  } finally {
    await log.close();
  }
  return { end, kill: afterwards('kill -s KILL -- "-$1"; until_gone "-$1"', group) };
}

function environmentOf({ folder, port, distributionPort, portMapperPort }: NodeOptions): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: folder,
    LC_ALL: 'C.UTF-8',
    ERL_EPMD_PORT: String(portMapperPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `palomar-test-${process.pid}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_GENERATED_CONFIG_DIR: join(folder, 'generated'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'none.config'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'none-env.conf'),
  };
}

function installedPrograms(): string[] {
  // First the program itself: what Debian has in PATH is a wrapper that insists on its own user and folders.
  const folders = ['/usr/lib/rabbitmq/bin', '/opt/homebrew/sbin', '/usr/local/sbin'];
  return [...folders, ...(process.env.PATH ?? '').split(delimiter)].map((path) => join(path, 'rabbitmq-server'));
}

async function startInDocker(): Promise<Broker | undefined> {
  if (!(await succeeds('docker', ['ps']))) return undefined;

  const name = `palomar-test-${randomBytes(4).toString('hex')}`;
  const end = afterwards('docker rm --force --volumes "$1"', name);
  await run('docker', ['run', '--detach', '--name', name, '--publish', '127.0.0.1::5672', IMAGE]);
  const { stdout } = await run('docker', ['port', name, '5672/tcp']);
  const url = `amqp://guest:guest@${stdout.trim()}`;
  await untilAnswers(url);
  return { url, end };
}

async function installAndStart(): Promise<Broker | undefined> {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return undefined;

  process.stderr.write('RabbitMQ is not here: installing it with apt-get install rabbitmq-server\n');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['-qq', 'update'], { env });
  await run('apt-get', ['-qq', 'install', '--yes', 'rabbitmq-server'], { env });
  return startInstalled();
}

async function succeeds(program: string, args: string[]): Promise<boolean> {
  try {
    await run(program, args);
    return true;
  } catch {
    return false;
  }
}

async function untilAnswers(url: string, hasEnded = () => false): Promise<void> {
  for (const deadline = Date.now() + START_MS; ; await sleep(200)) {
    const fault = await faultOf(url);
    if (fault === undefined) return;
    if (hasEnded() || Date.now() > deadline) throw new Error(`it does not answer: ${fault}`);
  }
}

/** Why no broker lets us in at `url`, or undefined when one does. */
async function faultOf(url: string): Promise<string | undefined> {
  try {
    const connection = await amqp.connect(url, { timeout: CONNECT_MS });
    await connection.close();
    return undefined;
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return message || code || 'no reason given';
  }
}
