import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Attempts to sign in that have not succeeded, counted under one aspect: who, from where, or both. */
@Entity('sign_in_locks')
@Index('sign_in_locks_age', ['attemptedAt'])
export class SignInLock {
  /** SHA-256: nobody reads here who mistyped their address. */
  @PrimaryColumn('varchar')
  aspect: string;

  @Column('int')
  failures: number;

  @Column('timestamptz')
  attemptedAt: Date;

  /** No further attempt before this time. */
  @Column('timestamptz')
  lockedUntil: Date;
}
