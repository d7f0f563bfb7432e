import pg from 'pg';

import { currentTenants } from '../request-context.ts';
import { prepareForTenants, TenantClient } from './tenant.client.ts';

/** Of all connections of a process. */
const SHARE_OF_TENANTS = 0.4;

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (cause?: unknown) => void,
) => void;

/**
 * Two kinds of connections, each for its whole life: those that see every tenant's rows, for work that is nobody's in
 * particular, and those that see one tenant's at a time. Which one is given out depends on whose request asks for it.
 */
export class TenantPool extends pg.Pool {
  private readonly ofTenants: pg.Pool;

  constructor(config: pg.PoolConfig) {
    const { max = 10, options } = config;
    const ofTenants = Math.max(1, Math.floor(max * SHARE_OF_TENANTS));
    super({ ...config, max: Math.max(2, max - ofTenants) });
    // The pool waits for what `onConnect` promises, though its types do not say so.
    const onConnect = prepareForTenants as (client: pg.ClientBase) => void;
    this.ofTenants = new pg.Pool({
      ...config,
      max: ofTenants,
      options: `${options} -c palomar.tenants=one`,
      Client: TenantClient,
      onConnect,
    });
    this.ofTenants.on('error', (error, client) => this.emit('error', error, client));
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.PoolClient> | void {
    const tenants = currentTenants();
    if (tenants === 'everybody') return callback ? super.connect(callback) : super.connect();

    const tenantId = tenants === 'nobody' ? undefined : tenants.tenantId;
    const give = (client: pg.PoolClient) => Object.assign(client, { tenantId });
    if (!callback) return this.ofTenants.connect().then(give);
    this.ofTenants.connect((error, client, release) => callback(error, client && give(client), release));
  }

  override end(): Promise<void>;
  override end(callback: () => void): void;
  override end(callback?: () => void): Promise<void> | void {
    const ended = Promise.all([super.end(), this.ofTenants.end()]).then(() => undefined);
    return callback ? void ended.then(callback, callback) : ended;
  }
}
