import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';

import { removePostgresAfterwards } from '../../../test/support/afterwards.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';

jest.setTimeout(60_000);

const ROOT = join(import.meta.dirname, '../../..');
/** PostgreSQL treats root apart, and only root can become somebody else. */
const itAsRoot = process.getuid?.() === 0 ? it : it.skip;
const NOBODY = { uid: 65534, gid: 65534 };
/** Never the owner of data that root made: that is postgres or nobody, whichever the system has. */
const DAEMON = { uid: 1, gid: 1 };
const NAMELESS = { uid: 54321, gid: 54321 };

describe(startEmbeddedPostgres.name, () => {
  /** Folders on the way to the checkout that nobody else may enter, and their modes. */
  let closed: { path: string; mode: number }[];
  let folder: string;
  let dataDir: string;
  let cleanUps: (() => unknown)[];

  // `mktemp -d` and the like make such folders; another user's server could not start in them.
  beforeAll(async () => {
    closed = [];
    for (let path = ROOT; path !== dirname(path); path = dirname(path)) {
      const { mode, uid } = await stat(path);
      if ((mode & 0o001) === 0 && uid === process.getuid?.()) closed.push({ path, mode });
    }
    for (const { path, mode } of closed) await chmod(path, mode | 0o001);
  });

  afterAll(async () => {
    for (const { path, mode } of closed) await chmod(path, mode);
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'palomar-embedded-'));
    await chmod(folder, 0o755);
    dataDir = join(folder, '.data/postgres');
    cleanUps = [removePostgresAfterwards(dataDir, folder)];
  });

  afterEach(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  it('keeps the data from one start to the next', async () => {
    const first = await start();
    await query(first, 'CREATE TABLE kept AS SELECT 1 AS one');
    await first.stop();

    const second = await start();

    expect(await query(second, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
  });

  it('answers on 127.0.0.1 only and knows letters beyond ASCII', async () => {
    const postgres = await start();

    const [row] = await query(
      postgres,
      `SELECT current_setting('listen_addresses') AS listens, current_setting('unix_socket_directories') AS sockets,
              current_setting('server_encoding') AS encoding, current_setting('fsync') AS fsync, upper('ñandú') AS upper`,
    );

    expect(row).toEqual({ listens: '127.0.0.1', sockets: '', encoding: 'UTF8', fsync: 'on', upper: 'ÑANDÚ' });
  });

  it('loses nothing when the server is killed', async () => {
    const first = await start();
    await query(first, 'CREATE TABLE kept AS SELECT 1 AS one');
    process.kill(await serverPid(), 'SIGKILL');

    const second = await start();

    expect(await query(second, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    await expect(first.stop()).resolves.toBeUndefined();
    expect(await query(second, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
  });

  it.each([
    ['is killed', (app: ChildProcess) => process.kill(app.pid!, 'SIGKILL')],
    ['gets Ctrl-C from its terminal', (app: ChildProcess) => process.kill(-app.pid!, 'SIGINT')],
  ])('leaves the server to the next start when the application %s', async (_, end) => {
    const app = await startInChild();
    const exit = once(app.process, 'exit');
    end(app.process);
    await exit;

    const next = await start();

    expect(next.url).toBe(app.url);
    await next.stop();
    await expect(query(next, 'SELECT')).rejects.toThrow('ECONNREFUSED');
  });

  it('starts when the pid of a server that is gone belongs to another program', async () => {
    await (await start()).stop();
    const { uid, gid } = await stat(dataDir);
    const stranger = spawn('sleep', ['600'], { uid, gid });
    cleanUps.push(() => stranger.kill());
    const lock = [stranger.pid, dataDir, 1700000000, 5999, '', '127.0.0.1', '  5432001  1', 'ready', ''].join('\n');
    await writeFile(join(dataDir, 'postmaster.pid'), lock, { mode: 0o600 });
    await chown(join(dataDir, 'postmaster.pid'), uid, gid);

    const postgres = await start();

    expect(await query(postgres, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('gives processes that start together one server, which the last of them stops', async () => {
    const [first, second, third] = await Promise.all([start(), start(), start()]);

    await Promise.all([first.stop(), second.stop()]);

    expect(new Set([first.url, second.url, third.url]).size).toBe(1);
    expect(await query(third, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await third.stop();
    await expect(query(third, 'SELECT')).rejects.toThrow('ECONNREFUSED');
  });

  it('stops a server that all its processes leave at the same time', async () => {
    const all = await Promise.all([start(), start(), start()]);

    await Promise.all(all.map((one) => one.stop()));

    await expect(query(all[0], 'SELECT')).rejects.toThrow('ECONNREFUSED');
  });

  it('says why it does not start and what to set instead', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    cleanUps.push(() => other.close());
    const { port } = other.address() as { port: number };

    await expect(start({ port })).rejects.toThrow(/Address already in use[^]*DATABASE_URL/);
  });

  itAsRoot('runs as its data’s owner, never as root', async () => {
    await mkdir(dataDir, { recursive: true });
    await chown(dataDir, NOBODY.uid, NOBODY.gid);

    await start();

    expect(await stat(`/proc/${await serverPid()}`)).toMatchObject(NOBODY);
  });

  itAsRoot('works for an ordinary user', async () => {
    await chown(folder, NOBODY.uid, NOBODY.gid);

    const app = await startInChild(NOBODY);

    expect(await query(app, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await stat(dataDir)).toMatchObject(NOBODY);
  });

  itAsRoot('says so when its user has no name on this system', async () => {
    await chown(folder, NAMELESS.uid, NAMELESS.gid);

    await expect(startInChild(NAMELESS)).rejects.toThrow(/uid 54321\) has no name[^]*DATABASE_URL/);
  });

  itAsRoot('says so when the data belongs to another user', async () => {
    await (await start()).stop();
    await chmod(dirname(dataDir), 0o777);

    await expect(startInChild(DAEMON)).rejects.toThrow(/belongs to another user[^]*DATABASE_URL/);
  });

  itAsRoot('keeps the data elsewhere, and says where, when the folder is out of the server’s reach', async () => {
    await chmod(folder, 0o700);
    const first = await start();
    const location = (await readFile(`${dataDir}.location`, 'utf8')).trim();
    cleanUps.splice(1, 0, () => rm(location, { recursive: true }));
    await query(first, 'CREATE TABLE kept AS SELECT 1 AS one');
    await first.stop();
    await chmod(folder, 0o755);

    const second = await start();

    expect(location).toMatch(/^\/var\/lib\/palomar\/pg-/);
    expect(await query(second, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
  });

  async function start(options: { port?: number } = {}): Promise<EmbeddedPostgres> {
    const postgres = await startEmbeddedPostgres({ dataDir, ...options });
    cleanUps.push(() => postgres.stop());
    return postgres;
  }

  /** An application of its own: a group of processes, as a terminal makes one; of another user, if one is given. */
  async function startInChild(user?: { uid: number; gid: number }): Promise<{ process: ChildProcess; url: string }> {
    const program = `
      import { startEmbeddedPostgres } from '#embedded';
      const postgres = await startEmbeddedPostgres({ dataDir: process.argv[1] });
      console.log(postgres.url);
      process.once('SIGTERM', () => postgres.stop());`;
    const loader = join(ROOT, 'test/support/typescript.mjs');
    const node = [process.execPath, '--import', loader, '--input-type=module', '-e', program, dataDir];
    const [command, ...args] = user ? [...becoming(user), ...node] : node;
    const child = spawn(command!, args, { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const exit = once(child, 'exit');
    cleanUps.push(() => (child.kill(), exit));
    const errors = text(child.stderr);
    for await (const url of createInterface(child.stdout)) return { process: child, url };
    throw new Error(await errors);
  }

  async function serverPid(): Promise<number> {
    return Number((await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  }
});

/**
 * The command that runs another one as this user. Where the project or Node lies out of the user's reach (a folder of
 * root's, nvm), the user may read everything: what is tested is the server, not the place of a checkout.
 */
function becoming({ uid, gid }: { uid: number; gid: number }): string[] {
  const reach = `test -r '${ROOT}/package.json' && test -x '${process.execPath}'`;
  const reaches = spawnSync('sh', ['-c', reach], { uid, gid, cwd: '/' }).status === 0;
  const readAll = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...(reaches ? [] : readAll)];
}

async function query({ url }: { url: string }, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}
