import { AsyncLocalStorage } from 'node:async_hooks';

import { DataSource, type DataSourceOptions, type EntityManager } from 'typeorm';

interface Joint {
  /** Undefined once the transaction is over: what still runs then works on its own. */
  manager: EntityManager | undefined;
  afterwards: (() => unknown)[];
}

const joint = new AsyncLocalStorage<Joint>();

/**
 * The application's DataSource. Whatever the work of `inTransaction` asks of it belongs to that transaction, however deep
 * below: so what several repositories write is durable together, and they need not know of each other.
 */
export class JointDataSource extends DataSource {
  constructor(options: DataSourceOptions) {
    super(options);
    const own = this.manager;
    Object.defineProperty(this, 'manager', { get: () => joint.getStore()?.manager ?? own });
  }

  override query<T>(
    sql: string,
    parameters?: unknown[],
    queryRunner = joint.getStore()?.manager?.queryRunner,
  ): Promise<T> {
    return super.query<T>(sql, parameters, queryRunner);
  }

  /** Runs `work` in one transaction, to which all belongs that it asks of this; then does what waits for the commit. */
  async inTransaction<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    const afterwards: Joint['afterwards'] = [];
    const result = await this.transaction((manager) => {
      const store: Joint = { manager, afterwards };
      return joint.run(store, () => work(manager)).finally(() => (store.manager = undefined));
    });
    for (const action of afterwards) await action();
    return result;
  }
}

/** Does what only makes sense once the work at hand is committed: at once, unless `JointDataSource.inTransaction` runs. */
export async function afterCommit(action: () => unknown): Promise<void> {
  const store = joint.getStore();
  if (store?.manager) store.afterwards.push(action);
  else await action();
}
