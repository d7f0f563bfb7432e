import { GraphError } from '../../graph-error.ts';

const HOUR_MS = 60 * 60 * 1000;

/** How often templates were made within the hour; those that were refused do not count. */
export class CreationRate {
  #at: number[] = [];

  /** @throws GraphError 80007 */
  admit(perHour: number, now: number): void {
    this.#at = this.#at.filter((at) => now - at < HOUR_MS);
    if (this.#at.length >= perHour) {
      throw new GraphError(80007, `An account can make ${perHour} templates in an hour`, { isTransient: true });
    }
  }

  count(now: number): void {
    this.#at.push(now);
  }

  reset(): void {
    this.#at = [];
  }
}
