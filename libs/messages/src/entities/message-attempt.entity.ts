import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

export type AttemptOutcome = 'accepted' | 'refused' | 'not-sent' | 'unknown';

/**
 * The fence: one call to Meta for one message, committed before its first byte can leave. Its id is the opaque id that
 * Meta echoes in every status, the only evidence of a send whose answer was lost.
 */
@Entity('message_attempts')
@Index('message_attempts_message', ['messageId', 'attemptNumber'], { unique: true })
export class MessageAttempt {
  @PrimaryColumn('uuid')
  id: string;

  // No foreign key: its row lock on the message would meet every status update of a hot row.
  @Column('uuid')
  messageId: string;

  @Column('int')
  attemptNumber: number;

  @Column('timestamptz', { default: () => 'now()' })
  startedAt: Date;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null;

  /** Null while on the wire, and after a crash. */
  @Column('varchar', { nullable: true })
  outcome: AttemptOutcome | null;

  @Column('varchar', { nullable: true })
  whatsappMessageId: string | null;

  @Column('varchar', { nullable: true })
  errorCode: string | null;

  @Column('text', { nullable: true })
  errorMessage: string | null;
}
