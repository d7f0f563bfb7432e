import { chmod, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import pg from 'pg';

import { type EmbeddedPostgres, freePort, startEmbeddedPostgres } from '#embedded';

import { removePostgresAfterwards } from '../../../test/support/afterwards.ts';

const POLL_MS = 20;

/** A PostgreSQL server of its own, durable as in production, that can be made to crash. */
export class ChaosDatabase {
  private name = 'palomar';

  private constructor(
    private readonly dataDir: string,
    private readonly port: number,
    private server: EmbeddedPostgres,
    private readonly remove: () => Promise<void>,
  ) {}

  static async start(): Promise<ChaosDatabase> {
    const folder = await mkdtemp(join(tmpdir(), 'palomar-chaos-postgres-'));
    await chmod(folder, 0o755); // as root, the server runs as another user
    const dataDir = join(folder, 'data');
    const remove = removePostgresAfterwards(dataDir, folder);
    const port = await freePort();
    return new ChaosDatabase(dataDir, port, await startEmbeddedPostgres({ dataDir, port }), remove);
  }

  get url(): string {
    const url = new URL(this.server.url);
    url.pathname = `/${this.name}`;
    return url.href;
  }

  /** From now on `url` names an empty database: nothing that happened before goes on in it. */
  async renew(): Promise<void> {
    const name = `chaos_${Date.now()}`;
    await this.query(`CREATE DATABASE ${name}`);
    this.name = name;
  }

  async query<R extends pg.QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<R[]> {
    const client = new pg.Client({ connectionString: this.url, application_name: 'chaos' });
    client.on('error', () => undefined); // the query that it breaks rejects
    await client.connect();
    try {
      return (await client.query<R>(sql, parameters)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** When the server that answers now was started. */
  async startedAt(): Promise<string> {
    const [row] = await this.query<{ at: string }>('SELECT pg_postmaster_start_time()::text AS at');
    return row?.at ?? '';
  }

  /** Every process of the server ends at once, as by `pg_ctl stop -m immediate`; what was committed is in its log. */
  async crash(): Promise<void> {
    const [pid] = (await readFile(join(this.dataDir, 'postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(pid), 'SIGQUIT');
    while (isAlive(Number(pid))) await pause(POLL_MS);
  }

  async restart(): Promise<void> {
    this.server = await startEmbeddedPostgres({ dataDir: this.dataDir, port: this.port });
  }

  /** Cuts every connection of the application. @returns how many */
  async cutConnections(): Promise<number> {
    const cut = await this.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name <> 'chaos'`,
    );
    return cut.length;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.remove();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // there is no such process any more
  }
}
