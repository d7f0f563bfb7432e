import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

export type SignInMethod = 'password' | 'provider';

/** A browser in which a person is signed in. The row is gone once the session is over. */
@Entity('sessions')
@Index('sessions_token', ['tokenHash'], { unique: true })
@Index('sessions_person', ['personId', 'id'])
@Index('sessions_expiry', ['expiresAt'])
export class Session {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  personId: string;

  /** SHA-256 in hex of what the cookie holds: 256 random bits. */
  @Column('varchar')
  tokenHash: string;

  /** How the person proved who they are. */
  @Column('varchar')
  method: SignInMethod;

  @Column('varchar')
  address: string;

  @Column('varchar', { nullable: true })
  userAgent: string | null;

  @Column('timestamptz')
  createdAt: Date;

  /** To the minute. */
  @Column('timestamptz')
  lastUsedAt: Date;

  /** However much it is used. */
  @Column('timestamptz')
  expiresAt: Date;
}
