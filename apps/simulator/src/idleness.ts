/** Counts what runs in the background, so that a test can wait until nothing is left to happen. */
export class Idleness {
  #running = 0;
  #waiters: (() => void)[] = [];

  get running(): number {
    return this.#running;
  }

  /** Follows a piece of background work; a failure of it is a defect of the simulator and ends the process. */
  watch(work: Promise<unknown>): void {
    this.#running += 1;
    void work.finally(() => {
      this.#running -= 1;
      if (this.#running === 0) this.#waiters.splice(0).forEach((wake) => wake());
    });
  }

  /** @throws Error when something still runs after `timeoutMs` */
  async wait(timeoutMs: number): Promise<void> {
    if (this.#running === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const idle = new Promise<void>((resolve) => this.#waiters.push(resolve));
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${this.#running} webhooks still under way`)), timeoutMs);
    });
    await Promise.race([idle, late]).finally(() => clearTimeout(timer));
  }
}
