import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One bulk request. Its progress is counted from its messages. */
@Entity('message_batches')
export class MessageBatch {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  tenantId: string;

  @Column('int')
  accepted: number;

  @Column('int')
  rejected: number;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;
}
