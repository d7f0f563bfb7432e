/** The account's calendar. It can be put ahead, so that nobody has to wait thirty days for a rule that takes as long. */
export class Clock {
  #aheadMs = 0;

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#aheadMs;
  }

  putAhead(ms: number): void {
    this.#aheadMs = ms;
  }

  reset(): void {
    this.#aheadMs = 0;
  }
}
