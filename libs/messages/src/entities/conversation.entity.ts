import { Column, CreateDateColumn, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * One person who wrote to one number of ours, from one address. What was said are the messages of the same number and
 * contact key; who has several addresses has several rows (`PersonConversation`).
 */
@Entity('conversations')
@Index('conversations_contact', ['phoneNumberId', 'contactKey', 'tenantId'], { unique: true })
@Index('conversations_latest', ['tenantId', 'lastInboundId'])
@Index('conversations_order', ['lastInboundId'])
export class Conversation {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  tenantId: string;

  @Column('varchar')
  phoneNumberId: string;

  @Column('varchar')
  contactKey: string;

  /** As the person calls themselves. */
  @Column('varchar', { nullable: true })
  contactName: string | null;

  /** By Meta's clock; free-form messages are allowed for 24 hours from then. */
  @Column('timestamptz')
  lastInboundAt: Date;

  /** The message that came in last: the order of conversations. */
  @Column('uuid')
  lastInboundId: string;

  /** Its wamid, which is what is marked as read. */
  @Column('varchar')
  lastInboundWamid: string;

  /** Messages since it was last marked as read. */
  @Column('int', { default: 0 })
  unread: number;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;
}

/** Since when the deliveries of a number of ours come here: what was written before, nobody here knows. */
@Entity('heard_numbers')
export class HeardNumber {
  @PrimaryColumn('varchar')
  phoneNumberId: string;

  @Column('timestamptz', { default: () => 'now()' })
  since: Date;
}
