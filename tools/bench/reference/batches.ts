import { setTimeout as pause } from 'node:timers/promises';

/** Gathers what comes while the last batch is being committed, and commits it together: one commit serves many. */
export class Batches<T> {
  #waiting: T[] = [];
  #running = false;

  constructor(
    private readonly commit: (items: T[]) => Promise<void>,
    /** Pause before each batch, for more of them to come. */
    private readonly lingerMs: number,
    private readonly largest = 1_000,
  ) {}

  add(item: T): void {
    this.#waiting.push(item);
    if (!this.#running) void this.#run();
  }

  get isEmpty(): boolean {
    return !this.#running;
  }

  /** A commit that fails ends the process: whoever waits for it was answered nothing, and the next start takes up the rest. */
  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      await pause(this.lingerMs);
      await this.commit(this.#waiting.splice(0, this.largest));
    }
    this.#running = false;
  }
}
