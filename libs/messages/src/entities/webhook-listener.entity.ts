import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A process that takes Meta's deliveries, and since when it does so without interruption. */
@Entity('webhook_listeners')
export class WebhookListener {
  @PrimaryColumn('uuid')
  id: string;

  @Column('timestamptz', { default: () => 'now()' })
  listeningSince: Date;

  @Column('timestamptz', { default: () => 'now()' })
  seenAt: Date;
}

/** The latest attempt of a number that a status came for: statuses of earlier ones should have come by then. */
@Entity('webhook_witnesses')
export class WebhookWitness {
  @PrimaryColumn('varchar')
  phoneNumberId: string;

  @Column('timestamptz')
  attemptedAt: Date;
}
