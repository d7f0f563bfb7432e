/** Keeps the newest `capacity` items, in the order they came. */
export class BoundedLog<T> {
  #items: T[] = [];
  #count = 0;

  constructor(private readonly capacity: number) {}

  /** How many were ever added. */
  get count(): number {
    return this.#count;
  }

  add(item: T): void {
    this.#count += 1;
    this.#items.push(item);
    // Trimmed in large steps: taking one off the front of a long array at each push would be slow.
    if (this.#items.length > this.capacity * 1.25) this.#items.splice(0, this.#items.length - this.capacity);
  }

  newest(limit: number): T[] {
    return limit > 0 ? this.#items.slice(-Math.min(limit, this.capacity)) : [];
  }

  clear(): void {
    this.#items = [];
    this.#count = 0;
  }
}
