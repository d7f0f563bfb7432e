import pg from 'pg';

import { SUPERUSER } from './cluster.ts';

/** Any number, the same in every release: processes of two releases may share one server. */
const LOCK = 7_256_627;

export const DATABASE = 'palomar';

/**
 * Says that a process uses the server, by a shared lock on a connection of its own: however the process ends, the
 * lock ends with it, so nothing is left to clean up.
 */
export interface Hold {
  /**
   * Gives the server up.
   * @returns true when nobody else uses it: it is the caller's to stop, and nobody can begin to use it meanwhile
   */
  release(): Promise<boolean>;
}

/** Waits while another process stops the server, and fails then; makes the database where there is none. */
export async function takeHold(port: number): Promise<Hold> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: SUPERUSER,
    database: 'postgres',
    ssl: false,
    application_name: 'palomar: keeps the server running',
  });
  client.on('error', () => undefined); // the server ended: those who query it will say so, here nothing is lost
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock_shared($1)', [LOCK]);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    await client.end();
    throw error;
  }
  return { release: () => release(client) };
}

async function release(client: pg.Client): Promise<boolean> {
  try {
    await client.query('SELECT pg_advisory_unlock_shared($1)', [LOCK]);
    const { rows } = await client.query<{ alone: boolean }>('SELECT pg_try_advisory_lock($1) AS alone', [LOCK]);
    if (rows[0]?.alone) return true; // the connection stays: its lock keeps newcomers out until the server has ended
    await client.end();
    return false;
  } catch {
    return true; // the connection was cut: the server has ended, or is of no use to anybody
  }
}
