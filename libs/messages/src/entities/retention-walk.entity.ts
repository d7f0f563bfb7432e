import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How far a walk over many rows has come, in the order of their ids. Locked by whoever goes a step further. */
@Entity('retention_walks')
export class RetentionWalk {
  @PrimaryColumn('varchar')
  subject: string;

  /** The last row that was looked at. */
  @Column('uuid')
  position: string;

  @Column('timestamptz')
  beganAt: Date;
}
