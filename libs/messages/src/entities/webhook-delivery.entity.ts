import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One POST from Meta, byte for byte, stored before it was answered. Applying it is separate, repeatable work. */
@Entity('webhook_deliveries')
@Index('webhook_deliveries_due', ['nextAttemptAt', 'id'], { where: 'applied_at IS NULL' })
@Index('webhook_deliveries_received', ['receivedAt'])
export class WebhookDelivery {
  @PrimaryColumn('uuid')
  id: string;

  /** `bytea`, because `jsonb` refuses `\u0000` and lone surrogates. */
  @Column('bytea')
  body: Buffer;

  @Column('timestamptz', { default: () => 'now()' })
  receivedAt: Date;

  @Column('timestamptz', { nullable: true })
  appliedAt: Date | null;

  @Column('int', { default: 0 })
  attempts: number;

  @Column('timestamptz', { default: () => 'now()' })
  nextAttemptAt: Date;

  @Column('text', { nullable: true })
  lastError: string | null;
}
