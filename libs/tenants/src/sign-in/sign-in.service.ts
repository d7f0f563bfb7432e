import { Injectable } from '@nestjs/common';

import { AppError, Clock, ValidationError } from '#common';

import { passwordFault } from '../people/password-rules.ts';
import { Passwords } from '../people/passwords.ts';
import type { Person } from '../people/person.entity.ts';
import { PersonRepository } from '../people/person.repository.ts';
import type { SignInMethod } from '../sessions/session.entity.ts';
import type { PersonSession, Visitor } from '../sessions/session.repository.ts';
import { SessionService } from '../sessions/session.service.ts';
import { type Aspect, networkOf } from './attempts.ts';
import { SignInJournal } from './sign-in-journal.ts';
import { SignInLockRepository } from './sign-in-lock.repository.ts';

export interface SignedIn {
  /** For the cookie. */
  token: string;
  session: PersonSession;
}

/** Signing in with a password, and what hangs on that password. */
@Injectable()
export class SignInService {
  constructor(
    private readonly people: PersonRepository,
    private readonly passwords: Passwords,
    private readonly sessions: SessionService,
    private readonly locks: SignInLockRepository,
    private readonly journal: SignInJournal,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws AppError 401 in the same words, and after the same time, whatever was wrong; 429 after too many failures, also to
   * the right password
   */
  async signIn(email: string, password: string, visitor: Visitor): Promise<SignedIn> {
    const person = await this.people.findByEmail(email);
    if (!(await this.isRight(person, email, password, visitor)) || !person) {
      await this.journal.record({ kind: 'refused', method: 'password', person, email, address: visitor.address });
      throw new AppError(
        401,
        'sign-in-refused',
        'E-mail address and password do not belong together, or the account is disabled. An admin can reset the password.',
      );
    }
    return this.enter(person, 'password', visitor);
  }

  /** Opens a session for somebody who has proved who they are. */
  async enter(person: Person, method: SignInMethod, visitor: Visitor): Promise<SignedIn> {
    const { token, session } = await this.sessions.open(person.id, method, visitor);
    await this.people.noteSignIn(person.id, this.clock.now(), networkOf(visitor.address));
    await this.journal.record({ kind: 'signed-in', method, person, email: person.email, address: visitor.address });
    return { token, session: { ...session, person } };
  }

  async signOut({ id, person, method }: PersonSession, { address }: Visitor): Promise<void> {
    await this.sessions.end(person.id, id);
    await this.journal.record({ kind: 'signed-out', method, person, email: person.email, address });
  }

  /**
   * Ends every session of the person and answers a new one.
   * @throws ValidationError 422 for a wrong or an unfit password; AppError 429 as at the sign-in
   */
  async changePassword(
    { person, method }: PersonSession,
    { current, next }: { current: string; next: string },
    visitor: Visitor,
  ): Promise<SignedIn> {
    const fault = current === next ? 'is the one that you have' : passwordFault(next, person);
    if (fault) throw new ValidationError([{ field: 'new_password', message: fault }]);
    const known = await this.people.findById(person.id);
    if (!known || !(await this.isRight(known, known.email, current, visitor))) {
      throw new ValidationError([{ field: 'current_password', message: 'is not your password' }]);
    }
    const passwordHash = await this.passwords.hash(next);
    await this.people.change(person.id, { passwordHash, passwordIsTemporary: false });
    this.sessions.forget();
    const { token, session } = await this.sessions.open(person.id, method, visitor);
    return { token, session: { ...session, person: { ...known, passwordIsTemporary: false } } };
  }

  /** @throws AppError 429 */
  private async isRight(person: Person | null, email: string, password: string, visitor: Visitor): Promise<boolean> {
    const aspects = aspectsOf(person, email, networkOf(visitor.address));
    const now = this.clock.now();
    const lockedUntil = await this.locks.begin(aspects, now);
    if (lockedUntil) {
      await this.journal.record({ kind: 'locked', method: 'password', person, email, address: visitor.address });
      throw locked(Math.ceil((lockedUntil.getTime() - now.getTime()) / 1_000));
    }
    const isRight = await this.passwords.matches(person?.disabledAt ? undefined : person?.passwordHash, password);
    if (isRight) await this.locks.succeed(aspects);
    return isRight;
  }
}

/** Where somebody signed in the last time, strangers who guess elsewhere do not hold them up. */
function aspectsOf(person: Person | null, email: string, address: string): Aspect[] {
  const account = email.toLowerCase();
  return [
    { of: 'account-from-address', value: `${account} ${address}` },
    { of: 'address', value: address },
    ...(person?.lastSignInAddress === address ? [] : [{ of: 'account', value: account } as const]),
  ];
}

function locked(seconds: number): AppError {
  const when = seconds === 1 ? 'a second' : `${seconds} seconds`;
  return new AppError(429, 'sign-in-locked', `Too many failed attempts to sign in; try again in ${when}.`, {
    retryAfterSeconds: seconds,
  });
}
