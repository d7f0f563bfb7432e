import { type EntityManager, type EntitySubscriberInterface, EventSubscriber, type QueryRunner } from 'typeorm';

const waiting = new WeakMap<QueryRunner, (() => void)[]>();

/** Does something once the caller's transaction is committed, and never if it comes to nothing. */
export function onCommit({ queryRunner }: EntityManager, action: () => void): void {
  if (!queryRunner?.isTransactionActive) throw new Error('onCommit needs the manager of a transaction');
  waiting.set(queryRunner, [...(waiting.get(queryRunner) ?? []), action]);
}

/** TypeORM tells it of savepoints as well. */
@EventSubscriber()
export class CommitActions implements EntitySubscriberInterface {
  afterTransactionCommit({ queryRunner }: { queryRunner: QueryRunner }): void {
    if (queryRunner.isTransactionActive) return;
    const actions = waiting.get(queryRunner) ?? [];
    waiting.delete(queryRunner);
    for (const action of actions) action();
  }

  /** What a savepoint before this one asked for goes too: rather once too little than for what never was. */
  afterTransactionRollback({ queryRunner }: { queryRunner: QueryRunner }): void {
    waiting.delete(queryRunner);
  }
}
