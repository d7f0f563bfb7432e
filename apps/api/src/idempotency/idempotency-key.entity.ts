import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A caller's promise that two requests are one, and the answer that the first of them got. Kept 24 hours. */
@Entity('idempotency_keys')
@Index('idempotency_keys_expiry', ['expiresAt'])
export class IdempotencyKey {
  @PrimaryColumn('uuid')
  tenantId: string;

  @PrimaryColumn('varchar')
  idempotencyKey: string;

  /** SHA-256 over method, path and body. */
  @Column('varchar')
  requestHash: string;

  /** A request that died with its process gives its key back at this time. */
  @Column('timestamptz')
  lockedUntil: Date;

  /** Null while the first request runs. */
  @Column('int', { nullable: true })
  responseStatus: number | null;

  /** The answer's JSON, as text, so that a replay is the same to the letter; encrypted where it may show a secret. */
  @Column('text', { nullable: true })
  responseBody: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz')
  expiresAt: Date;
}
