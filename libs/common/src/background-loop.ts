const FAULT_PAUSE_MS = 1_000;

export interface Pace {
  /** How long to rest when there is nothing to do and no `wake()`. */
  restMs: number;
  /** How long to rest in any case, so that what wakes the loop comes together; default none. */
  gapMs?: number;
}

/**
 * Work that repeats until it is stopped: soon while there is more to do, else after a rest or a `wake()`, and after a
 * pause when it failed. A wake-up that comes while it works is not lost.
 */
export class BackgroundLoop {
  private readonly restMs: number;
  private readonly gapMs: number;
  private loop: Promise<void> | undefined;
  private stopping = false;
  private woken = false;
  private endRest: (() => void) | undefined;
  private endPause: (() => void) | undefined;

  /** `work` answers whether there may be more to do at once, or how many milliseconds to rest for certain. */
  constructor(
    private readonly work: () => Promise<boolean | number>,
    pace: number | Pace,
    private readonly onFault: (cause: unknown) => void,
  ) {
    const { restMs, gapMs = 0 } = typeof pace === 'number' ? { restMs: pace } : pace;
    this.restMs = restMs;
    this.gapMs = gapMs;
  }

  get running(): boolean {
    return this.loop !== undefined && !this.stopping;
  }

  start(): void {
    this.loop ??= this.run();
  }

  wake(): void {
    this.woken = true;
    this.endRest?.();
  }

  /** Resolves when the work at hand is done. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.endRest?.();
    this.endPause?.();
    await this.loop;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.woken = false;
      try {
        await this.rest(await this.work());
      } catch (cause) {
        this.onFault(cause);
        // No wake-up ends this one: under load, one comes with every message, and the fault would be met as often.
        await this.pause(FAULT_PAUSE_MS);
      }
    }
  }

  private async rest(more: boolean | number): Promise<void> {
    const sureMs = typeof more === 'number' ? Math.max(more, this.gapMs) : this.gapMs;
    if (sureMs > 0) await this.pause(sureMs);
    if (more === false && !this.woken) await this.wait(this.restMs, (end) => (this.endRest = end));
  }

  private pause(ms: number): Promise<void> {
    return this.wait(ms, (end) => (this.endPause = end));
  }

  private async wait(ms: number, endBy: (end: () => void) => void): Promise<void> {
    if (this.stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      endBy(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
