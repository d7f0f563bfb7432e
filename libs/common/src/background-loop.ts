const FAULT_PAUSE_MS = 1_000;

/**
 * Work that repeats until it is stopped: at once while there is more to do, else after `restMs` or a `wake()`, and after
 * a pause when it failed. A wake-up that comes while it works is not lost.
 */
export class BackgroundLoop {
  private loop: Promise<void> | undefined;
  private stopping = false;
  private woken = false;
  private resume: (() => void) | undefined;

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
    this.resume?.();
  }

  /** Resolves when the work at hand is done. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.loop;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        const more = await this.work();
        if (!more) await this.rest(this.restMs);
      } catch (cause) {
        this.onFault(cause);
        this.woken = false;
        await this.rest(FAULT_PAUSE_MS);
      }
    }
  }

  private async rest(ms: number): Promise<void> {
    if (!this.woken && !this.stopping) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.resume = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.woken = false;
    this.resume = undefined;
  }
}
