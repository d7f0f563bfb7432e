import { hash } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { DataSource, In, LessThan } from 'typeorm';

import { type Aspect, delaySeconds } from './attempts.ts';
import { SignInLock } from './sign-in-lock.entity.ts';

/** What was counted is forgotten this long after the last failure. */
const MEMORY_MS = 24 * 3_600_000;

@Injectable()
export class SignInLockRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Counts an attempt as failed, before it is known how it ends: of many at once, no more pass than one after another would.
   * Answers until when none is allowed, if that is so; then nothing is counted.
   */
  async begin(aspects: Aspect[], now: Date): Promise<Date | undefined> {
    const byKey = new Map(aspects.map((aspect) => [keyOf(aspect), aspect]));
    const keys = [...byKey.keys()].sort();
    return this.dataSource.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO sign_in_locks (aspect, failures, attempted_at, locked_until)
         SELECT unnest($1::varchar[]), 0, $2::timestamptz, $2::timestamptz ON CONFLICT DO NOTHING`,
        [keys, now],
      );
      const locks = await tx.find(SignInLock, {
        where: { aspect: In(keys) },
        order: { aspect: 'ASC' },
        lock: { mode: 'pessimistic_write' },
      });
      const lockedUntil = new Date(Math.max(...locks.map((lock) => lock.lockedUntil.getTime())));
      if (lockedUntil > now) return lockedUntil;
      const failed = locks.map((lock) => counted(lock, byKey.get(lock.aspect)!, now));
      await tx.save(SignInLock, failed);
      return undefined;
    });
  }

  /** The attempt succeeded: the account's counts begin anew, and the address, which others use too, gets this one back. */
  async succeed(aspects: Aspect[]): Promise<void> {
    const keysOf = (chosen: Aspect[]) => chosen.map(keyOf);
    const [shared, own] = [aspects.filter(isShared), aspects.filter((aspect) => !isShared(aspect))];
    await this.dataSource.manager.delete(SignInLock, { aspect: In(keysOf(own)) });
    await this.dataSource.query(
      `UPDATE sign_in_locks SET failures = greatest(failures - 1, 0), locked_until = least(locked_until, attempted_at)
       WHERE aspect = ANY($1)`,
      [keysOf(shared)],
    );
  }

  async removeForgotten(now: Date): Promise<void> {
    await this.dataSource.manager.delete(SignInLock, { attemptedAt: LessThan(new Date(now.getTime() - MEMORY_MS)) });
  }
}

function counted(lock: SignInLock, { of }: Aspect, now: Date): SignInLock {
  const isForgotten = now.getTime() - lock.attemptedAt.getTime() > MEMORY_MS;
  const failures = isForgotten ? 1 : lock.failures + 1;
  const lockedUntil = new Date(now.getTime() + delaySeconds(of, failures) * 1_000);
  return { ...lock, failures, attemptedAt: now, lockedUntil };
}

function isShared({ of }: Aspect): boolean {
  return of === 'address';
}

function keyOf({ of, value }: Aspect): string {
  return hash('sha256', `${of}:${value}`);
}
