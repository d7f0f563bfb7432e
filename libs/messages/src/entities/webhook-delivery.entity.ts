import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One POST from Meta, byte for byte, stored before it was answered; written again only without somebody who was erased. */
@Entity('webhook_deliveries')
export class WebhookDelivery {
  /** UUID v7: the order of ids is the order of arrival. */
  @PrimaryColumn('uuid')
  id: string;

  /** `bytea`, because `jsonb` refuses `\u0000` and lone surrogates. */
  @Column('bytea')
  body: Buffer;

  /** The app that signed it; null: the one of the environment. */
  @Column('uuid', { nullable: true })
  appId: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  receivedAt: Date;
}

/** Deliveries that are still to be applied: those that were stored together, or one that failed or is replayed. */
@Entity('webhook_queue')
export class QueuedDeliveries {
  /** Of the first delivery: the order of ids is the order of arrival. */
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { array: true })
  deliveryIds: string[];

  /** Length of the bodies together. */
  @Column('int', { default: 0 })
  bytes: number;

  @Column('int', { default: 0 })
  attempts: number;

  @Column('timestamptz', { default: () => 'now()' })
  nextAttemptAt: Date;

  @Column('text', { nullable: true })
  lastError: string | null;
}
