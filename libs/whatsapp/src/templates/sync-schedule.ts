/** How much sooner or later than the period, so that replicas and accounts do not come all at once. */
const JITTER = 0.1;

/** Which accounts are due to be synced. One that was not known before is due a period later: it is synced as it appears. */
export class SyncSchedule {
  private dueAt = new Map<string, number>();

  /** @param periodMs 0: nothing is ever due */
  constructor(private readonly periodMs: number) {}

  /** Those of the `accounts` that are due at `now`, each once a period. What is not among them is forgotten. */
  takeDue(accounts: Iterable<string>, now: number): string[] {
    if (this.periodMs === 0) return [];
    const [before, due] = [this.dueAt, [] as string[]];
    this.dueAt = new Map();
    for (const account of new Set(accounts)) {
      const at = before.get(account);
      if (at !== undefined && at <= now) due.push(account);
      this.dueAt.set(account, at !== undefined && at > now ? at : this.next(now));
    }
    return due;
  }

  private next(now: number): number {
    return now + this.periodMs * (1 - JITTER + 2 * JITTER * Math.random());
  }
}
