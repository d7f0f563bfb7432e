import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A line of the timeline. Lower case of the statuses, and what happened between them. */
export type MessageEventType =
  | 'accepted'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'failed'
  | 'retrying'
  | 'throttled'
  | 'held'
  | 'unconfirmed'
  | 'resent'
  | 'released'
  | 'expired'
  | 'cancelled'
  | 'received';

export type MessageEventSource = 'api' | 'dispatcher' | 'webhook';

/** One line of a message's timeline. A repeated status of Meta's is one line: unique by message, type and Meta's time. */
@Entity('message_events')
@Index('message_events_once', ['messageId', 'type', 'source', 'occurredAt'], { unique: true })
export class MessageEvent {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id: string;

  @Column('uuid')
  messageId: string;

  @Column('varchar')
  type: MessageEventType;

  @Column('varchar')
  source: MessageEventSource;

  /** Meta's time for what Meta reports, ours for the rest. */
  @Column('timestamptz')
  occurredAt: Date;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  /** Attempt, wamid, error, pricing…: what the line is about. */
  @Column('jsonb', { nullable: true })
  details: Record<string, unknown> | null;
}
