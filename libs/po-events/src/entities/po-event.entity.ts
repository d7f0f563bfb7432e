import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

export type PoEventOutcome = 'notified' | 'skipped';

/** The inbox: a purchase-order event that was taken once, and what became of it. */
@Entity('po_events')
@Index('po_events_once', ['tenantId', 'identity'], { unique: true })
@Index('po_events_message', ['messageId'], { where: 'message_id IS NOT NULL' })
export class PoEvent {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  tenantId: string;

  /** `event:<event_id>`, or `<event_type>:<po_id>` when the publisher gives no event id. */
  @Column('varchar')
  identity: string;

  @Column('varchar')
  eventType: string;

  @Column('varchar', { nullable: true })
  poId: string | null;

  @Column('varchar', { nullable: true })
  poNumber: string | null;

  @Column('varchar')
  outcome: PoEventOutcome;

  /** Why it was skipped. */
  @Column('varchar', { nullable: true })
  reason: string | null;

  @Column('uuid', { nullable: true })
  messageId: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  receivedAt: Date;
}
