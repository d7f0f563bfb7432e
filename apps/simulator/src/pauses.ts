/** Waiting that can be called off as a whole, as when the simulator is reset or stopped. */
export class Pauses {
  readonly #waiting = new Map<NodeJS.Timeout, (elapsed: boolean) => void>();

  #era = 0;

  /** Changes at every `callOff`. Work that outlives one hands its era to `wait` and stops there. */
  get era(): number {
    return this.#era;
  }

  /** Resolves true when the time is over, false when it was called off. */
  wait(ms: number, era = this.#era): Promise<boolean> {
    if (era !== this.#era) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(timer);
        resolve(true);
      }, ms);
      this.#waiting.set(timer, resolve);
    });
  }

  callOff(): void {
    this.#era += 1;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const [timer, resolve] of waiting) {
      clearTimeout(timer);
      resolve(false);
    }
  }
}
