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

/** A delivery that is still to be applied: separate, repeatable work. */
@Entity('webhook_queue')
export class QueuedDelivery {
  @PrimaryColumn('uuid')
  deliveryId: string;

  /** Length of the body. */
  @Column('int', { default: 0 })
  bytes: number;

  @Column('int', { default: 0 })
  attempts: number;

  @Column('timestamptz', { default: () => 'now()' })
  nextAttemptAt: Date;

  @Column('text', { nullable: true })
  lastError: string | null;
}
