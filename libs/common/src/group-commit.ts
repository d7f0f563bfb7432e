import { setTimeout as pause } from 'node:timers/promises';

import { isPassingDatabaseFault } from './database/passing-fault.ts';
import { AppError } from './errors/app.error.ts';
import { forEverybody } from './request-context.ts';

export interface GroupCommitOptions<Item> {
  /** Most items in one group, or the most that their sizes may sum up to; one that is larger goes alone. */
  largest: number;
  /** The same of what waits for the next group; beyond it callers are sent away instead of filling the memory. */
  mostWaiting: number;
  /** Default 1: items are counted. */
  sizeOf?: (item: Item) => number;
  /** At least this long between the beginnings of two groups, so that they are not too small; a full one does not wait. */
  gapMs: number;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (cause: unknown) => void;
}

/**
 * Commits what many callers ask for in one statement: whoever comes while a group is being committed is in the next one.
 * Each caller gets its own result, and only after the commit. A group that a bad item spoils is halved until it stands alone.
 */
export class GroupCommit<Item, Result> {
  private readonly waiting: Waiting<Item, Result>[] = [];
  /** The sum of their sizes. */
  private sizeWaiting = 0;
  private running: Promise<void> | undefined;
  private lastBegan = -Infinity;

  /** `commit` answers one result for each item, in their order. */
  constructor(
    private readonly commit: (items: Item[]) => Promise<Result[]>,
    private readonly options: GroupCommitOptions<Item>,
  ) {}

  /** @throws AppError 503 `overloaded` when too many wait already; whatever `commit` throws. */
  add(item: Item): Promise<Result> {
    if (this.sizeWaiting >= this.options.mostWaiting) return Promise.reject(overloaded());
    return new Promise((resolve, reject) => {
      this.sizeWaiting += this.sizeOf(item);
      this.waiting.push({ item, resolve, reject });
      this.running ??= this.run();
    });
  }

  /** Resolves when nothing waits and nothing is being committed. */
  async drain(): Promise<void> {
    while (this.running) await this.running;
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      // Even without a gap, what arrived in the same turn of the event loop belongs together.
      await pause(this.isFull() ? 0 : Math.max(0, this.lastBegan + this.options.gapMs - performance.now()));
      this.lastBegan = performance.now();
      await this.settle(this.takeGroup());
    }
    this.running = undefined;
  }

  private isFull(): boolean {
    return this.sizeWaiting >= this.options.largest;
  }

  private takeGroup(): Waiting<Item, Result>[] {
    let [count, size] = [0, 0];
    for (const { item } of this.waiting) {
      const grown = size + this.sizeOf(item);
      if (count > 0 && grown > this.options.largest) break;
      [count, size] = [count + 1, grown];
    }
    this.sizeWaiting -= size;
    return this.waiting.splice(0, count);
  }

  private sizeOf(item: Item): number {
    return this.options.sizeOf?.(item) ?? 1;
  }

  private async settle(group: Waiting<Item, Result>[]): Promise<void> {
    try {
      // Of many callers, in the context of whichever came first.
      const results = await forEverybody(() => this.commit(group.map(({ item }) => item)));
      group.forEach(({ resolve }, index) => resolve(results[index] as Result));
    } catch (cause) {
      if (group.length === 1 || isPassingDatabaseFault(cause)) {
        for (const { reject } of group) reject(cause);
        return;
      }
      const half = Math.ceil(group.length / 2);
      await this.settle(group.slice(0, half));
      await this.settle(group.slice(half));
    }
  }
}

function overloaded(): AppError {
  return new AppError(503, 'overloaded', 'More is coming in than can be stored right now; try again in a moment.', {
    retryAfterSeconds: 1,
  });
}
