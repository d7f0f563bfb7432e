const FAULT_PAUSE_MS = 1_000;

/**
 * Work that repeats until it is stopped: at once while there is more to do, else after `restMs` or a `wake()`, and after
 * a pause when it failed. A wake-up that comes while it works is not lost.
 */
export class BackgroundLoop {
  private loop: Promise<void> | undefined;
  private stopping = false;
  private woken = false;
  private endRest: (() => void) | undefined;
  private endPause: (() => void) | undefined;

  /** `work` answers whether there may be more to do at once. */
  constructor(
    private readonly work: () => Promise<boolean>,
    private readonly restMs: number,
    private readonly onFault: (cause: unknown) => void,
  ) {}

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
        const more = await this.work();
        if (!more && !this.woken) await this.wait(this.restMs, (end) => (this.endRest = end));
      } catch (cause) {
        this.onFault(cause);
        // No wake-up ends this one: under load, one comes with every message, and the fault would be met as often.
        await this.wait(FAULT_PAUSE_MS, (end) => (this.endPause = end));
      }
    }
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
