import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A line of the timeline: lower case of the statuses, what happened between them, and any other word Meta has for a status. */
export type MessageEventType =
  | (string & Record<never, never>)
  | 'accepted'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'played'
  | 'failed'
  | 'retrying'
  | 'throttled'
  | 'held'
  | 'unconfirmed'
  | 'resent'
  | 'retried'
  | 'fallback'
  | 'expired'
  | 'cancelled'
  | 'received'
  | 'edited'
  | 'revoked';

/** `webhook/<participant>` for a status in a group: the key would take two participants within one second for one. */
export type MessageEventSource = 'api' | 'dispatcher' | 'webhook' | `webhook/${string}`;

/** TypeORM writes the type into the options it is given, so each column needs its own. */
const key = () => ({ primaryKeyConstraintName: 'message_events_once' });

/**
 * One line of a message's timeline: what an attempt came to, what Meta reported, what somebody asked for. A repeated
 * status of Meta's is one line. What the message itself tells (accepted, on the wire) is not written a second time.
 */
@Entity('message_events')
export class MessageEvent {
  @PrimaryColumn('uuid', key())
  messageId: string;

  @PrimaryColumn('varchar', key())
  type: MessageEventType;

  @PrimaryColumn('varchar', key())
  source: MessageEventSource;

  /** Meta's time for what Meta reports, ours for the rest. */
  @PrimaryColumn('timestamptz', key())
  occurredAt: Date;

  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  createdAt: Date;

  /** Attempt, wamid, error, pricing…: what the line is about. */
  @Column('jsonb', { nullable: true })
  details: Record<string, unknown> | null;
}
