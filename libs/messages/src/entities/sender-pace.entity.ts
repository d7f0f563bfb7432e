import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The pace of one sending number, shared by all replicas: a bucket of permits that fills by the database's clock. */
@Entity('sender_paces')
export class SenderPace {
  @PrimaryColumn('varchar')
  phoneNumberId: string;

  /** Unused permits at `countedAt`. */
  @Column('double precision', { default: 0 })
  permits: number;

  /** In the future while the number pauses. */
  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  countedAt: Date;

  /** Share of the configured pace at `slowedAt`, after which it recovers; 1 is the whole of it. */
  @Column('double precision', { default: 1 })
  slowdown: number;

  @Column('timestamptz', { default: () => 'now()' })
  slowedAt: Date;
}
