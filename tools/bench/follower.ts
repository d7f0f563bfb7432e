import { setTimeout as pause } from 'node:timers/promises';

import type { Observer } from './observer.ts';

/** Messages asked for at once: few, because looking takes time from what is measured. */
const AT_ONCE = 200;
const BETWEEN_LOOKS_MS = 25;
const PATIENCE_MS = 60_000;

/** Follows accepted messages until each of them is READ in the database. */
export class Follower {
  #unread: string[] = [];

  constructor(private readonly observer: Observer) {}

  add(id: string): void {
    this.#unread.push(id);
  }

  /** Resolves once all are READ, and at the latest when none became so for a minute: what is missing is counted then. */
  async untilAllRead(): Promise<void> {
    for (let progressAt = Date.now(); this.#unread.length > 0 && Date.now() - progressAt < PATIENCE_MS;) {
      const asked = this.#unread.slice(0, AT_ONCE);
      const read = await this.observer.readAmong(asked);
      if (read.size > 0) progressAt = Date.now();
      this.#unread = [...asked.filter((id) => !read.has(id)), ...this.#unread.slice(asked.length)];
      if (read.size < asked.length) await pause(BETWEEN_LOOKS_MS);
    }
  }
}
