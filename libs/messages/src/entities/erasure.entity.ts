import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Somebody is being erased, or was: a piece of work that goes on after a crash, and then the record of it. */
@Entity('erasures')
@Index('erasures_running', ['id'], { where: 'finished_at IS NULL' })
export class Erasure {
  /** Also what stands in the place of the person in the messages that remain. */
  @PrimaryColumn('uuid')
  id: string;

  /** Null: of every tenant. */
  @Column('uuid', { nullable: true })
  tenantId: string | null;

  /** The addresses, encrypted; gone once the work is done. */
  @Column('text', { nullable: true })
  subject: string | null;

  @Column('int', { default: 0 })
  stage: number;

  /** How far the walk of this stage has come. */
  @Column('uuid')
  position: string;

  /** How much of each kind. */
  @Column('jsonb', { default: {} })
  removed: Record<string, number>;

  /** What is younger is new, and stays. */
  @Column('timestamptz')
  requestedAt: Date;

  @Column('timestamptz')
  nextStepAt: Date;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null;
}

/** A keyed hash of an address and the number it was in touch with: what was said before is not stored again. */
@Entity('erased_addresses')
export class ErasedAddress {
  @PrimaryColumn('varchar')
  fingerprint: string;

  @Column('timestamptz')
  erasedAt: Date;
}

/** A keyed hash of a tenant and an address: who stopped marketing messages is not sent any because of having been erased. */
@Entity('kept_refusals')
export class KeptRefusal {
  @PrimaryColumn('varchar')
  fingerprint: string;

  @Column('timestamptz')
  since: Date;
}
