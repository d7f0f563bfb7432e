import { randomBytes } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';

import { AppError } from '#common';

/** What OWASP's password storage cheat sheet asks for: Argon2id (the library's default) with 19 MiB, two rounds, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Hashing runs in the thread pool of Node, which has four threads and is needed for files and names as well. */
const MOST_AT_ONCE = 2;
const MOST_WAITING = 100;

/** Hashes passwords, off the event loop, a few at a time. */
@Injectable()
export class Passwords {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private nobodys: Promise<string> | undefined;

  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(normalized(password), COST));
  }

  /** Takes the same time when there is no hash to compare with. */
  async matches(passwordHash: string | undefined, password: string): Promise<boolean> {
    this.nobodys ??= hash(newPassword(), COST);
    const compared = passwordHash ?? (await this.nobodys);
    const same = await this.inTurn(() => verify(compared, normalized(password)));
    return same && passwordHash !== undefined;
  }

  /** @throws AppError 503 `overloaded` when too many wait already */
  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= MOST_AT_ONCE) await this.wait();
    else this.running += 1;
    try {
      return await work();
    } finally {
      // The place goes to whoever waits longest.
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  private wait(): Promise<void> {
    if (this.waiting.length >= MOST_WAITING) {
      const message = 'Too many people are signing in right now; try again in a moment.';
      throw new AppError(503, 'overloaded', message, { retryAfterSeconds: 2 });
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

/** A password that nobody guesses: 144 bits. */
export function newPassword(): string {
  return randomBytes(18).toString('base64url');
}

/** The same characters may be typed as different code points on different keyboards. */
function normalized(password: string): string {
  return password.normalize('NFKC');
}
