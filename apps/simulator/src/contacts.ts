const NAMES_REMEMBERED = 10_000;

/** Profile names of the customers: the one an inbound message gave, else one made of the number. */
export class Contacts {
  readonly #names = new Map<string, string>();

  nameOf(waId: string | undefined): string {
    if (waId === undefined) return 'Customer';
    return this.#names.get(waId) ?? `Customer ${waId.slice(-4)}`;
  }

  rename(waId: string, name: string): void {
    if (this.#names.size >= NAMES_REMEMBERED) this.#names.clear();
    this.#names.set(waId, name);
  }

  reset(): void {
    this.#names.clear();
  }
}
