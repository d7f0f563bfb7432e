import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A person at the web page who is not signed in, and work that nobody asked for, beside those who call. */
export const ACTOR_KINDS = ['api-key', 'person', 'environment', 'anonymous', 'system'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

/**
 * `done`. `refused`, and nothing was changed. `failed`: a fault, of ours or of Meta's. `begun`: about to be done outside of
 * our database; the entry of the same request that follows says how it ended, and where none does, nobody knows.
 */
export const OUTCOMES = ['done', 'refused', 'failed', 'begun'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** One line of the audit log. The database adds `sequence`, `at` and `hash`, and lets nobody change or remove a line. */
@Entity('audit_entries')
@Index('audit_entries_tenant', ['tenantId', 'id'])
@Index('audit_entries_object', ['objectId', 'id'])
export class AuditEntry {
  @PrimaryColumn('uuid')
  id: string;

  /** Without gaps. */
  @Index('audit_entries_sequence', { unique: true })
  @Column('bigint')
  sequence: string;

  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  at: Date;

  /** Whose records it concerns; null: the platform's. */
  @Column('uuid', { nullable: true })
  tenantId: string | null;

  @Column('varchar')
  actorKind: ActorKind;

  @Column('uuid', { nullable: true })
  actorId: string | null;

  @Column('varchar')
  actorName: string;

  /** `api-key.revoked` */
  @Column('varchar')
  action: string;

  @Column('varchar')
  objectKind: string;

  @Column('varchar', { nullable: true })
  objectId: string | null;

  /** Of what changed, how it was; null: it was not there, or nothing of it was asked for. */
  @Column('jsonb', { nullable: true })
  before: unknown;

  @Column('jsonb', { nullable: true })
  after: unknown;

  @Column('varchar')
  outcome: Outcome;

  /** Of the error, unless it was done. */
  @Column('varchar', { nullable: true })
  code: string | null;

  @Column('varchar', { nullable: true })
  requestId: string | null;

  @Column('varchar', { nullable: true })
  address: string | null;

  @Column('varchar', { nullable: true })
  userAgent: string | null;

  /** SHA-256, in hex, over the hash of the entry before and all of this one. */
  @Column('varchar')
  hash: string;
}
