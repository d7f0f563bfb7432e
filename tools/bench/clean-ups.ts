/** What has to be ended again, last begun first, whatever happened in between. */
export class CleanUps {
  readonly #all: (() => Promise<void>)[] = [];

  add(cleanUp: () => Promise<void>): void {
    this.#all.push(cleanUp);
  }

  /** Does them all, also when one fails. @throws the first failure */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (const cleanUp of this.#all.reverse()) await cleanUp().catch((failure: unknown) => failures.push(failure));
    if (failures.length > 0) throw failures[0];
  }
}
